//! Slots that an interrupted migration has left open (migrating or importing): some or all writes to such a slot fail.
//!
//! Where no key has moved, the slot is closed on both sides and stays with its owner. Where keys are on both sides, the
//! migration is completed if the spec lets slots move, in its direction; otherwise it is a conflict.

use std::collections::BTreeMap;

use init_core::Conflict;

use super::roles::Roles;
use super::topology::Topology;
use crate::change::Change;
use crate::desired::Slots;

/// The slots whose migration is to be completed, each with its owner and its target.
pub(crate) type UnfinishedMigrations = BTreeMap<u16, (usize, usize)>;

/// Plans to close open slots, and returns those whose migration is to be completed.
pub(super) fn plan(
    topology: &Topology<'_>,
    roles: &Roles,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) -> UnfinishedMigrations {
    let owners = topology.owners();
    let (mut closed, mut unfinished): (BTreeMap<usize, Vec<u16>>, UnfinishedMigrations) = Default::default();
    for (node, state) in topology.nodes() {
        for (slot, other) in state.open_slots() {
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
            match (keys_outside_owner(topology, *slot, owner).as_slice(), owner) {
                ([], _) => closed.entry(node).or_default().push(*slot),
                ([(holder, _)], Some(owner)) if may_complete(topology, roles, *slot, (owner, *holder)) => {
                    unfinished.insert(*slot, (owner, *holder));
                }
                ([(holder, keys), ..], _) => {
                    conflicts.push(Conflict::new(at, interrupted_move(topology, *slot, *holder, *keys)));
                }
            }
        }
    }
    for (node, slots) in closed {
        let slots: Slots = slots.into_iter().collect();
        changes.extend(topology.endpoint(node).map(|node| Change::StabilizeSlots { node, slots }));
    }
    unfinished
}

/// True when the migration can be completed towards the node that holds keys: a primary that keeps slots, and that
/// either imports this slot or is the target of the owner.
fn may_complete(topology: &Topology<'_>, roles: &Roles, slot: u16, (owner, holder): (usize, usize)) -> bool {
    let own = |node: usize| topology.own_entry(node);
    let imports = own(holder).is_some_and(|own| own.importing.contains(&slot));
    let id = topology.states.get(holder).map(|state| &state.id);
    let sends = own(owner).is_some_and(|own| own.open_slots.get(&slot) == id);
    topology.desired.rebalance && (imports || sends) && roles.primaries.contains(&holder)
}

fn interrupted_move(topology: &Topology<'_>, slot: u16, holder: usize, keys: u64) -> String {
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

/// The primaries that hold keys of this slot without owning it, each with their number of keys.
fn keys_outside_owner(topology: &Topology<'_>, slot: u16, owner: Option<usize>) -> Vec<(usize, u64)> {
    let held = topology.nodes().filter_map(|(node, state)| {
        let keys = state.keys_of_open_slots.get(&slot).copied().filter(|keys| *keys > 0)?;
        (Some(node) != owner && topology.primary_id(node).is_none()).then_some((node, keys))
    });
    held.collect()
}
