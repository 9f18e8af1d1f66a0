//! The replication throttle of reassignments: set before they begin, and removed when they are complete.
//!
//! A throttle that this tool has not set is never altered or removed. One of an earlier run is recognised by its marked
//! lists (`desired::throttle`), whatever its rate: it is kept for what is still being copied, and removed otherwise.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use super::config;
use crate::change::{AlterConfig, AlterThrottle, AlterTopicConfig, Change, ConfigDrifts, ReassignPartitions};
use crate::desired::throttle::{MarkedReplicas, RATES, REPLICAS};
use crate::desired::{ConfigResource, Desired, Topic, Value};
use crate::observed::{Observed, ObservedTopic, Setting};

/// The value of a rate that limits nothing, which newer brokers show as the default.
const UNLIMITED: &str = "9223372036854775807";

/// The throttled replicas of one topic: those that are copied from, and those that are copied to.
type Lists = [MarkedReplicas; 2];
type Settings = BTreeMap<String, Setting>;

/// The throttles that are set, those that no reassignment needs any more, those that are removed at the end, and the
/// conflicts with throttles of others.
#[derive(Default)]
struct Throttles {
    set: Vec<AlterThrottle>,
    unused: Vec<AlterThrottle>,
    removed: Vec<AlterThrottle>,
    conflicts: Vec<Conflict>,
}

pub(super) fn changes(
    desired: &Desired,
    observed: &Observed,
    reassignments: &[Change],
) -> (Vec<Change>, Vec<Conflict>) {
    let (mut found, mut wanted) = (BTreeMap::new(), BTreeMap::new());
    for (name, topic) in &desired.topics {
        let Some(existing) = observed.topics.get(name) else { continue };
        let marked = marked_lists(existing);
        if let Some(copied) = copied_replicas(name, topic, existing, observed, reassignments) {
            wanted.insert(name, united(&copied, &marked));
        }
        if !marked.iter().all(|list| list.0.is_empty()) {
            found.insert(name, marked);
        }
    }
    let mut throttles = Throttles::default();
    throttles.of_topics(observed, &found, &wanted);
    if let Some(rate) = desired.throttle() {
        throttles.at_brokers(observed, &brokers(&found), &brokers(&wanted), &rate.to_string());
    }
    let needed = brokers(&wanted);
    for id in brokers(&found).difference(&needed) {
        throttles.unused.extend(rates_to_remove(*id, observed));
    }
    let set = throttles.set.into_iter().map(Change::SetThrottle);
    let unused = throttles.unused.into_iter().map(Change::RemoveUnusedThrottle);
    let removed = throttles.removed.into_iter().map(Change::RemoveThrottle);
    (set.chain(unused).chain(removed).collect(), throttles.conflicts)
}

impl Throttles {
    fn of_topics(
        &mut self,
        observed: &Observed,
        found: &BTreeMap<&String, Lists>,
        wanted: &BTreeMap<&String, Lists>,
    ) {
        for (&name, lists) in wanted {
            let Some(existing) = observed.topics.get(name) else { continue };
            self.conflicts.extend(list_of_others(name, existing));
            let values: BTreeMap<String, String> = by_config(lists);
            let pairs = values.iter().map(|(key, list)| (key, Some(list.as_str())));
            let set = config::set(pairs, &existing.throttled_replicas);
            self.set.extend(of_topic(name, set));
            if is_removable(lists, observed) {
                self.removed.extend(of_topic(name, removal(values)));
            }
        }
        for (&name, lists) in found.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
            if is_removable(lists, observed) {
                self.unused.extend(of_topic(name, removal(by_config(lists))));
            }
        }
    }

    /// `ours` are the brokers with a throttle of an earlier run.
    fn at_brokers(&mut self, observed: &Observed, ours: &BTreeSet<i32>, needed: &BTreeSet<i32>, rate: &str) {
        let wanted: BTreeMap<String, String> =
            RATES.iter().map(|key| ((*key).to_owned(), rate.to_owned())).collect();
        for id in needed {
            let Some(existing) = observed.throttle_rates.get(id) else { continue };
            if let Some(conflict) = rate_of_others(*id, existing, ours.contains(id)) {
                self.conflicts.push(conflict);
                continue;
            }
            let pairs = wanted.iter().map(|(key, rate)| (key, Some(rate.as_str())));
            self.set.extend(at_broker(*id, config::set(pairs, existing)));
            self.removed.extend(at_broker(*id, removal(wanted.clone())));
        }
    }
}

/// The marked lists of a topic.
fn marked_lists(existing: &ObservedTopic) -> Lists {
    REPLICAS.map(|key| {
        let list = existing.throttled_replicas.get(key).and_then(Setting::own);
        list.and_then(MarkedReplicas::parse).unwrap_or_default()
    })
}

