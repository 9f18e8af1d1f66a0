//! A conflict for each name that leads to more servers than the spec says: each connection may reach another one of them.

use init_core::{Conflict, SpecPath};

use crate::desired::{Desired, Sentinels};
use crate::observed::Observed;

/// Conflicts for names that lead to more nodes than the spec declares there.
fn too_many(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    for (name, instances) in &observed.instances {
        let found = instances.len();
        let node = desired.nodes.iter().find(|node| instances.contains(&node.endpoint));
        if let Some(node) = node.filter(|node| node.replicas < found) {
            let problem = format!("{name} leads to {found} nodes, and the spec has {} there", node.replicas);
            let at = SpecPath::root().key("nodes").index(node.position).key("replicas");
            conflicts.push(Conflict::new(at, problem));
        }
    }
}

/// A conflict at a node, whose address is named too where its name leads to several nodes.
pub(super) fn node_conflict(desired: &Desired, node: usize, problem: String) -> Conflict {
    let problem = match desired.nodes.get(node).and_then(|node| node.endpoint.address()) {
        Some(address) => format!("the node at {address}: {problem}"),
        None => problem,
    };
    Conflict::new(desired.place(node), problem)
}

pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    let nodes = desired.nodes.iter().map(|node| {
        let at = SpecPath::root().key("nodes").index(node.position);
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
                 service), or write under `replicas` how many there are, or the run would reach another one each time",
            );
            conflicts.push(Conflict::new(at, problem));
        }
    }
    too_many(desired, observed, conflicts);
}
