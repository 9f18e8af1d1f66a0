//! Plans the migrations after which all primaries own equally many slots. As few slots as possible move.
//!
//! A primary that owns more slots than its share gives the surplus, one that owns fewer takes what it lacks, and none
//! does both. Where the number of slots is not divisible, the primaries that own most get the larger shares, so that
//! nothing moves for them.

use std::collections::{BTreeMap, BTreeSet};

use super::open_slots::UnfinishedMigrations;
use super::roles::Roles;
use super::topology::Topology;
use crate::change::Change;
use crate::desired::Slots;

/// The slots to be moved, by the positions of source and target.
pub(crate) type SlotMoves = BTreeMap<(usize, usize), Slots>;

/// Plans the migrations, interrupted ones first: the servers start no new one beside them.
pub(super) fn plan(
    topology: &Topology<'_>,
    roles: &Roles,
    unfinished: &UnfinishedMigrations,
    changes: &mut Vec<Change>,
) {
    if !topology.desired.rebalance {
        return;
    }
    let mut owners = topology.owners();
    for (node, slots) in &roles.assigned {
        for slot in slots.iter() {
            if let Some(owner) = owners.get_mut(usize::from(slot)) {
                *owner = Some(*node);
            }
        }
    }
    for (begins, moves) in
        [(false, moves_to_finish(unfinished)), (true, slot_moves(&owners, &roles.primaries, unfinished))]
    {
        for ((from, to), slots) in moves {
            if let (Some(node), Some(to)) = (topology.endpoint(from), topology.endpoint(to)) {
                changes.push(Change::MigrateSlots { begins, node, to, slots });
            }
        }
    }
}

fn moves_to_finish(unfinished: &UnfinishedMigrations) -> SlotMoves {
    group_by_pair(unfinished.iter().map(|(slot, (from, to))| ((*from, *to), *slot)))
}

/// The moves that distribute the slots evenly over `primaries`. The migrations in `unfinished` count as
/// completed.
pub(crate) fn slot_moves(
    owners: &[Option<usize>],
    primaries: &BTreeSet<usize>,
    unfinished: &UnfinishedMigrations,
) -> SlotMoves {
    let mut fixed: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, to) in unfinished.values() {
        *fixed.entry(*to).or_default() += 1;
    }
    let mut owned: BTreeMap<usize, Vec<u16>> =
        primaries.iter().map(|primary| (*primary, Vec::new())).collect();
    for (slot, owner) in (0..).zip(owners) {
        if let (Some(owner), false) = (owner, unfinished.contains_key(&slot)) {
            owned.entry(*owner).or_default().push(slot);
        }
    }
    let count = |node: &usize| owned.get(node).map_or(0, Vec::len) + fixed.get(node).copied().unwrap_or(0);
    let counts: BTreeMap<usize, usize> = owned.keys().map(|node| (*node, count(node))).collect();
    let shares = target_counts(&counts, primaries);
    let mut surplus = Vec::new();
    for (node, slots) in &owned {
        let share = shares.get(node).copied().unwrap_or(0);
        let more = counts.get(node).copied().unwrap_or(0).saturating_sub(share).min(slots.len());
        surplus.extend(slots.iter().skip(slots.len() - more).map(|slot| (*node, *slot)));
    }
    let lacking = shares.iter().flat_map(|(node, share)| {
        std::iter::repeat_n(*node, share.saturating_sub(counts.get(node).copied().unwrap_or(0)))
    });
    group_by_pair(surplus.into_iter().zip(lacking).map(|((from, slot), to)| ((from, to), slot)))
}

/// The number of slots that each primary is to own.
fn target_counts(counts: &BTreeMap<usize, usize>, primaries: &BTreeSet<usize>) -> BTreeMap<usize, usize> {
    let all: usize = counts.values().sum();
    let (share, rest) = (all / primaries.len().max(1), all % primaries.len().max(1));
    let mut by_count: Vec<usize> = primaries.iter().copied().collect();
    by_count.sort_by_key(|node| std::cmp::Reverse(counts.get(node).copied().unwrap_or(0)));
    let larger = |place: usize| usize::from(place < rest);
    by_count.into_iter().enumerate().map(|(place, node)| (node, share + larger(place))).collect()
}

