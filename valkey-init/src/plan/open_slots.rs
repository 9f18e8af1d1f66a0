//! Slots that a move which was cut off has left open: no write reaches such a slot, or only half of them.
//!
//! Where no key has moved, closing the slot on both sides leaves it whole with its owner. Where keys are on both sides,
//! only moving them would help, and that is a person's decision.

use std::collections::BTreeMap;

use init_core::{Conflict, SpecPath};

use super::topology::Topology;
use crate::change::Change;
use crate::desired::Slots;

pub(super) fn plan(topology: &Topology<'_>, changes: &mut Vec<Change>, conflicts: &mut Vec<Conflict>) {
    let owners = topology.owners();
    let mut closed: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
    for (node, _) in topology.nodes() {
        let Some(own) = topology.own(node) else { continue };
        for (slot, other) in &own.moving {
            let owner = owners.get(usize::from(*slot)).copied().flatten();
            let at = SpecPath::root().key("nodes").index(node);
            let name = topology.endpoint(node).map(|node| node.to_string()).unwrap_or_default();
            if !topology.ids.contains_key(other) {
                let problem = format!(
                    "a move of slot {slot} between {name} and node {other}, which the spec does not name, was cut off: \
                     end it with valkey-cli --cluster fix"
                );
                conflicts.push(Conflict::new(at, problem));
            } else if let Some((holder, keys)) = strays(topology, *slot, owner) {
                let problem = format!(
                    "a move of slot {slot} was cut off, and {holder}, which does not own it, holds {keys} of its key(s): \
                     wait for the move to end, or end it with valkey-cli --cluster fix"
                );
                conflicts.push(Conflict::new(at, problem));
            } else {
                closed.entry(node).or_default().push(*slot);
            }
        }
    }
    for (node, slots) in closed {
        let slots: Slots = slots.into_iter().collect();
        changes.extend(topology.endpoint(node).map(|node| Change::StabilizeSlots { node, slots }));
    }
}

/// A primary that holds keys of a slot that is another's.
fn strays(topology: &Topology<'_>, slot: u16, owner: Option<usize>) -> Option<(String, u64)> {
    topology.nodes().find_map(|(node, state)| {
        let keys = state.open_keys.get(&slot).copied().filter(|keys| *keys > 0)?;
        let stray = Some(node) != owner && topology.follows(node).is_none();
        stray.then(|| Some((topology.endpoint(node)?.to_string(), keys))).flatten()
    })
}
