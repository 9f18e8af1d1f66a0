//! A node's name leads to one server, or what one run does to it another run does to its neighbour.

use init_core::{Conflict, SpecPath};

use crate::desired::Desired;
use crate::observed::Observed;

pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    for (position, node) in desired.nodes.iter().enumerate() {
        let servers = observed.state(&node.endpoint).servers;
        if servers > 1 {
            let problem = format!(
                "{} leads to {servers} servers: give each node a name of its own (services instead of replicas of one \
                 service), or the run would reach another one each time",
                node.endpoint
            );
            conflicts.push(Conflict::new(SpecPath::root().key("nodes").index(position), problem));
        }
    }
}
