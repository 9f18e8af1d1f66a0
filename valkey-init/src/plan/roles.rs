//! The role of each node of a cluster: assigns slots without an owner to primaries, and nodes without slots to the
//! primaries that lack replicas.
//!
//! A role that came from a failover is kept, and a slot that has an owner stays there unless `rebalance` moves it. A
//! formation that was interrupted at any point ends in the layout of the spec, because each choice prefers the layout.

use std::collections::{BTreeMap, BTreeSet};

use super::topology::Topology;
use crate::desired::Slots;

/// The roles of all nodes, and the changes that lead to them.
pub(crate) struct Roles {
    /// Slots without an owner, by the primary that gets them.
    pub(crate) assigned: BTreeMap<usize, Slots>,
    /// The primaries, also those without slots.
    pub(crate) primaries: BTreeSet<usize>,
    /// The new primary of each replica that has none yet, or that gets another one.
    pub(crate) new_primaries: BTreeMap<usize, usize>,
    follows: BTreeMap<usize, usize>,
    capacity: usize,
}

impl Roles {
    pub(crate) fn new(topology: &Topology<'_>) -> Self {
        let assigned = slots_to_assign(topology);
        let owners = topology.owners().into_iter().flatten().chain(assigned.keys().copied());
        let owners: BTreeSet<usize> = owners.filter(|node| !topology.is_drained(*node)).collect();
        let primaries = choose_primaries(topology, owners);
        let mut roles = Self {
            assigned,
            primaries,
            new_primaries: BTreeMap::new(),
            follows: BTreeMap::new(),
            capacity: 0,
        };
        roles.place_replicas(topology);
        roles
    }

    fn place_replicas(&mut self, topology: &Topology<'_>) {
        // A drained node keeps its role.
        let replicas: Vec<usize> = topology
            .nodes()
            .map(|(node, _)| node)
            .filter(|node| !self.primaries.contains(node) && !topology.is_drained(*node))
            .collect();
        self.capacity = replicas.len().div_ceil(self.primaries.len().max(1));
        let mut free = Vec::new();
        for node in replicas {
            match topology.primary_of(node).filter(|primary| self.primaries.contains(primary)) {
                Some(primary) => drop(self.follows.insert(node, primary)),
                None => free.push(node),
            }
        }
        free.retain(|node| match self.primary_by_layout(topology, *node) {
            Some(primary) if self.replica_count(primary) < self.capacity => {
                self.attach(*node, primary);
                false
            }
            _ => true,
        });
        for node in free {
            let emptiest = self.primaries.iter().copied();
            let best = emptiest.min_by_key(|p| {
                (
                    self.replica_count(*p) >= self.capacity,
                    same_zone(topology, node, *p),
                    self.replica_count(*p),
                    *p,
                )
            });
            if let Some(primary) = best {
                self.attach(node, primary);
            }
        }
        while let Some((node, primary)) = self.replica_to_move(topology) {
            self.attach(node, primary);
        }
    }

    /// The primary of a node in the layout, or, when that one is a replica now, its primary.
    fn primary_by_layout(&self, topology: &Topology<'_>, node: usize) -> Option<usize> {
        let declared = topology.desired.layout.primary_of(node)?;
        if self.primaries.contains(&declared) { Some(declared) } else { self.follows.get(&declared).copied() }
    }

    /// A replica of the primary with most replicas, and the primary with fewest, if that has at least two fewer.
    fn replica_to_move(&self, topology: &Topology<'_>) -> Option<(usize, usize)> {
        let least = self.primaries.iter().copied().min_by_key(|primary| self.replica_count(*primary))?;
        let most = self.primaries.iter().copied().max_by_key(|primary| self.replica_count(*primary))?;
        if self.replica_count(most) < self.replica_count(least) + 2 {
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
        self.new_primaries.insert(node, primary);
    }

    fn replica_count(&self, primary: usize) -> usize {
        self.follows.values().filter(|followed| **followed == primary).count()
    }
}

/// True when both are in the same zone.
fn same_zone(topology: &Topology<'_>, node: usize, primary: usize) -> bool {
    let zone = |node: usize| topology.desired.nodes.get(node).and_then(|node| node.zone.as_ref());
    zone(node).is_some() && zone(node) == zone(primary)
}

/// The slots without an owner, by the primary of the layout, or by the primary of that node when it is a replica now.
fn slots_to_assign(topology: &Topology<'_>) -> BTreeMap<usize, Slots> {
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

/// Chooses the primaries: the owners of slots, then, up to the number of the layout, nodes with replicas, nodes that
/// are primaries in the layout, and any node that is not a replica.
fn choose_primaries(topology: &Topology<'_>, owners: BTreeSet<usize>) -> BTreeSet<usize> {
    let count = topology.desired.layout.primary_count();
    let mut primaries = owners;
    let declared: BTreeSet<usize> = topology.desired.layout.primaries().map(|(node, _)| node).collect();
    let followed: BTreeSet<usize> =
        topology.nodes().filter_map(|(node, _)| topology.primary_of(node)).collect();
    let free: Vec<usize> = topology
        .nodes()
        .map(|(node, _)| node)
        .filter(|node| {
            !primaries.contains(node) && topology.primary_id(*node).is_none() && !topology.is_drained(*node)
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
