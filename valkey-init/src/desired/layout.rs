//! The primaries of a new cluster with their slots, and the primary of each other node: a function of the spec alone.
//!
//! The order of the node list and the zones decide: primaries are taken from the zones in turn, and no replica is
//! placed in the zone of its primary while a primary of another zone has room. This is a maximum matching, so it does
//! not depend on the order of the choices.

use std::collections::BTreeSet;

use super::slots::{self, Slots};

/// The layout of a cluster, by positions in the spec's node list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    primaries: Vec<usize>,
    /// The primary of each node that is a replica, by the position of the replica.
    follows: Vec<Option<usize>>,
}

impl Layout {
    /// The layout of nodes in these zones. A node without a zone counts as alone in its zone.
    pub fn new(zones: &[Option<&str>], replicas_per_primary: usize) -> Self {
        let count = zones.len() / (1 + replicas_per_primary);
        let primaries = interleave(zones, count);
        let replicas: Vec<usize> = (0..zones.len()).filter(|node| !primaries.contains(node)).collect();
        let mut placement =
            Placement { zones, primaries: &primaries, capacity: replicas_per_primary, placed: Vec::new() };
        for node in &replicas {
            placement.place(*node);
        }
        let mut follows = vec![None; zones.len()];
        for (node, primary) in placement.placed {
            if let Some(slot) = follows.get_mut(node) {
                *slot = Some(primary);
            }
        }
        Self { primaries, follows }
    }

    /// The layout of a new cluster of these nodes, each with its zone and whether it is drained. A drained node has no role.
    pub(crate) fn without_drained<'n>(
        nodes: impl Iterator<Item = (Option<&'n str>, bool)>,
        replicas_per_primary: Option<u16>,
    ) -> Self {
        let all: Vec<(Option<&str>, bool)> = nodes.collect();
        let kept = all.iter().enumerate().filter(|(_, (_, is_drained))| !is_drained);
        let (kept, zones): (Vec<usize>, Vec<Option<&str>>) =
            kept.map(|(position, (zone, _))| (position, *zone)).unzip();
        Self::new(&zones, usize::from(replicas_per_primary.unwrap_or(0))).at(&kept, all.len())
    }

    /// Moves a layout of a part of the nodes to their positions in the list of all `count` nodes.
    #[must_use]
    pub(crate) fn at(self, positions: &[usize], count: usize) -> Self {
        let place = |node: usize| positions.get(node).copied().unwrap_or(node);
        let mut follows = vec![None; count];
        for (node, primary) in self.follows.iter().enumerate() {
            if let Some(slot) = follows.get_mut(place(node)) {
                *slot = primary.map(place);
            }
        }
        Self { primaries: self.primaries.into_iter().map(place).collect(), follows }
    }

    /// The primaries, each with its slots.
    pub fn primaries(&self) -> impl Iterator<Item = (usize, Slots)> {
        let count = self.primaries.len().max(1);
        self.primaries.iter().enumerate().map(move |(turn, node)| (*node, share(turn, count)))
    }

    /// The number of primaries.
    pub fn primary_count(&self) -> usize {
        self.primaries.len()
    }

    /// The primary of a node, if it is a replica.
    pub fn primary_of(&self, node: usize) -> Option<usize> {
        self.follows.get(node).copied().flatten()
    }
}

/// The slots of one of `count` primaries: a contiguous range, and all ranges are of nearly equal size.
fn share(turn: usize, count: usize) -> Slots {
    let all = usize::from(slots::COUNT);
    let bound = |turn: usize| (turn * all + count / 2) / count;
    (bound(turn)..bound(turn + 1)).filter_map(|slot| u16::try_from(slot).ok()).collect()
}

/// Chooses `count` primaries from the zones in turn, in the order of the list.
fn interleave(zones: &[Option<&str>], count: usize) -> Vec<usize> {
    let mut rows = BTreeSet::new();
    for (node, zone) in zones.iter().enumerate() {
        let turn = zones.iter().take(node).filter(|other| *other == zone).count();
        // Without zones the list is the order.
        rows.insert((if zone.is_some() { turn } else { 0 }, node));
    }
    let primaries: BTreeSet<usize> = rows.into_iter().take(count).map(|(_, node)| node).collect();
    primaries.into_iter().collect()
}

/// The assignment of replicas to primaries with a limited number of replicas: a bipartite matching by augmenting paths.
struct Placement<'a> {
    zones: &'a [Option<&'a str>],
    primaries: &'a [usize],
    capacity: usize,
    placed: Vec<(usize, usize)>,
}

