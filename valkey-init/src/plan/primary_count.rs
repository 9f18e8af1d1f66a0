//! Conflicts about the number of primaries (`replicasPerPrimary`): no node changes between primary and replica in
//! place.

use std::collections::BTreeSet;

use init_core::{Conflict, SpecPath};

use super::roles::Roles;
use super::topology::Topology;

/// The conflict when more nodes own slots than the spec has primaries, or when too few nodes can be primaries.
pub(super) fn conflict(topology: &Topology<'_>, roles: &Roles) -> Option<Conflict> {
    let desired = topology.desired;
    let replicas = desired.replicas_per_primary?;
    let drained = topology.nodes().filter(|(node, _)| topology.is_drained(*node)).count();
    let (nodes, primaries) = (desired.nodes.len() - drained, desired.layout.primary_count());
    let owners = topology.owners().into_iter().flatten();
    let owners: BTreeSet<usize> = owners.filter(|node| !topology.is_drained(*node)).collect();
    let meant =
        format!("{nodes} nodes with {replicas} replica(s) for each primary are {primaries} primaries");
    let problem = if owners.len() > primaries {
        format!(
            "{meant}, and {} nodes own slots ({}): have those of {} moved away with `drain: true` and `rebalance: true`, \
             or say how many replicas there are",
            owners.len(),
            node_names(topology, &owners),
            owners.len() - primaries
        )
    } else if roles.primaries.len() < primaries {
        let followers = topology.nodes().map(|(node, _)| node);
        let followers =
            followers.filter(|node| !roles.primaries.contains(node) && !topology.is_drained(*node));
        format!(
            "{meant}, and {} are replicas already: a replica becomes a primary of its own only by CLUSTER RESET, which this \
             tool never sends: run it yourself, or say how many replicas there are",
            node_names(topology, &followers.collect())
        )
    } else {
        return None;
    };
    Some(Conflict::new(SpecPath::root().key("replicasPerPrimary"), problem))
}

fn node_names(topology: &Topology<'_>, nodes: &BTreeSet<usize>) -> String {
    let names: Vec<String> =
        topology.endpoints(nodes.iter().copied()).iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// The primaries that own no slot, and so are unused until slots are moved to them.
pub(crate) fn empty_primaries(topology: &Topology<'_>) -> Vec<String> {
    let owners: BTreeSet<usize> = topology.owners().into_iter().flatten().collect();
    let roles = Roles::new(topology);
    let empty = roles.primaries.into_iter().filter(|node| !owners.contains(node));
    topology.endpoints(empty).iter().map(ToString::to_string).collect()
}
