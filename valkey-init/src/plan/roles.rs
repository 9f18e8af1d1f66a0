//! Who ends up as what: uncovered slots to their primaries, empty nodes to the primaries that lack replicas.
//!
//! A role that came about by a failover is right, and a slot that has an owner stays there; `rebalance` alone moves some. From any prefix of a
//! first formation this arrives at the spec's layout, because every choice prefers what the layout says.

use std::collections::{BTreeMap, BTreeSet};

use super::topology::Topology;
use crate::desired::Slots;

/// The roles of all nodes, and what is missing from them.
pub(crate) struct Roles {
    /// Slots without an owner, by the primary that gets them.
    pub(crate) assigned: BTreeMap<usize, Slots>,
    /// The primaries, also those without slots.
    pub(crate) primaries: BTreeSet<usize>,
    /// Replicas that have no primary yet, or get another one.
    pub(crate) attach: BTreeMap<usize, usize>,
    follows: BTreeMap<usize, usize>,
    capacity: usize,
}

impl Roles {
    pub(crate) fn new(topology: &Topology<'_>) -> Self {
        let assigned = uncovered(topology);
        let owners = topology.owners().into_iter().flatten().chain(assigned.keys().copied());
        let owners: BTreeSet<usize> = owners.filter(|node| !topology.drains(*node)).collect();
        let primaries = primaries(topology, owners);
        let mut roles =
            Self { assigned, primaries, attach: BTreeMap::new(), follows: BTreeMap::new(), capacity: 0 };
        roles.place_replicas(topology);
        roles
    }

    fn place_replicas(&mut self, topology: &Topology<'_>) {
        // A node that is drained is left in the role that it has.
        let replicas: Vec<usize> = topology
            .nodes()
            .map(|(node, _)| node)
            .filter(|node| !self.primaries.contains(node) && !topology.drains(*node))
            .collect();
        self.capacity = replicas.len().div_ceil(self.primaries.len().max(1));
        let mut free = Vec::new();
        for node in replicas {
            match topology.primary_of(node).filter(|primary| self.primaries.contains(primary)) {
                Some(primary) => drop(self.follows.insert(node, primary)),
                None => free.push(node),
            }
        }
        free.retain(|node| match self.declared(topology, *node) {
            Some(primary) if self.count(primary) < self.capacity => {
                self.attach(*node, primary);
                false
            }
            _ => true,
        });
        for node in free {
            let emptiest = self.primaries.iter().copied();
            let best = emptiest.min_by_key(|p| {
                (self.count(*p) >= self.capacity, same_zone(topology, node, *p), self.count(*p), *p)
            });
            if let Some(primary) = best {
                self.attach(node, primary);
            }
        }
        while let Some((node, primary)) = self.replica_to_move(topology) {
            self.attach(node, primary);
        }
    }

    /// The primary that the layout gives a node, or, when that one is a replica now, the one that it follows.
    fn declared(&self, topology: &Topology<'_>, node: usize) -> Option<usize> {
        let declared = topology.desired.layout.primary_of(node)?;
        if self.primaries.contains(&declared) { Some(declared) } else { self.follows.get(&declared).copied() }
    }

    /// A replica of the primary with the most, for the one with two less at least.
    fn replica_to_move(&self, topology: &Topology<'_>) -> Option<(usize, usize)> {
        let least = self.primaries.iter().copied().min_by_key(|primary| self.count(*primary))?;
        let most = self.primaries.iter().copied().max_by_key(|primary| self.count(*primary))?;
        if self.count(most) < self.count(least) + 2 {
            return None;
        }
        let candidates = self.follows.iter().filter(|(_, primary)| **primary == most).map(|(node, _)| *node);
        let node = candidates.min_by_key(|node| {
            let declared = topology.desired.layout.primary_of(*node) == Some(least);
            (!declared, same_zone(topology, *node, least), usize::MAX - node)
        })?;
        Some((node, least))
    }

    fn attach(&mut self, node: usize, primary: usize) {
        self.follows.insert(node, primary);
        self.attach.insert(node, primary);
    }

    fn count(&self, primary: usize) -> usize {
        self.follows.values().filter(|followed| **followed == primary).count()
    }
}

/// Whether both stand in the same zone.
fn same_zone(topology: &Topology<'_>, node: usize, primary: usize) -> bool {
    let zone = |node: usize| topology.desired.nodes.get(node).and_then(|node| node.zone.as_ref());
    zone(node).is_some() && zone(node) == zone(primary)
}

/// Slots without an owner go to the primary that the layout names, or to the primary which that node follows now.
fn uncovered(topology: &Topology<'_>) -> BTreeMap<usize, Slots> {
    let owners = topology.owners();
    let mut assigned = BTreeMap::new();
    for (node, share) in topology.desired.layout.primaries() {
        let holder = topology.primary_of(node).unwrap_or(node);
        let missing: Slots =
            share.iter().filter(|slot| owners.get(usize::from(*slot)).is_none_or(Option::is_none)).collect();
        if !missing.is_empty() {
            let slots: &mut Slots = assigned.entry(holder).or_default();
            *slots = slots.iter().chain(missing.iter()).collect();
        }
    }
    assigned
}

/// The owners of slots, and as many others as the layout has primaries: those that have replicas already, those
/// that the layout names, then whoever is free.
fn primaries(topology: &Topology<'_>, owners: BTreeSet<usize>) -> BTreeSet<usize> {
    let count = topology.desired.layout.primary_count();
    let mut primaries = owners;
    let declared: BTreeSet<usize> = topology.desired.layout.primaries().map(|(node, _)| node).collect();
    let followed: BTreeSet<usize> =
        topology.nodes().filter_map(|(node, _)| topology.primary_of(node)).collect();
    let free: Vec<usize> = topology
        .nodes()
        .map(|(node, _)| node)
        .filter(|node| {
            !primaries.contains(node) && topology.follows(*node).is_none() && !topology.drains(*node)
        })
        .collect();
    let first = free.iter().filter(|node| followed.contains(node));
    let second = free.iter().filter(|node| declared.contains(node));
    for node in first.chain(second).chain(&free) {
        if primaries.len() >= count {
            break;
        }
        primaries.insert(*node);
    }
    primaries
}