impl Placement<'_> {
    fn place(&mut self, node: usize) {
        if self.augment(node, &mut Vec::new()) {
            return;
        }
        let free = self.preferred(node).find(|primary| self.replicas_of(*primary) < self.capacity);
        self.placed.extend(free.map(|primary| (node, primary)));
    }

    /// Places `node` at a primary of another zone, and moves other replicas where that makes room: an augmenting path.
    fn augment(&mut self, node: usize, tried: &mut Vec<usize>) -> bool {
        let candidates: Vec<usize> = self.preferred(node).filter(|p| self.in_other_zone(node, *p)).collect();
        for primary in candidates {
            if tried.contains(&primary) {
                continue;
            }
            tried.push(primary);
            if self.replicas_of(primary) < self.capacity {
                self.placed.push((node, primary));
                return true;
            }
            let there: Vec<usize> =
                self.placed.iter().filter(|(_, p)| *p == primary).map(|(n, _)| *n).collect();
            for other in there {
                self.placed.retain(|(n, _)| *n != other);
                if self.augment(other, tried) {
                    self.placed.push((node, primary));
                    return true;
                }
                self.placed.push((other, primary));
            }
        }
        false
    }

    /// The primaries in the order of preference for a node, which begins with the next one in turn.
    fn preferred(&self, node: usize) -> impl Iterator<Item = usize> + use<'_> {
        let before = (0..node).filter(|other| !self.primaries.contains(other)).count();
        let turn = before % self.primaries.len().max(1);
        self.primaries.iter().cycle().skip(turn).take(self.primaries.len()).copied()
    }

    fn replicas_of(&self, primary: usize) -> usize {
        self.placed.iter().filter(|(_, p)| *p == primary).count()
    }

    fn in_other_zone(&self, node: usize, primary: usize) -> bool {
        let zone = |node: usize| self.zones.get(node).copied().flatten();
        zone(node).is_none() || zone(node) != zone(primary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(zones: &[&str], replicas: usize) -> Vec<(usize, Option<usize>)> {
        let zones: Vec<Option<&str>> = zones.iter().map(|zone| (!zone.is_empty()).then_some(*zone)).collect();
        let layout = Layout::new(&zones, replicas);
        (0..zones.len()).map(|node| (node, layout.primary_of(node))).collect()
    }

    #[test]
    fn without_zones_the_list_is_the_layout() {
        let expected = [(0, None), (1, None), (2, None), (3, Some(0)), (4, Some(1)), (5, Some(2))];
        assert_eq!(pairs(&["", "", "", "", "", ""], 1), expected);
    }

    #[test]
    fn a_replica_sits_in_another_zone_even_when_others_must_move() {
        for zones in [
            &["a", "b", "c", "a", "b", "c"][..],
            &["a", "a", "b", "b", "c", "c"],
            &["a", "a", "a", "b", "b", "b"],
            &["b", "a", "a", "c", "a", "b"],
        ] {
            for (node, primary) in pairs(zones, 1) {
                if let Some(primary) = primary {
                    assert_ne!(zones[node], zones[primary], "{zones:?}: {node} beside {primary}");
                }
            }
        }
    }

    #[test]
    fn shares_are_the_ranges_that_valkey_cli_makes() {
        let shares: Vec<String> = (0..3).map(|turn| share(turn, 3).to_string()).collect();
        assert_eq!(shares, ["0-5460", "5461-10922", "10923-16383"]);
    }

    proptest! {
        #[test]
        fn every_slot_has_one_owner_and_every_primary_its_replicas(
            primaries in 1_usize..12, replicas in 0_usize..4, zones: [u8; 8],
        ) {
            let names = ["a", "b", "c", "d"];
            let nodes = primaries * (1 + replicas);
            let zones: Vec<Option<&str>> =
                (0..nodes).map(|node| names.get(usize::from(zones[node % 8] % 5)).copied()).collect();
            let layout = Layout::new(&zones, replicas);
            let slots: Vec<u16> = layout.primaries().flat_map(|(_, slots)| slots.iter().collect::<Vec<_>>()).collect();
            prop_assert_eq!(slots, (0..slots::COUNT).collect::<Vec<_>>());
            for (primary, _) in layout.primaries() {
                let of = (0..nodes).filter(|node| layout.primary_of(*node) == Some(primary)).count();
                prop_assert_eq!(of, replicas);
                prop_assert_eq!(layout.primary_of(primary), None);
            }
        }
    }
}
