//! Plans to forget members of the cluster: only members that do not run, own no slot and have no replica.
//!
//! A member that runs would join again by itself: since Valkey 8.1 it asks nodes that have forgotten it to meet it. All
//! nodes have to forget a member at the same time, because the gossip of a node that still knows it would add it again
//! at the others; the servers ignore that for a minute only.

use init_core::{Conflict, SpecPath};

use super::topology::Topology;
use crate::change::Change;
use crate::desired::{Member, Slots};
use crate::observed::{LinkState, NodeEntry};

pub(super) fn plan(topology: &Topology<'_>, changes: &mut Vec<Change>, conflicts: &mut Vec<Conflict>) {
    for (position, member) in topology.desired.forget.iter().enumerate() {
        if let Member::Id(id) = member
            && let Some(node) = topology.ids.get(id).and_then(|node| topology.endpoint(*node))
        {
            let problem = format!("it is the id of {node}, one of `nodes`: take it away there first");
            conflicts.push(Conflict::new(SpecPath::root().key("forget").index(position), problem));
        }
    }
    for (id, seen) in topology.undeclared_members() {
        if !topology.to_forget.contains(&id) {
            continue;
        }
        if let Some(problem) = reason_to_keep(topology, &id, &seen) {
            conflicts.push(Conflict::new(SpecPath::root().key("forget"), problem));
            continue;
        }
        let nodes = seen.iter().filter_map(|(node, _)| topology.endpoint(*node));
        changes.extend(nodes.map(|node| Change::ForgetNode { node, member: id.clone() }));
    }
}

/// The reason why a member cannot be forgotten.
fn reason_to_keep(topology: &Topology<'_>, id: &str, seen: &[(usize, &NodeEntry)]) -> Option<String> {
    if seen.iter().any(|(_, entry)| entry.link == LinkState::Up) {
        let place = seen.iter().find_map(|(_, entry)| Some((entry.address?, entry.port)));
        let place = place.map(|(address, port)| format!(" at {address}:{port}")).unwrap_or_default();
        return Some(format!("member {id}{place} still runs, and would join again by itself: stop it first"));
    }
    let slots: Slots = seen.iter().flat_map(|(_, entry)| entry.slots.iter()).collect();
    if !slots.is_empty() {
        return Some(format!(
            "member {id} owns the slots {slots}: name it under `nodes` with `drain: true` and `rebalance: true` first, or \
             bring their owner back"
        ));
    }
    let views = topology.states.iter().flat_map(|state| state.view.values());
    let follower = views
        .filter(|entry| entry.primary.as_deref() == Some(id) && !topology.to_forget.contains(&entry.id))
        .map(|entry| entry.id.clone())
        .next()?;
    let name = topology.ids.get(&follower).and_then(|node| topology.endpoint(*node));
    let name = name.map_or(follower, |name| name.to_string());
    Some(format!("member {id} is the primary of {name}, which would have no primary"))
}
