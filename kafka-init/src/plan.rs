//! Computes the changes and the conflicts between a spec and a cluster. Pure: it takes two values and returns a
//! third.

mod account;
mod config;
mod min_insync;
mod quota;
mod reassign;
mod resource;
mod throttle;
mod user;
mod values;

use init_core::diff::{Side, by_key};
use init_core::{Conflict, Plan, SpecPath};

use crate::change::{
    AlterBrokerConfig, AlterTopicConfig, BROKER_DEFAULT, Change, ConfigDrifts, CreatePartitions, CreateTopic,
};
use crate::desired::{Declared, Desired, Origin, Topic};
use crate::observed::{Observed, ObservedTopic};

/// All changes, and all conflicts.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut conflicts: Vec<Conflict> = cluster_id_mismatch(desired, observed).into_iter().collect();
    let mut changes = Vec::new();
    for (name, side) in by_key(&desired.topics, &observed.topics) {
        match side {
            Side::Missing(topic) if topic.is_internal && observed.cluster_id.is_some() => {
                conflicts.push(missing_internal_topic(name));
            }
            Side::Missing(topic) => {
                changes.extend((!topic.is_internal).then(|| create(name, topic, desired)));
            }
            Side::Present(topic, existing) => {
                conflicts.extend(fewer_partitions(name, topic, existing));
                conflicts.extend(replication_factor_mismatch(name, topic, existing));
                conflicts.extend(partitions_raised_by_defaults(name, topic, existing));
                conflicts.extend(config::cleanup_policy_changed_by_defaults(name, topic, existing));
                conflicts.extend(min_insync::above_replication_factor(name, topic, existing, desired));
                let at = topic.origin.at(name, "config");
                let wanted = topic.config.iter().map(|(key, declared)| (key, declared.value.as_deref()));
                conflicts.extend(config::sensitive(wanted, &existing.config, &at));
                changes.extend(add_partitions(name, topic, existing));
                changes.extend(alter(name, topic, existing));
            }
            Side::Extra(_) => {}
        }
    }
    let (moved, impossible) = reassign::changes(desired, observed);
    conflicts.extend(impossible);
    let (throttles, of_others) = throttle::changes(desired, observed, &moved);
    changes.extend(throttles.into_iter().chain(moved));
    conflicts.extend(of_others);
    changes.extend(user::changes(&desired.users, &observed.users));
    changes.extend(user::deletions(&desired.absent_users, &observed.users));
    changes.extend(account::create(desired, observed));
    changes.extend(account::delete(desired, observed));
    // A cluster with another id than the spec's was not asked for the account's permissions.
    if cluster_id_mismatch(desired, observed).is_none() {
        conflicts.extend(account::conflicts(desired, observed));
    }
    changes.extend(quota::changes(&desired.quotas, &observed.quotas));
    let at = SpecPath::root().key("brokerDefaults");
    conflicts.extend(values::conflicts(&desired.broker_defaults, &observed.broker_defaults, &at));
    conflicts.extend(min_insync::inherited_above_replication_factor(desired, observed));
    changes.extend(alter_broker_defaults(desired, observed));
    let (altered, impossible) = resource::changes(desired, observed);
    changes.extend(altered);
    conflicts.extend(impossible);
    Plan::new(changes, conflicts)
}

fn cluster_id_mismatch(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (want, have) = (desired.cluster_id.as_ref()?, observed.cluster_id.as_ref()?);
    let problem = || {
        format!(
            "the servers belong to cluster {have}, not {want}: correct `bootstrap`, or `clusterId` if it was made anew"
        )
    };
    (want != have).then(|| Conflict::new(SpecPath::root().key("clusterId"), problem()))
}

fn missing_internal_topic(name: &str) -> Conflict {
    let problem = format!(
        "`{name}` is Kafka's own and is not there yet: it is made when it is first used, and has no configs before"
    );
    Conflict::new(SpecPath::root().key("topics").key(name), problem)
}

fn create(name: &str, topic: &Topic, desired: &Desired) -> Change {
    Change::CreateTopic(CreateTopic {
        name: name.to_owned(),
        partitions: topic.partitions.map_or(BROKER_DEFAULT.into(), |declared| declared.value),
        replication_factor: topic.replication_factor.map_or(BROKER_DEFAULT, |declared| declared.value),
        config: topic.config.iter().filter_map(value).collect(),
        assignment: topic.assignment.clone(),
        min_insync: desired.min_insync(topic).map(|(required, _)| required),
    })
}

