//! Slots that a migration which was cut off has left open: no write reaches such a slot, or only half of them.
//!
//! Where no key has moved, closing the slot on both sides leaves it whole with its owner. Where keys are on both sides, the
//! migration is completed if the spec lets slots move, in the direction that it had; otherwise that is a person's decision.

use std::collections::BTreeMap;

use init_core::Conflict;

use super::roles::Roles;
use super::topology::Topology;
use crate::change::Change;
use crate::desired::Slots;

/// Slots with keys on both sides, each with its owner and the primary that it was on its way to.
pub(crate) type Begun = BTreeMap<u16, (usize, usize)>;

/// Closes slots, and answers with those whose migration is to be completed.
pub(super) fn plan(
    topology: &Topology<'_>,
    roles: &Roles,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) -> Begun {
    let owners = topology.owners();
    let (mut closed, mut begun): (BTreeMap<usize, Vec<u16>>, Begun) = Default::default();
    for (node, _) in topology.nodes() {
        let Some(own) = topology.own(node) else { continue };
        for (slot, other) in &own.moving {
            let owner = owners.get(usize::from(*slot)).copied().flatten();
            let at = topology.desired.place(node);
            let name = topology.endpoint(node).map(|node| node.to_string()).unwrap_or_default();
            if !topology.ids.contains_key(other) {
                let problem = format!(
                    "a move of slot {slot} between {name} and node {other}, which the spec does not name, was cut off: \
                     end it with valkey-cli --cluster fix"
                );
                conflicts.push(Conflict::new(at, problem));
                continue;
            }
            match (strays(topology, *slot, owner).as_slice(), owner) {
                ([], _) => closed.entry(node).or_default().push(*slot),
                ([(holder, _)], Some(owner)) if may_complete(topology, roles, *slot, (owner, *holder)) => {
                    begun.insert(*slot, (owner, *holder));
                }
                ([(holder, keys), ..], _) => {
                    conflicts.push(Conflict::new(at, cut_off(topology, *slot, *holder, *keys)));
                }
            }
        }
    }
    for (node, slots) in closed {
        let slots: Slots = slots.into_iter().collect();
        changes.extend(topology.endpoint(node).map(|node| Change::StabilizeSlots { node, slots }));
    }
    begun
}

/// Whether a migration goes on to where it has brought keys: a primary that keeps slots, and that is importing this one or
/// is the one that the owner sends it to.
fn may_complete(topology: &Topology<'_>, roles: &Roles, slot: u16, (owner, holder): (usize, usize)) -> bool {
    let own = |node: usize| topology.own(node);
    let imports = own(holder).is_some_and(|own| own.importing.contains(&slot));
    let id = topology.states.get(holder).map(|state| &state.id);
    let sends = own(owner).is_some_and(|own| own.moving.get(&slot) == id);
    topology.desired.rebalance && (imports || sends) && roles.primaries.contains(&holder)
}

fn cut_off(topology: &Topology<'_>, slot: u16, holder: usize, keys: u64) -> String {
    let holder = topology.endpoint(holder).map(|node| node.to_string()).unwrap_or_default();
    let remedy = if topology.desired.rebalance {
        "it cannot be completed there: end it with valkey-cli --cluster fix"
    } else {
        "wait for the move to end, let it be completed with `rebalance: true`, or end it with valkey-cli --cluster fix"
    };
    format!(
        "a move of slot {slot} was cut off, and {holder}, which does not own it, holds {keys} of its key(s): {remedy}"
    )
}

/// The primaries that hold keys of a slot that is another's, each with their number.
fn strays(topology: &Topology<'_>, slot: u16, owner: Option<usize>) -> Vec<(usize, u64)> {
    let held = topology.nodes().filter_map(|(node, state)| {
        let keys = state.open_keys.get(&slot).copied().filter(|keys| *keys > 0)?;
        (Some(node) != owner && topology.follows(node).is_none()).then_some((node, keys))
    });
    held.collect()
}