/// The replicas that a reassignment copies from and to, where the spec throttles it. A broker that is away copies
/// nothing.
fn copied_replicas(
    name: &str,
    topic: &Topic,
    existing: &ObservedTopic,
    observed: &Observed,
    reassignments: &[Change],
) -> Option<Lists> {
    topic.throttle?;
    let reassignment = reassignments.iter().filter_map(reassignment).find(|change| change.name == name)?;
    let mut lists = Lists::default();
    let [sources, targets] = &mut lists;
    let mut copy = |index: i32, from: &[i32], to: &[i32]| {
        let is_present = |broker: &&i32| observed.brokers.contains_key(broker);
        if !to.is_empty() {
            sources.0.extend(from.iter().filter(is_present).map(|broker| (index, *broker)));
            targets.0.extend(to.iter().filter(is_present).map(|broker| (index, *broker)));
        }
    };
    for (index, partition) in &existing.assignment {
        if let Some(replicas) = reassignment.moves.get(index) {
            copy(*index, &partition.replicas, &without(replicas, &partition.replicas));
        } else if reassignment.ongoing.contains(index) {
            copy(*index, &without(&partition.replicas, &partition.adding), &partition.adding);
        }
    }
    (!lists.iter().all(|list| list.0.is_empty())).then_some(lists)
}

fn reassignment(change: &Change) -> Option<&ReassignPartitions> {
    if let Change::IncreaseReplicas(reassignment) | Change::DecreaseReplicas(reassignment) = change {
        Some(reassignment)
    } else {
        None
    }
}

fn without(brokers: &[i32], others: &[i32]) -> Vec<i32> {
    brokers.iter().copied().filter(|broker| !others.contains(broker)).collect()
}

/// Both lists together, so that a broker with a rate stays named until its rate is removed.
fn united(copied: &Lists, marked: &Lists) -> Lists {
    let mut united = copied.clone();
    for (list, marked) in united.iter_mut().zip(marked) {
        list.0.extend(&marked.0);
    }
    united
}

fn brokers(lists: &BTreeMap<&String, Lists>) -> BTreeSet<i32> {
    lists.values().flatten().flat_map(MarkedReplicas::brokers).collect()
}

/// True when every named broker can be asked. The list is the only trace of a rate at a broker that is away, so it
/// stays until that broker is back.
fn is_removable(lists: &Lists, observed: &Observed) -> bool {
    lists.iter().flat_map(MarkedReplicas::brokers).all(|broker| observed.throttle_rates.contains_key(&broker))
}

fn by_config(lists: &Lists) -> BTreeMap<String, String> {
    let lists = REPLICAS.iter().zip(lists).filter(|(_, list)| !list.0.is_empty());
    lists.map(|(key, list)| ((*key).to_owned(), list.to_string())).collect()
}

fn removal(values: BTreeMap<String, String>) -> ConfigDrifts {
    let drift = |value: String| Drift { from: Some(Value::Text(value)), to: Value::Unset };
    values.into_iter().map(|(key, value)| (key, drift(value))).collect()
}

/// The rates at a broker with a throttle of an earlier run.
fn rates_to_remove(id: i32, observed: &Observed) -> Option<AlterThrottle> {
    let existing = observed.throttle_rates.get(&id)?;
    let own = RATES.iter().filter_map(|key| {
        let rate = existing.get(*key).and_then(Setting::own)?;
        Some(((*key).to_owned(), rate.to_owned()))
    });
    at_broker(id, removal(own.collect()))
}

fn of_topic(name: &str, config: ConfigDrifts) -> Option<AlterThrottle> {
    let alteration = AlterTopicConfig { name: name.to_owned(), config, unlisted: BTreeSet::new() };
    (!alteration.config.is_empty()).then_some(AlterThrottle::Topic(alteration))
}

fn at_broker(id: i32, config: ConfigDrifts) -> Option<AlterThrottle> {
    let resource = ConfigResource::Broker(id);
    let alteration = AlterConfig { resource, config, unlisted: BTreeSet::new() };
    (!alteration.config.is_empty()).then_some(AlterThrottle::Broker(alteration))
}

fn list_of_others(name: &str, existing: &ObservedTopic) -> Option<Conflict> {
    let of_others = |(key, list): (&'static str, &str)| {
        (!list.trim().is_empty() && MarkedReplicas::parse(list).is_none()).then(|| (key, list.to_owned()))
    };
    let own = REPLICAS
        .iter()
        .filter_map(|key| Some((*key, existing.throttled_replicas.get(*key).and_then(Setting::own)?)));
    let (key, list) = own.filter_map(of_others).next()?;
    let problem = format!(
        "topic `{name}` has {key}={list}, which this tool has not set: take it away when nothing needs it any more, or leave \
         `throttle` out"
    );
    Some(Conflict::new(SpecPath::root().key("topics").key(name).key("reassign"), problem))
}

fn rate_of_others(id: i32, existing: &Settings, is_ours: bool) -> Option<Conflict> {
    let of_others = |setting: &Setting| {
        let rate = setting.value.as_deref().filter(|rate| *rate != UNLIMITED)?;
        (!(setting.is_own && is_ours)).then(|| rate.to_owned())
    };
    let (key, rate) = RATES.iter().find_map(|key| Some((*key, of_others(existing.get(*key)?)?)))?;
    let problem = format!(
        "broker {id} has {key}={rate}, which this tool has not set: take it away when nothing needs it any more, or leave \
         `throttle` out"
    );
    Some(Conflict::new(SpecPath::root().key("reassign"), problem))
}
