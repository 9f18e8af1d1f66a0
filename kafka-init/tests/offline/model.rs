//! Plans against a model of a cluster in memory, to which the changes are applied.

mod throttle;

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Backend, Plan};
use kafka_init::{
    Assignment, Binding, Change, ConfigType, Credential, DeleteAcl, Entity, Kafka, Observed, ObservedTopic,
    Rate, ReassignPartitions, RestrictiveAcl, Scram, Setting, Value as Own,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::desired;

/// The text that stands for a value which Kafka does not show.
const HIDDEN: &str = "(hidden)";
const DEFAULT_PARTITIONS: i32 = 1;
const DEFAULT_COPIES: i16 = 1;

fn set(config: &mut BTreeMap<String, Setting>, key: &str, value: &str) {
    let setting =
        Setting { value: Some(value.to_owned()), kind: ConfigType::Text, sensitive: false, is_own: true };
    config.insert(key.to_owned(), setting);
}

/// A topic without a config of its own has a default, which may have any value.
fn alter(config: &mut BTreeMap<String, Setting>, drifts: &BTreeMap<String, Drift<Own>>) {
    for (key, drift) in drifts {
        let own = config.get(key).filter(|setting| setting.is_own);
        let shown = drift.from.as_ref().and_then(Own::text).filter(|text| *text != HIDDEN);
        assert_eq!(own.and_then(|setting| setting.value.as_deref()), shown);
        set(config, key, drift.to.text().unwrap_or("default"));
        let setting = config.get_mut(key).unwrap();
        setting.is_own = drift.to != Own::Unset;
        if matches!(drift.to, Own::Secret(_)) {
            (setting.sensitive, setting.value) = (true, None);
        }
    }
}

/// A topic whose replicas are on the first brokers.
fn made(partitions: i32, copies: i16) -> ObservedTopic {
    let replicas: Vec<i32> = (1..=copies.into()).collect();
    let in_sync = replicas.iter().copied().collect();
    let assignment = Assignment { replicas, in_sync, ..Assignment::default() };
    let assignment = (0..partitions).map(|index| (index, assignment.clone())).collect();
    ObservedTopic { partitions, copies: (copies, copies), assignment, ..ObservedTopic::default() }
}

fn apply(cluster: &mut Observed, change: &Change) {
    match change {
        Change::CreateTopic(new) => {
            let partitions = if new.partitions < 0 { DEFAULT_PARTITIONS } else { new.partitions };
            let copies = if new.replication_factor < 0 { DEFAULT_COPIES } else { new.replication_factor };
            let mut topic = made(partitions, copies);
            new.config.iter().for_each(|(key, value)| set(&mut topic.config, key, value));
            assert!(cluster.topics.insert(new.name.clone(), topic).is_none(), "{} was there", new.name);
        }
        Change::CreatePartitions(growth) => {
            let topic = cluster.topics.get_mut(&growth.name).unwrap();
            assert!(topic.partitions == growth.from && growth.from < growth.to, "{growth}");
            topic.partitions = growth.to;
        }
        Change::IncreaseReplicas(moved) | Change::DecreaseReplicas(moved) => {
            reassign(cluster.topics.get_mut(&moved.name).unwrap(), moved);
        }
        Change::SetThrottle(alteration)
        | Change::RemoveUnusedThrottle(alteration)
        | Change::RemoveThrottle(alteration) => throttle::apply(cluster, alteration),
        Change::AlterTopicConfig(alteration) | Change::ResetTopicConfig(alteration) => {
            alter(&mut cluster.topics.get_mut(&alteration.name).unwrap().config, &alteration.config);
        }
        Change::CreateAcl(binding) | Change::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
            assert!(cluster.acls.insert(binding.clone()), "{binding} was there");
        }
        Change::AlterQuota(quota) => {
            let limits = cluster.quotas.entry(quota.entity.clone()).or_default();
            for (key, drift) in &quota.limits {
                assert_eq!(limits.insert(key.clone(), drift.to), drift.from);
            }
        }
        Change::RemoveQuota(quota) => {
            let limits = cluster.quotas.get_mut(&quota.entity).unwrap();
            for (key, limit) in &quota.limits {
                assert_eq!(limits.remove(key), Some(*limit));
            }
        }
        Change::DeleteAcl(DeleteAcl(binding)) => {
            assert!(cluster.acls.remove(binding), "{binding} was not there");
        }
        Change::AlterConfig(alteration) => {
            alter(cluster.resources.entry(alteration.resource.clone()).or_default(), &alteration.config);
        }
        Change::AlterBrokerConfig(alteration) => {
            alter(&mut cluster.broker_defaults, &alteration.config);
        }
        Change::CreateUser(_) | Change::AlterUser(_) | Change::DeleteCredentials(_) => {
            apply_user(cluster, change);
        }
    }
}

