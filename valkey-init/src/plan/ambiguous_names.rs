//! A conflict for each name that leads to several servers: each connection may reach another one of them.

use init_core::{Conflict, SpecPath};

use crate::desired::{Desired, Sentinels};
use crate::observed::Observed;

pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    let nodes = desired.nodes.iter().enumerate().map(|(position, node)| {
        let at = SpecPath::root().key("nodes").index(position);
        (&node.endpoint, observed.state(&node.endpoint).server_count, at)
    });
    let sentinels =
        desired.sentinels.iter().flat_map(Sentinels::endpoints).enumerate().map(|(position, node)| {
            let at = SpecPath::root().key("sentinels").key("nodes").index(position);
            (node, observed.sentinel(node).node.server_count, at)
        });
    for (node, servers, at) in nodes.chain(sentinels) {
        if servers > 1 {
            let problem = format!(
                "{node} leads to {servers} servers: give each node a name of its own (services instead of replicas of one \
                 service), or the run would reach another one each time",
            );
            conflicts.push(Conflict::new(at, problem));
        }
    }
}
