//! What has to change, and what cannot. Pure: it sees two values and answers with a third.

mod account;
mod config;
mod min_insync;
mod quota;
mod reassign;
mod resource;
mod user;

use init_core::diff::{Side, by_key};
use init_core::{Conflict, Plan, SpecPath};

use crate::change::{
    AlterBrokerConfig, AlterTopicConfig, BROKER_DEFAULT, Change, ConfigDrifts, CreatePartitions, CreateTopic,
};
use crate::desired::{Declared, Desired, Origin, Topic};
use crate::observed::{Observed, ObservedTopic};

/// All drift, and all that stands in the way.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut conflicts: Vec<Conflict> = other_cluster(desired, observed).into_iter().collect();
    let mut changes = Vec::new();
    for (name, side) in by_key(&desired.topics, &observed.topics) {
        match side {
            Side::Missing(topic) if topic.is_internal && observed.cluster_id.is_some() => {
                conflicts.push(not_there_yet(name));
            }
            Side::Missing(topic) => {
                changes.extend((!topic.is_internal).then(|| create(name, topic, desired)));
            }
            Side::Present(topic, there) => {
                conflicts.extend(fewer_partitions(name, topic, there));
                conflicts.extend(other_replication_factor(name, topic, there));
                conflicts.extend(growth_by_defaults(name, topic, there));
                conflicts.extend(config::policy_by_defaults(name, topic, there));
                conflicts.extend(min_insync::above(name, topic, there, desired));
                let at = topic.origin.at(name, "config");
                let wanted = topic.config.iter().map(|(key, said)| (key, &said.value));
                conflicts.extend(config::hidden(wanted, &there.config, &at));
                changes.extend(grow(name, topic, there));
                changes.extend(alter(name, topic, there));
            }
            Side::Extra(_) => {}
        }
    }
    let (moved, impossible) = reassign::changes(desired, observed);
    changes.extend(moved);
    conflicts.extend(impossible);
    changes.extend(user::changes(&desired.users, &observed.users));
    changes.extend(user::deletions(&desired.absent_users, &observed.users));
    changes.extend(account::create(desired, observed));
    changes.extend(account::delete(desired, observed));
    // Of another cluster, its brokers are not asked.
    if other_cluster(desired, observed).is_none() {
        conflicts.extend(account::conflicts(desired, observed));
    }
    changes.extend(quota::changes(&desired.quotas, &observed.quotas));
    let at = SpecPath::root().key("brokerDefaults");
    conflicts.extend(config::hidden(&desired.broker_defaults, &observed.broker_defaults, &at));
    conflicts.extend(min_insync::by_default(desired, observed));
    changes.extend(alter_brokers(desired, observed));
    let (altered, impossible) = resource::changes(desired, observed);
    changes.extend(altered);
    conflicts.extend(impossible);
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

fn not_there_yet(name: &str) -> Conflict {
    let problem = format!(
        "`{name}` is Kafka's own and is not there yet: it is made when it is first used, and has no configs before"
    );
    Conflict::new(SpecPath::root().key("topics").key(name), problem)
}

fn create(name: &str, topic: &Topic, desired: &Desired) -> Change {
    Change::CreateTopic(CreateTopic {
        name: name.to_owned(),
        partitions: topic.partitions.map_or(BROKER_DEFAULT.into(), |said| said.value),
        replication_factor: topic.replication_factor.map_or(BROKER_DEFAULT, |said| said.value),
        config: topic.config.iter().filter_map(value).collect(),
        assignment: topic.assignment.clone(),
        min_insync: desired.min_insync(topic).map(|(required, _)| required),
    })
}

fn grow(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Change> {
    let said = topic.partitions.filter(|said| said.origin != Origin::Defaults)?;
    let grown = CreatePartitions { name: name.to_owned(), from: there.partitions, to: said.value };
    (said.value > there.partitions).then_some(Change::CreatePartitions(grown))
}

/// Partitions cannot be taken away again, and a key moves to another one: a topic that must have one partition, such as
/// those of Kafka Connect, is of no more use. So a line about all topics does not make an existing one grow.
fn growth_by_defaults(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Conflict> {
    let said = topic.partitions.filter(|said| said.origin == Origin::Defaults)?;
    let problem = || {
        format!(
            "`defaults` alone would give topic `{name}` {} partitions in the place of {}, which cannot be undone: write \
             `partitions` at the topic itself, {0} to grow it or -1 to accept what is there",
            said.value, there.partitions
        )
    };
    (said.value > there.partitions).then(|| Conflict::new(Origin::Defaults.at(name, "partitions"), problem()))
}

fn value((key, said): (&String, &Declared<Option<String>>)) -> Option<(String, String)> {
    Some((key.clone(), said.value.clone()?))
}

/// What is set and what is taken away are two steps: the defaults of all brokers change between them.
fn alter(name: &str, topic: &Topic, there: &ObservedTopic) -> impl Iterator<Item = Change> {
    let wanted = || topic.config.iter().map(|(key, said)| (key, &said.value));
    let alteration = |config: ConfigDrifts| {
        let unlisted = config.keys().filter(|key| !there.config.contains_key(*key)).cloned().collect();
        AlterTopicConfig { name: name.to_owned(), config, unlisted }
    };
    let set = alteration(config::set(wanted(), &there.config));
    let reset = alteration(config::reset(wanted(), &there.config));
    let changes = [Change::AlterTopicConfig(set.clone()), Change::ResetTopicConfig(reset.clone())];
    let differs = [!set.config.is_empty(), !reset.config.is_empty()];
    changes.into_iter().zip(differs).filter_map(|(change, differs)| differs.then_some(change))
}

/// What is set for all brokers is a thing of its own, beside what each broker has in its file.
fn alter_brokers(desired: &Desired, observed: &Observed) -> Option<Change> {
    let mut config = config::set(&desired.broker_defaults, &observed.broker_defaults);
    config.extend(config::reset(&desired.broker_defaults, &observed.broker_defaults));
    let altered = !config.is_empty();
    altered.then_some(Change::AlterBrokerConfig(AlterBrokerConfig { config }))
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
    let said = topic.replication_factor.filter(|_| !topic.reassign)?;
    let (fewest, most) = there.copies;
    if (fewest, most) == (said.value, said.value) {
        return None;
    }
    let have = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    let problem = format!(
        "topic `{name}` has replication factor {have}, not {}: write `reassign: true` to have its partitions moved, \
         or declare {fewest}, or -1 to accept what is there",
        said.value
    );
    Some(Conflict::new(said.origin.at(name, "replicationFactor"), problem))
}