fn reassign(topic: &mut ObservedTopic, moved: &ReassignPartitions) {
    assert_eq!(moved.moves.len(), topic.assignment.len(), "{moved}");
    topic.copies = (moved.to, moved.to);
    for (index, replicas) in &moved.moves {
        topic.assignment.get_mut(index).unwrap().replicas.clone_from(replicas);
    }
}

fn apply_user(cluster: &mut Observed, change: &Change) {
    let open = |iterations: u32| Credential { iterations, password_matches: true };
    match change {
        Change::CreateUser(user) => {
            let credentials = user.credentials.iter();
            let credentials =
                credentials.map(|(mechanism, new)| (*mechanism, open(new.iterations))).collect();
            assert!(
                cluster.users.insert(user.name.clone(), credentials).is_none(),
                "{} was there",
                user.name
            );
        }
        Change::AlterUser(user) => {
            let credentials = cluster.users.get_mut(&user.name).unwrap();
            for (mechanism, drift) in &user.credentials {
                credentials.insert(*mechanism, open(drift.wanted));
            }
        }
        Change::DeleteCredentials(user) => {
            let credentials = cluster.users.get_mut(&user.name).unwrap();
            for mechanism in &user.mechanisms {
                assert!(credentials.remove(mechanism).is_some(), "{mechanism:?} was not there");
            }
        }
        other => assert_eq!(other.to_string(), "a change of a user"),
    }
}

fn config() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[k-m]", prop::option::of(0_u8..3), 0..3)
        .prop_map(|config| config.into_iter().map(|(key, value)| (key, json!(value))).collect())
}

fn account(mechanism: &str) -> Value {
    json!({"mechanism": mechanism, "password": {"secret": "p"}})
}

fn sasl() -> Value {
    json!({"mechanism": "PLAIN", "username": "admin", "password": {"secret": "a"}})
}

fn count() -> impl Strategy<Value = i64> {
    prop_oneof![Just(-1), 1_i64..5]
}

fn spec() -> impl Strategy<Value = Value> {
    let reassign = prop::sample::select(vec![json!(false), json!(true), json!({"throttle": "1KiB"})]);
    let topic = (count(), count(), config(), reassign).prop_map(|(partitions, copies, config, reassign)| {
        json!({"partitions": partitions, "replicationFactor": copies, "config": config, "reassign": reassign})
    });
    let topics = prop::collection::btree_map("[a-f]", topic, 0..6);
    let user = prop_oneof![
        Just(account("SCRAM-SHA-256")),
        Just(account("SCRAM-SHA-512")),
        Just(json!({"state": "absent"})),
        Just(json!({"state": "absent", "mechanism": "SCRAM-SHA-256"})),
    ];
    let users = prop::collection::btree_map("[u-w]", user, 0..3);
    let rate = prop::option::of(1_u8..4);
    (topics, users, prop::collection::vec(rate, 0..3)).prop_map(|(topics, users, rates)| {
        let users: Map<_, _> = users.into_iter().collect();
        let rest = |kind: &str, item: fn(usize, Option<u8>) -> Value| {
            let items = rates.iter().enumerate().map(|(position, rate)| item(position, *rate));
            (kind.to_owned(), items.collect::<Value>())
        };
        let mut spec = json!({"topics": topics, "users": users, "sasl": sasl(), "brokerDefaults": {"k": rates.len(), "ssl.key.password": {"secret": "k"}}, "groups": {"g": {"k": rates.len()}}});
        spec.as_object_mut().unwrap().extend([
            rest("acls", |position, rate| {
                let (topic, state) = (format!("{rate:?}"), if rate.is_some() { "present" } else { "absent" });
                let topic: String = topic.chars().filter(char::is_ascii_alphanumeric).collect();
                json!({"principal": format!("User:{position}"), "allow": ["read", "describe"], "topic": topic, "state": state})
            }),
            rest("quotas", |position, rate| json!({"user": position.to_string(), "producerByteRate": rate})),
        ]);
        spec
    })
}

