//! What has to change, and what cannot. Pure: it sees two values and answers with a third.

mod change;
mod quota;
mod user;

use std::collections::BTreeMap;

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, Plan, SpecPath};

use crate::observe::{Observed, ObservedTopic, Setting};
use crate::spec::{Desired, Origin, Topic};

pub use change::{
    AlterBrokerConfig, AlterTopicConfig, BROKER_DEFAULT, Change, CreatePartitions, CreateTopic,
};
pub use quota::AlterQuota;
pub use user::{AlterCredential, AlterUser, CreateUser};

/// All drift, and all that stands in the way.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut conflicts: Vec<Conflict> = other_cluster(desired, observed).into_iter().collect();
    let mut changes = Vec::new();
    for (name, side) in by_key(&desired.topics, &observed.topics) {
        match side {
            Side::Missing(topic) => changes.push(create(name, topic)),
            Side::Present(topic, there) => {
                conflicts.extend(fewer_partitions(name, topic, there));
                conflicts.extend(other_replication_factor(name, topic, there));
                conflicts.extend(hidden(&topic.config, &there.config, &Origin::Topic.at(name, "config")));
                changes.extend(grow(name, topic, there));
                changes.extend(alter(name, topic, there));
            }
            Side::Extra(_) => {}
        }
    }
    changes.extend(user::changes(&desired.users, &observed.users));
    changes.extend(desired.acls.difference(&observed.acls).cloned().map(Change::CreateAcl));
    changes.extend(quota::changes(&desired.quotas, &observed.quotas));
    conflicts.extend(hidden(
        &desired.broker_defaults,
        &observed.broker_defaults,
        &SpecPath::root().key("brokerDefaults"),
    ));
    changes.extend(alter_brokers(desired, observed));
    Plan::new(changes, conflicts)
}

fn other_cluster(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (want, have) = (desired.cluster_id.as_ref()?, observed.cluster_id.as_ref()?);
    let problem = || {
        format!(
            "the servers belong to cluster {have}, not {want}: correct `bootstrap`, or `clusterId` if it was made anew"
        )
    };
    (want != have).then(|| Conflict::new(SpecPath::root().key("clusterId"), problem()))
}

fn create(name: &str, topic: &Topic) -> Change {
    Change::CreateTopic(CreateTopic {
        name: name.to_owned(),
        partitions: topic.partitions.map_or(BROKER_DEFAULT.into(), |said| said.value),
        replication_factor: topic.replication_factor.map_or(BROKER_DEFAULT, |said| said.value),
        config: topic.config.clone(),
    })
}

fn grow(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Change> {
    let to = topic.partitions?.value;
    let grown = CreatePartitions { name: name.to_owned(), from: there.partitions, to };
    (to > there.partitions).then_some(Change::CreatePartitions(grown))
}

/// A declared value is compared with the one in effect, whether that comes from the topic, the broker or
/// Kafka itself: the spec says what must hold, and what holds needs no change. Should a default move later,
/// the next run sees it.
fn alter(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Change> {
    let config = drifts(&topic.config, &there.config);
    let altered = !config.is_empty();
    altered.then(|| Change::AlterTopicConfig(AlterTopicConfig { name: name.to_owned(), config }))
}

/// What is set for all brokers is a thing of its own, beside what each broker has in its file.
fn alter_brokers(desired: &Desired, observed: &Observed) -> Option<Change> {
    let config = drifts(&desired.broker_defaults, &observed.broker_defaults);
    let altered = !config.is_empty();
    altered.then_some(Change::AlterBrokerConfig(AlterBrokerConfig { config }))
}

fn drifts(
    wanted: &BTreeMap<String, String>,
    there: &BTreeMap<String, Setting>,
) -> BTreeMap<String, Drift<String>> {
    let mut config = BTreeMap::new();
    for (key, want) in wanted {
        let setting = there.get(key);
        // What the broker does not list is no config of a topic. It stays in the plan, so that the server is
        // asked and says so, before anything is written.
        let from = setting.and_then(|setting| setting.value.clone());
        let holds = |from: &String| setting.is_some_and(|setting| setting.kind.same(from, want));
        if !from.as_ref().is_some_and(holds) && !setting.is_some_and(|setting| setting.sensitive) {
            config.insert(key.clone(), Drift { from, to: want.clone() });
        }
    }
    config
}

fn fewer_partitions(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Conflict> {
    let said = topic.partitions.filter(|said| said.value < there.partitions)?;
    let problem = format!(
        "topic `{name}` has {} partitions and Kafka takes none away: declare {0} or more, or -1 to accept what is \
         there, or move its records to a new topic",
        there.partitions
    );
    Some(Conflict::new(said.origin.at(name, "partitions"), problem))
}

fn other_replication_factor(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Conflict> {
    let said = topic.replication_factor?;
    let (fewest, most) = there.copies;
    if (fewest, most) == (said.value, said.value) {
        return None;
    }
    let have = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    let problem = format!(
        "topic `{name}` has replication factor {have}, not {}: reassign its partitions (kafka-reassign-partitions), \
         or declare {fewest}, or -1 to accept what is there",
        said.value
    );
    Some(Conflict::new(said.origin.at(name, "replicationFactor"), problem))
}

/// A value that the broker never shows can be neither compared nor verified.
fn hidden(
    wanted: &BTreeMap<String, String>,
    there: &BTreeMap<String, Setting>,
    at: &SpecPath,
) -> Vec<Conflict> {
    let hidden = |key: &&String| there.get(*key).is_some_and(|setting| setting.sensitive);
    let conflict = |key: &String| {
        let problem =
            format!("the broker keeps `{key}` to itself, so that it cannot be compared: leave it out");
        Conflict::new(at.key(key), problem)
    };
    wanted.keys().filter(hidden).map(conflict).collect()
}
