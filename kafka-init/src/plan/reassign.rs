//! Another replication factor for a topic that is there: which brokers hold each partition then.
//!
//! As little as possible is moved. More copies keep those that are there; fewer copies give up those that are dead or behind
//! first. A new copy goes to a rack that the partition is not in yet, then to the broker that holds the fewest.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Conflict;

use crate::change::{Change, ReassignPartitions};
use crate::desired::{Declared, Desired, Topic};
use crate::observed::{Assignment, Observed, ObservedTopic};

/// The brokers that take part, each with its rack and with what it holds of the topics that may be moved.
struct Brokers<'o> {
    racks: &'o BTreeMap<i32, Option<String>>,
    copies: BTreeMap<i32, usize>,
    leaders: BTreeMap<i32, usize>,
}

pub(super) fn changes(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let (mut changes, mut conflicts) = (Vec::new(), Vec::new());
    let mut brokers = Brokers::of(observed);
    for (name, topic) in &desired.topics {
        let (Some(said), Some(there)) = (topic.replication_factor, observed.topics.get(name)) else {
            continue;
        };
        if !topic.reassign || !differs(there, said.value) {
            continue;
        }
        match too_few(name, said, there, &brokers) {
            Some(conflict) => conflicts.push(conflict),
            None => changes.push(staged(reassign(name, said.value, there, &mut brokers))),
        }
    }
    (changes, conflicts)
}

/// Whether a partition has another number of copies, or is about to have.
pub(super) fn differs(there: &ObservedTopic, factor: i16) -> bool {
    there.copies != (factor, factor) || there.assignment.values().any(|partition| partition.target.is_some())
}

/// Fewer copies come after the configs: a smaller number of copies that must be in sync comes before there are fewer.
fn staged(reassignment: ReassignPartitions) -> Change {
    if reassignment.from.1 > reassignment.to {
        Change::DecreaseReplicas(reassignment)
    } else {
        Change::IncreaseReplicas(reassignment)
    }
}

fn reassign(name: &str, factor: i16, there: &ObservedTopic, brokers: &mut Brokers<'_>) -> ReassignPartitions {
    let wanted = usize::try_from(factor).unwrap_or(1);
    let (mut moves, mut under_way, mut of_others) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for (&index, partition) in &there.assignment {
        match &partition.target {
            Some(target) if target.len() == wanted => drop(under_way.insert(index)),
            Some(_) => drop(of_others.insert(index)),
            None if partition.replicas.len() == wanted => {}
            None => drop(moves.insert(index, brokers.place(index, partition, wanted))),
        }
    }
    let (from, to) = (there.copies, factor);
    ReassignPartitions { name: name.to_owned(), from, to, moves, under_way, of_others }
}

fn too_few(
    name: &str,
    said: Declared<i16>,
    there: &ObservedTopic,
    brokers: &Brokers<'_>,
) -> Option<Conflict> {
    let members = brokers.racks.len();
    let is_possible = usize::try_from(said.value).is_ok_and(|factor| factor <= members);
    let grows = there.copies.0 < said.value;
    let problem = || {
        format!(
            "topic `{name}` is to have replication factor {}, and {members} brokers take part: start more, or declare \
             {members} or fewer",
            said.value
        )
    };
    (grows && !is_possible).then(|| Conflict::new(said.origin.at(name, "replicationFactor"), problem()))
}

/// Whether the spec is going to give the topic so many copies.
pub(super) fn will_have(topic: &Topic, copies: i64) -> bool {
    topic.reassign && topic.replication_factor.is_some_and(|said| i64::from(said.value) >= copies)
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

    /// The brokers of a partition when it has so many copies, the preferred leader first.
    fn place(&mut self, index: i32, partition: &Assignment, wanted: usize) -> Vec<i32> {
        let kept = self.kept(partition, wanted);
        for lost in partition.replicas.iter().filter(|replica| !kept.contains(replica)) {
            decrement(&mut self.copies, *lost);
        }
        let mut replicas = kept;
        while replicas.len() < wanted {
            let Some(added) = self.next(index, &replicas) else { break };
            *self.copies.entry(added).or_default() += 1;
            replicas.push(added);
        }
        self.lead(partition, &mut replicas);
        replicas
    }

    /// Those that stay, in their order: alive and in sync before others, then another rack before the same again.
    fn kept(&self, partition: &Assignment, wanted: usize) -> Vec<i32> {
        let mut rest: Vec<(usize, i32)> = partition.replicas.iter().copied().enumerate().collect();
        let mut kept: Vec<(usize, i32)> = Vec::new();
        while kept.len() < wanted {
            let chosen: Vec<i32> = kept.iter().map(|(_, broker)| *broker).collect();
            let worth = |(position, broker): &(usize, i32)| {
                let is_alive = self.racks.contains_key(broker);
                (
                    !is_alive,
                    !partition.in_sync.contains(broker),
                    self.shares_rack(*broker, &chosen),
                    *position,
                )
            };
            let Some(best) = rest.iter().copied().min_by_key(worth) else { break };
            rest.retain(|other| *other != best);
            kept.push(best);
        }
        kept.sort_unstable();
        kept.into_iter().map(|(_, broker)| broker).collect()
    }

    /// The broker that gets the next copy. Equals take turns from one partition to the next.
    fn next(&self, index: i32, replicas: &[i32]) -> Option<i32> {
        let count = self.racks.len().max(1);
        let turn = usize::try_from(index).unwrap_or_default() % count;
        let candidates = self.racks.keys().enumerate().filter(|(_, broker)| !replicas.contains(broker));
        let worth = |(position, broker): &(usize, &i32)| {
            let held = self.copies.get(*broker).copied().unwrap_or_default();
            (self.shares_rack(**broker, replicas), held, (position + count - turn) % count)
        };
        candidates.min_by_key(worth).map(|(_, broker)| *broker)
    }

    fn shares_rack(&self, broker: i32, others: &[i32]) -> bool {
        let rack = self.racks.get(&broker).and_then(Option::as_ref);
        rack.is_some() && others.iter().any(|other| self.racks.get(other).and_then(Option::as_ref) == rack)
    }

    /// Puts the preferred leader first: where it is, unless another broker would have fewer all the same.
    fn lead(&mut self, partition: &Assignment, replicas: &mut [i32]) {
        if let Some(first) = partition.replicas.first() {
            decrement(&mut self.leaders, *first);
        }
        let led = |broker: &i32| self.leaders.get(broker).copied().unwrap_or_default();
        let is_alive = |broker: &i32| self.racks.contains_key(broker);
        let best = replicas
            .iter()
            .enumerate()
            .min_by_key(|(position, broker)| (!is_alive(broker), led(broker), *position));
        let Some((position, broker)) = best.map(|(position, broker)| (position, *broker)) else { return };
        if let Some(moved) = replicas.get_mut(..=position) {
            moved.rotate_right(1);
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