fn observed() -> impl Strategy<Value = Observed> {
    let list = prop::option::of(prop::sample::select(vec!["00:1", "00:2,03:5", "0:1", "*"]));
    let topic = (1_i32..5, 1_i16..5, config(), list).prop_map(|(partitions, copies, config, list)| {
        let mut topic = made(partitions, copies);
        if let Some(list) = list {
            set(&mut topic.throttled_replicas, "follower.replication.throttled.replicas", list);
        }
        for (key, value) in &config {
            set(&mut topic.config, key, &value.to_string());
            // One of the values stands for a default.
            topic.config.get_mut(key).unwrap().is_own = *value != json!(0);
        }
        topic
    });
    let user = prop::collection::btree_map(
        prop::sample::select(vec![Scram::Sha256, Scram::Sha512]),
        any::<bool>().prop_map(|password_matches| Credential { iterations: 4096, password_matches }),
        1..3,
    );
    let users = prop::collection::btree_map("[u-w]", user, 0..3);
    let quotas = prop::collection::btree_map("[0-2]", 1_u8..4, 0..3);
    let acls = prop::collection::btree_set(0_usize..3, 0..3);
    let topics = prop::collection::btree_map("[a-f]", topic, 0..6);
    let rates = prop::collection::btree_set(1_i32..=5, 0..3);
    (topics, users, quotas, acls, rates).prop_map(|(topics, users, quotas, acls, rates)| Observed {
        topics,
        users,
        brokers: (1..=5).map(|id| (id, None)).collect(),
        throttle_rates: (1..=5).map(|id| (id, throttle::rate(rates.contains(&id)))).collect(),
        quotas: quotas.into_iter().map(|(user, rate)| (entity(&user), limit(rate))).collect(),
        acls: acls.into_iter().flat_map(absent).collect(),
        ..Observed::default()
    })
}

fn entity(user: &str) -> Entity {
    Entity([("user".to_owned(), Some(user.to_owned()))].into())
}

fn limit(rate: u8) -> BTreeMap<String, Rate> {
    [("producer_byte_rate".to_owned(), Rate(rate.into()))].into()
}

/// The ACLs that a spec of this test declares absent.
fn absent(position: usize) -> Vec<Binding> {
    let acl =
        json!({"principal": format!("User:{position}"), "allow": ["read", "describe"], "topic": "None"});
    desired(json!({"acls": [acl]})).acls.into_iter().collect()
}

proptest! {
    #[test]
    fn after_its_own_application_a_plan_is_empty(spec in spec(), mut cluster in observed()) {
        let desired = desired(spec);
        let plan = Kafka::plan(&desired, &cluster);
        plan.changes().iter().for_each(|change| apply(&mut cluster, change));
        let again = Kafka::plan(&desired, &cluster);
        prop_assert!(again.changes().is_empty(), "{:?}", again.changes());
        // A conflict with a throttle of somebody else is over when nothing is to be copied, and all others stay.
        let lasting = |plan: &Plan<Change>| {
            let conflicts = plan.conflicts().iter().map(ToString::to_string);
            conflicts.filter(|conflict| !conflict.contains("replication.throttled")).collect::<Vec<_>>()
        };
        prop_assert_eq!(lasting(&again), lasting(&plan));
    }

    /// Whatever was there before: lists without the mark, and the rates of brokers that no marked list names.
    #[test]
    fn a_throttle_of_somebody_else_is_never_altered(spec in spec(), mut cluster in observed()) {
        let desired = desired(spec);
        let before = cluster.clone();
        let plan = Kafka::plan(&desired, &cluster);
        let is_conflict = !plan.conflicts().is_empty();
        plan.changes().iter().for_each(|change| apply(&mut cluster, change));
        let (before, after) = (throttle::all(&before), throttle::all(&cluster));
        prop_assert!(after.iter().all(|setting| before.contains(setting)), "{after:?}");
        let of_others = |setting: &&(&String, &Setting)| matches!(setting.1.value.as_deref(), Some("0:1" | "*"));
        prop_assert!(is_conflict || before.iter().filter(of_others).all(|setting| after.contains(setting)));
    }

    #[test]
    fn what_the_spec_does_not_name_is_never_touched(spec in spec(), cluster in observed()) {
        let desired = desired(spec);
        let mut after = cluster.clone();
        Kafka::plan(&desired, &cluster).changes().iter().for_each(|change| apply(&mut after, change));
        for (name, topic) in cluster.topics.iter().filter(|(name, _)| !desired.topics.contains_key(*name)) {
            prop_assert_eq!(after.topics.get(name), Some(topic));
        }
    }
}
