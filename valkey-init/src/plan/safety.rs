//! Conflicts that protect data: keys that joining a cluster would delete, slots whose owner cannot be reached, and
//! nodes of another cluster.

use std::collections::BTreeMap;

use init_core::Conflict;

use super::ambiguous_names::node_conflict;
use super::topology::Topology;
use crate::desired::Slots;
use crate::observed::{LinkState, NodeEntry};

/// All conflicts that prevent these nodes from forming one cluster.
pub(super) fn conflicts(topology: &Topology<'_>) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    duplicate_ids(topology, &mut conflicts);
    keys_outside_cluster(topology, &mut conflicts);
    unnamed_nodes(topology, &mut conflicts);
    other_clusters(topology, &mut conflicts);
    conflicts
}

/// Two nodes of the spec with the same node id: two names of one node, or a copied volume.
fn duplicate_ids(topology: &Topology<'_>, conflicts: &mut Vec<Conflict>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (node, state) in topology.nodes().filter(|(_, state)| !state.id.is_empty()) {
        match seen.get(state.id.as_str()).and_then(|first| topology.endpoint(*first)) {
            Some(first) => {
                let id = &state.id;
                let problem = format!(
                    "it has the node id {id} of {first}: two names of one node, or two nodes with copies of one volume"
                );
                conflicts.push(node_conflict(topology.desired, node, problem));
            }
            None => drop(seen.insert(&state.id, node)),
        }
    }
}

/// Keys on a node that neither owns slots nor has a primary: joining would delete them.
fn keys_outside_cluster(topology: &Topology<'_>, conflicts: &mut Vec<Conflict>) {
    for (node, state) in topology.nodes() {
        // Keys in open slots have come from the cluster.
        if state.keys > state.keys_of_open_slots.values().sum()
            && topology.owned_slots(node).is_empty()
            && topology.primary_id(node).is_none()
        {
            let problem = format!(
                "it holds {} key(s) and is no member of the cluster: joining would lose them; move them away first",
                state.keys
            );
            conflicts.push(node_conflict(topology.desired, node, problem));
        }
    }
}

/// Members that the spec does not name and that run, or that own slots which no other node serves.
fn unnamed_nodes(topology: &Topology<'_>, conflicts: &mut Vec<Conflict>) {
    for (id, seen) in topology.unnamed_nodes() {
        let Some((witness, _)) = seen.first() else { continue };
        let place = seen.iter().find_map(|(_, entry)| address_text(entry)).unwrap_or_default();
        if seen.iter().any(|(_, entry)| entry.link == LinkState::Up) {
            let by = topology.endpoint(*witness).map(|node| node.to_string()).unwrap_or_default();
            let problem = format!(
                "it is in one cluster with node {id}{place}, which the spec does not name ({by} is connected to it)"
            );
            conflicts.push(node_conflict(topology.desired, *witness, problem));
        } else if let Some((witness, slots)) = slots_without_owner(topology, &seen)
            && !replica_may_take_over(topology, &id, &seen)
        {
            let replicas = replicas_of(topology, &id);
            let remedy = if replicas.is_empty() {
                "bring that node back with its volume, or give the slots up yourself".to_owned()
            } else {
                format!(
                    "its replica {} has the data: run CLUSTER FAILOVER TAKEOVER there, then run this again",
                    replicas.join(", ")
                )
            };
            let problem = format!(
                "slots {slots} belong to node {id}{place}, which is gone, and nobody serves them: {remedy}"
            );
            conflicts.push(node_conflict(topology.desired, witness, problem));
        }
    }
}

fn address_text(entry: &NodeEntry) -> Option<String> {
    Some(format!(" at {}:{}", entry.address?, entry.port))
}

/// The slots of an unnamed member that no node of the spec owns, with a node that reports them.
pub(crate) fn slots_without_owner(
    topology: &Topology<'_>,
    seen: &[(usize, &NodeEntry)],
) -> Option<(usize, Slots)> {
    let owners = topology.owners();
    seen.iter().find_map(|(node, entry)| {
        let unowned = |slot: &u16| owners.get(usize::from(*slot)).is_none_or(Option::is_none);
        let slots: Slots = entry.slots.iter().filter(unowned).collect();
        (!slots.is_empty()).then_some((*node, slots))
    })
}

/// True when a replica of the unnamed member may still take over by itself: it does so once the others agree that the
/// member has failed, which they never do for a node with `noaddr`.
pub(crate) fn replica_may_take_over(topology: &Topology<'_>, id: &str, seen: &[(usize, &NodeEntry)]) -> bool {
    !replicas_of(topology, id).is_empty() && seen.iter().all(|(_, entry)| entry.link != LinkState::NoAddress)
}

fn replicas_of(topology: &Topology<'_>, id: &str) -> Vec<String> {
    let following = topology.nodes().filter(|(node, _)| topology.primary_id(*node) == Some(id));
    following.filter_map(|(node, _)| topology.endpoint(node)).map(|node| node.to_string()).collect()
}

/// Nodes that do not know each other and own the same slots: joining them would lose the keys of one side.
fn other_clusters(topology: &Topology<'_>, conflicts: &mut Vec<Conflict>) {
    let connected_components = topology.connected_components();
    for (position, one) in connected_components.iter().enumerate() {
        for other in connected_components.iter().skip(position + 1) {
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (*a, *b))) {
                if !topology.owned_slots(a).overlaps(&topology.owned_slots(b)) {
                    continue;
                }
                let keys = |node: usize| topology.states.get(node).is_some_and(|state| state.keys > 0);
                if keys(a) || keys(b) || (one.len() > 1 && other.len() > 1) {
                    let first = topology.endpoint(a).map(|node| node.to_string()).unwrap_or_default();
                    let problem = format!(
                        "it serves the same slots as {first}, in another cluster: joining both would lose one side's keys"
                    );
                    conflicts.push(node_conflict(topology.desired, b, problem));
                }
            }
        }
    }
}
