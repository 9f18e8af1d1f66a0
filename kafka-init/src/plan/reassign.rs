//! Computes the replica assignment of an existing topic for another replication factor.
//!
//! The plan moves as few replicas as possible. A larger factor keeps all existing replicas; a smaller one drops dead
//! and out-of-sync replicas first. A new replica goes to a rack that the partition is not in yet, and then to the
//! broker with the fewest replicas.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Conflict;

use crate::change::{Change, ReassignPartitions};
use crate::desired::{Declared, Desired, Topic};
use crate::observed::{Assignment, Observed, ObservedTopic};

/// The unfenced brokers, each with its rack and the number of replicas and leaders that it has of the observed
/// topics.
struct Brokers<'o> {
    racks: &'o BTreeMap<i32, Option<String>>,
    copies: BTreeMap<i32, usize>,
    leaders: BTreeMap<i32, usize>,
}

pub(super) fn changes(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    let mut brokers = Brokers::of(observed);
    for (name, topic) in &desired.topics {
        let (Some(declared), Some(existing)) = (topic.replication_factor, observed.topics.get(name)) else {
            continue;
        };
        if !topic.reassign || !existing.differs_from(declared.value) {
            continue;
        }
        match too_few_brokers(name, declared, existing, &brokers) {
            Some(conflict) => conflicts.push(conflict),
            None => changes.push(into_change(reassign(name, declared.value, existing, &mut brokers))),
        }
    }
    (changes, conflicts)
}

/// The change for a reassignment. Fewer replicas come after the configs, so that a smaller `min.insync.replicas` is
/// set first.
fn into_change(reassignment: ReassignPartitions) -> Change {
    if reassignment.from.1 > reassignment.to {
        Change::DecreaseReplicas(reassignment)
    } else {
        Change::IncreaseReplicas(reassignment)
    }
}

fn reassign(
    name: &str,
    factor: i16,
    existing: &ObservedTopic,
    brokers: &mut Brokers<'_>,
) -> ReassignPartitions {
    let wanted = usize::try_from(factor).unwrap_or(1);
    let (mut moves, mut ongoing, mut of_other_clients) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for (&index, partition) in &existing.assignment {
        match &partition.target {
            Some(target) if target.len() == wanted => drop(ongoing.insert(index)),
            Some(_) => drop(of_other_clients.insert(index)),
            None if partition.replicas.len() == wanted => {}
            None => drop(moves.insert(index, brokers.assign(index, partition, wanted))),
        }
    }
    let (from, to) = (existing.copies, factor);
    ReassignPartitions { name: name.to_owned(), from, to, moves, ongoing, of_other_clients }
}

fn too_few_brokers(
    name: &str,
    declared: Declared<i16>,
    existing: &ObservedTopic,
    brokers: &Brokers<'_>,
) -> Option<Conflict> {
    let members = brokers.racks.len();
    let is_possible = usize::try_from(declared.value).is_ok_and(|factor| factor <= members);
    let grows = existing.copies.0 < declared.value;
    let problem = || {
        format!(
            "topic `{name}` is to have replication factor {}, and {members} brokers take part: start more, or declare \
             {members} or fewer",
            declared.value
        )
    };
    (grows && !is_possible).then(|| Conflict::new(declared.origin.at(name, "replicationFactor"), problem()))
}

/// True when the spec gives the topic at least this many replicas.
pub(super) fn will_have_replicas(topic: &Topic, copies: i64) -> bool {
    topic.reassign && topic.replication_factor.is_some_and(|declared| i64::from(declared.value) >= copies)
}

impl<'o> Brokers<'o> {
    fn of(observed: &'o Observed) -> Self {
        let mut brokers =
            Self { racks: &observed.brokers, copies: BTreeMap::new(), leaders: BTreeMap::new() };
        for partition in observed.topics.values().flat_map(|topic| topic.assignment.values()) {
            for replica in &partition.replicas {
                *brokers.copies.entry(*replica).or_default() += 1;
            }
            if let Some(first) = partition.replicas.first() {
                *brokers.leaders.entry(*first).or_default() += 1;
            }
        }
        brokers
    }