fn add_partitions(name: &str, topic: &Topic, existing: &ObservedTopic) -> Option<Change> {
    let declared = topic.partitions.filter(|declared| declared.origin != Origin::Defaults)?;
    let addition = CreatePartitions { name: name.to_owned(), from: existing.partitions, to: declared.value };
    (declared.value > existing.partitions).then_some(Change::CreatePartitions(addition))
}

/// A conflict where `defaults` alone would add partitions to an existing topic. Partitions cannot be removed again,
/// and keys move to other partitions, so a topic that must have one partition, such as the internal topics of Kafka
/// Connect, would be unusable.
fn partitions_raised_by_defaults(name: &str, topic: &Topic, existing: &ObservedTopic) -> Option<Conflict> {
    let declared = topic.partitions.filter(|declared| declared.origin == Origin::Defaults)?;
    let problem = || {
        format!(
            "`defaults` alone would give topic `{name}` {} partitions in the place of {}, which cannot be undone: write \
             `partitions` at the topic itself, {0} to grow it or -1 to accept what is there",
            declared.value, existing.partitions
        )
    };
    (declared.value > existing.partitions)
        .then(|| Conflict::new(Origin::Defaults.at(name, "partitions"), problem()))
}

fn value((key, declared): (&String, &Declared<Option<String>>)) -> Option<(String, String)> {
    Some((key.clone(), declared.value.clone()?))
}

/// The configs that are set, and those that are reset. They are two changes, because the defaults of all brokers
/// change between them.
fn alter(name: &str, topic: &Topic, existing: &ObservedTopic) -> impl Iterator<Item = Change> {
    let wanted = || topic.config.iter().map(|(key, declared)| (key, declared.value.as_deref()));
    let alteration = |config: ConfigDrifts| {
        let unlisted = config.keys().filter(|key| !existing.config.contains_key(*key)).cloned().collect();
        AlterTopicConfig { name: name.to_owned(), config, unlisted }
    };
    let set = alteration(config::set(wanted(), &existing.config));
    let reset = alteration(config::reset(wanted(), &existing.config));
    let changes = [Change::AlterTopicConfig(set.clone()), Change::ResetTopicConfig(reset.clone())];
    let differs = [!set.config.is_empty(), !reset.config.is_empty()];
    changes.into_iter().zip(differs).filter_map(|(change, differs)| differs.then_some(change))
}

/// The cluster-wide dynamic broker configs, which are independent of the configs in each broker's file.
fn alter_broker_defaults(desired: &Desired, observed: &Observed) -> Option<Change> {
    let config = values::drifts(&desired.broker_defaults, &observed.broker_defaults);
    let altered = !config.is_empty();
    altered.then_some(Change::AlterBrokerConfig(AlterBrokerConfig { config }))
}

fn fewer_partitions(name: &str, topic: &Topic, existing: &ObservedTopic) -> Option<Conflict> {
    let declared = topic.partitions.filter(|declared| declared.value < existing.partitions)?;
    let problem = format!(
        "topic `{name}` has {} partitions and Kafka cannot remove any: declare {0} or more, or -1 to accept what is \
         there, or move its records to a new topic",
        existing.partitions
    );
    Some(Conflict::new(declared.origin.at(name, "partitions"), problem))
}

fn replication_factor_mismatch(name: &str, topic: &Topic, existing: &ObservedTopic) -> Option<Conflict> {
    let declared = topic.replication_factor.filter(|_| !topic.reassign)?;
    let (fewest, most) = existing.copies;
    if (fewest, most) == (declared.value, declared.value) {
        return None;
    }
    let have = if fewest == most { fewest.to_string() } else { format!("{fewest} to {most}") };
    let problem = format!(
        "topic `{name}` has replication factor {have}, not {}: write `reassign: true` to have its partitions moved, \
         or declare {fewest}, or -1 to accept what is there",
        declared.value
    );
    Some(Conflict::new(declared.origin.at(name, "replicationFactor"), problem))
}