fn group_by_pair(moves: impl Iterator<Item = ((usize, usize), u16)>) -> SlotMoves {
    let mut by_pair: BTreeMap<(usize, usize), Vec<u16>> = BTreeMap::new();
    for (pair, slot) in moves {
        by_pair.entry(pair).or_default().push(slot);
    }
    by_pair.into_iter().map(|(pair, slots)| (pair, slots.into_iter().collect())).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::desired::slots::COUNT;

    /// Owners of all slots: contiguous ranges, whose ends are anywhere.
    fn owners(ends: &[u16], nodes: usize) -> Vec<Option<usize>> {
        let owner = |slot: u16| ends.iter().filter(|end| **end <= slot).count() % nodes;
        (0..COUNT).map(|slot| Some(owner(slot))).collect()
    }

    fn counts(owners: &[Option<usize>]) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for owner in owners.iter().flatten() {
            *counts.entry(*owner).or_default() += 1;
        }
        counts
    }

    #[test]
    fn growth_takes_as_few_slots_from_each_as_there_can_be() {
        let three = owners(&[5461, 10923], 3);
        let moves = slot_moves(&three, &(0..5).collect(), &UnfinishedMigrations::new());
        let shown: Vec<String> =
            moves.iter().map(|((from, to), slots)| format!("{from} -> {to}: {slots}")).collect();
        assert_eq!(
            shown,
            ["0 -> 3: 3277-5460", "1 -> 3: 8738-9830", "1 -> 4: 9831-10922", "2 -> 4: 14200-16383",]
        );
    }

    proptest! {
        #[test]
        fn slots_are_shared_out_evenly_by_as_few_moves_as_possible(
            mut ends in proptest::collection::vec(0..COUNT, 0..12), nodes in 1_usize..8, kept in any::<u8>(),
            unfinished in proptest::collection::btree_map(0..COUNT, any::<u8>(), 0..20),
        ) {
            ends.sort_unstable();
            let before = owners(&ends, nodes);
            let mut primaries: BTreeSet<usize> = (0..8).filter(|node| kept & (1 << node) != 0).collect();
            primaries.insert(0);
            let list: Vec<usize> = primaries.iter().copied().collect();
            // An unfinished migration goes from an owner to another primary.
            let unfinished: UnfinishedMigrations = unfinished.into_iter().filter_map(|(slot, to)| {
                let (from, to) = (before[usize::from(slot)]?, list[usize::from(to) % list.len()]);
                (from != to).then_some((slot, (from, to)))
            }).collect();
            let moved = slot_moves(&before, &primaries, &unfinished);

            let mut after = before.clone();
            for (slot, (_, to)) in &unfinished {
                after[usize::from(*slot)] = Some(*to);
            }
            let between = counts(&after);
            for ((from, to), slots) in &moved {
                for slot in slots.iter() {
                    prop_assert_eq!(after[usize::from(slot)], Some(*from), "slot {} once", slot);
                    prop_assert!(!unfinished.contains_key(&slot));
                    after[usize::from(slot)] = Some(*to);
                }
            }
            let ended = counts(&after);
            let of = |counts: &BTreeMap<usize, usize>, node: &usize| counts.get(node).copied().unwrap_or(0);
            let smallest = primaries.iter().map(|node| of(&ended, node)).min().unwrap();
            let largest = primaries.iter().map(|node| of(&ended, node)).max().unwrap();
            prop_assert!(largest - smallest <= 1, "{:?}", ended);
            prop_assert!(ended.keys().all(|node| primaries.contains(node)), "{:?}", ended);
            let givers: BTreeSet<usize> = moved.keys().map(|(from, _)| *from).collect();
            prop_assert!(moved.keys().all(|(_, to)| !givers.contains(to)));
            // No fewer moves can do: all of those that keep nothing, and each surplus over the largest shares.
            let share = usize::from(COUNT) / primaries.len();
            let mut over: Vec<usize> = primaries.iter().map(|node| of(&between, node).saturating_sub(share)).collect();
            over.sort_unstable();
            let larger = usize::from(COUNT) % primaries.len();
            let least = over.iter().rev().enumerate().map(|(place, over)| over.saturating_sub(usize::from(place < larger))).sum::<usize>()
                + between.iter().filter(|(node, _)| !primaries.contains(node)).map(|(_, count)| count).sum::<usize>();
            prop_assert_eq!(moved.values().map(|slots| slots.iter().count()).sum::<usize>(), least);
            prop_assert!(slot_moves(&after, &primaries, &UnfinishedMigrations::new()).is_empty());
        }
    }
}
