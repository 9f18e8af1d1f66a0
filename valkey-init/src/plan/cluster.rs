//! Plans a cluster: slots, epochs, meetings and replicas, until all nodes form one cluster.

use init_core::Conflict;
use init_core::diff::Drift;

use super::roles::Roles;
use super::topology::Topology;
use super::{forget, open_slots, primary_count, rebalance, safety};
use crate::change::Change;
use crate::desired::Desired;
use crate::observed::Observed;

pub(super) fn plan(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let topology = Topology::new(desired, observed);
    let conflicts = safety::conflicts(&topology);
    if !conflicts.is_empty() {
        return (Vec::new(), conflicts);
    }
    let roles = Roles::new(&topology);
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    conflicts.extend(primary_count::conflict(&topology, &roles));
    let unfinished = open_slots::plan(&topology, &roles, &mut changes, &mut conflicts);
    rebalance::plan(&topology, &roles, &unfinished, &mut changes);
    forget::plan(&topology, &mut changes, &mut conflicts);
    for (node, slots) in &roles.assigned {
        changes
            .extend(topology.endpoint(*node).map(|node| Change::AssignSlots { node, slots: slots.clone() }));
    }
    set_epochs(&topology, &mut changes);
    meet_nodes(&topology, &mut changes);
    for (node, primary) in &roles.new_primaries {
        let from = topology.primary_of(*node).and_then(|primary| topology.endpoint(primary));
        // A drained primary keeps its replicas until its slots have moved.
        let later = topology.primary_of(*node).is_some_and(|primary| topology.is_drained(primary));
        if let (Some(node), Some(to)) = (topology.endpoint(*node), topology.endpoint(*primary)) {
            let primary = Drift { from, to };
            changes.push(if later {
                Change::ReattachNode { node, primary }
            } else {
                Change::ReplicateNode { node, primary }
            });
        }
    }
    (changes, conflicts)
}

/// Plans a configuration epoch for each node that has met no other, above all known ones, so that no two nodes have the
/// same. After a meeting the server refuses to set one.
fn set_epochs(topology: &Topology<'_>, changes: &mut Vec<Change>) {
    if topology.states.len() < 2 {
        return;
    }
    let known = topology.states.iter().flat_map(|state| state.view.values()).map(|entry| entry.epoch);
    let mut epoch = known.max().unwrap_or(0);
    for (node, _) in topology.nodes() {
        if topology.is_isolated(node) && topology.own_entry(node).is_none_or(|own| own.epoch == 0) {
            epoch += 1;
            changes.extend(topology.endpoint(node).map(|node| Change::SetEpoch { node, epoch }));
        }
    }
}

/// Plans the meetings: each node is met by the nodes that do not know it, or that know it at an address that its name
/// does not have now.
fn meet_nodes(topology: &Topology<'_>, changes: &mut Vec<Change>) {
    for (node, _) in topology.nodes() {
        let mut by: Vec<usize> = topology
            .nodes()
            .map(|(other, _)| other)
            .filter(|other| *other != node && !knows_current_address(topology, *other, node))
            .collect();
        // A node learns its own new address only from a node that meets it there.
        if by.is_empty() && topology.states.len() > 1 && !knows_current_address(topology, node, node) {
            by.extend((0..topology.states.len()).find(|other| *other != node));
        }
        if let (false, Some(node)) = (by.is_empty(), topology.endpoint(node)) {
            changes.push(Change::MeetNode { node, by: topology.endpoints(by) });
        }
    }
}

/// True when `node` knows `other` at its current address.
pub(crate) fn knows_current_address(topology: &Topology<'_>, node: usize, other: usize) -> bool {
    let (Some(entry), Some(target)) = (topology.entry_of(node, other), topology.states.get(other)) else {
        return false;
    };
    let Some(address) = entry.address else { return topology.is_isolated(node) && node == other };
    let own_port = topology.own_entry(other).map_or(0, |own| own.port);
    let port = topology.desired.nodes.get(other).map_or(0, |node| node.endpoint.port());
    let moved = own_port == port && entry.port != port;
    target.announces_address || (target.addresses.contains(&address) && !moved)
}