    /// The replicas of a partition for this factor, the preferred leader first.
    fn assign(&mut self, index: i32, partition: &Assignment, wanted: usize) -> Vec<i32> {
        let kept = self.replicas_to_keep(partition, wanted);
        for lost in partition.replicas.iter().filter(|replica| !kept.contains(replica)) {
            decrement(&mut self.copies, *lost);
        }
        let mut replicas = kept;
        while replicas.len() < wanted {
            let Some(added) = self.broker_for_next_replica(index, &replicas) else { break };
            *self.copies.entry(added).or_default() += 1;
            replicas.push(added);
        }
        self.put_preferred_leader_first(partition, &mut replicas);
        replicas
    }

    /// The replicas that stay, in their order. Live and in-sync replicas are preferred, then those on different
    /// racks.
    fn replicas_to_keep(&self, partition: &Assignment, wanted: usize) -> Vec<i32> {
        let mut rest: Vec<(usize, i32)> = partition.replicas.iter().copied().enumerate().collect();
        let mut kept: Vec<(usize, i32)> = Vec::new();
        while kept.len() < wanted {
            let chosen: Vec<i32> = kept.iter().map(|(_, broker)| *broker).collect();
            let rank = |(position, broker): &(usize, i32)| {
                let is_alive = self.racks.contains_key(broker);
                (
                    !is_alive,
                    !partition.in_sync.contains(broker),
                    self.shares_rack(*broker, &chosen),
                    *position,
                )
            };
            let Some(best) = rest.iter().copied().min_by_key(rank) else { break };
            rest.retain(|other| *other != best);
            kept.push(best);
        }
        kept.sort_unstable();
        kept.into_iter().map(|(_, broker)| broker).collect()
    }

    /// The broker that gets the next replica. Equal brokers take turns from one partition to the next.
    fn broker_for_next_replica(&self, index: i32, replicas: &[i32]) -> Option<i32> {
        let count = self.racks.len().max(1);
        let turn = usize::try_from(index).unwrap_or_default() % count;
        let candidates = self.racks.keys().enumerate().filter(|(_, broker)| !replicas.contains(broker));
        let rank = |(position, broker): &(usize, &i32)| {
            let held = self.copies.get(*broker).copied().unwrap_or_default();
            (self.shares_rack(**broker, replicas), held, (position + count - turn) % count)
        };
        candidates.min_by_key(rank).map(|(_, broker)| *broker)
    }

    fn shares_rack(&self, broker: i32, others: &[i32]) -> bool {
        let rack = self.racks.get(&broker).and_then(Option::as_ref);
        rack.is_some() && others.iter().any(|other| self.racks.get(other).and_then(Option::as_ref) == rack)
    }

    /// Puts the preferred leader first. The present one stays, unless another broker would still lead fewer
    /// partitions.
    fn put_preferred_leader_first(&mut self, partition: &Assignment, replicas: &mut [i32]) {
        if let Some(first) = partition.replicas.first() {
            decrement(&mut self.leaders, *first);
        }
        let led_partitions = |broker: &i32| self.leaders.get(broker).copied().unwrap_or_default();
        let is_alive = |broker: &i32| self.racks.contains_key(broker);
        let best = replicas
            .iter()
            .enumerate()
            .min_by_key(|(position, broker)| (!is_alive(broker), led_partitions(broker), *position));
        let Some((position, broker)) = best.map(|(position, broker)| (position, *broker)) else { return };
        if let Some(front) = replicas.get_mut(..=position) {
            front.rotate_right(1);
        }
        *self.leaders.entry(broker).or_default() += 1;
    }
}

fn decrement(counts: &mut BTreeMap<i32, usize>, broker: i32) {
    if let Some(count) = counts.get_mut(&broker) {
        *count = count.saturating_sub(1);
    }
}

#[cfg(test)]
#[path = "reassign_tests.rs"]
mod tests;
