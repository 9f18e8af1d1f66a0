//! Plans against a cluster in memory that does what it is told.

use std::collections::BTreeMap;

use init_core::Backend;
use init_core::diff::Drift;
use kafka_init::{
    Change, ConfigType, Credential, Kafka, Observed, ObservedTopic, RestrictiveAcl, Setting, Value as Own,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::desired;

const DEFAULT_PARTITIONS: i32 = 1;
const DEFAULT_COPIES: i16 = 1;

fn set(config: &mut BTreeMap<String, Setting>, key: &str, value: &str) {
    let setting =
        Setting { value: Some(value.to_owned()), kind: ConfigType::Text, sensitive: false, is_own: true };
    config.insert(key.to_owned(), setting);
}

/// Without a value of its own, a topic has a default, which may be any.
fn alter(config: &mut BTreeMap<String, Setting>, drifts: &BTreeMap<String, Drift<Own>>) {
    for (key, drift) in drifts {
        let own = config.get(key).filter(|setting| setting.is_own);
        assert_eq!(own.and_then(|setting| setting.value.clone()), drift.from.clone().and_then(|from| from.0));
        set(config, key, drift.to.0.as_deref().unwrap_or("default"));
        config.get_mut(key).unwrap().is_own = drift.to.0.is_some();
    }
}

fn apply(cluster: &mut Observed, change: &Change) {
    match change {
        Change::CreateTopic(new) => {
            let partitions = if new.partitions < 0 { DEFAULT_PARTITIONS } else { new.partitions };
            let copies = if new.replication_factor < 0 { DEFAULT_COPIES } else { new.replication_factor };
            let mut topic = ObservedTopic { partitions, copies: (copies, copies), config: BTreeMap::new() };
            new.config.iter().for_each(|(key, value)| set(&mut topic.config, key, value));
            assert!(cluster.topics.insert(new.name.clone(), topic).is_none(), "{} was there", new.name);
        }
        Change::CreatePartitions(growth) => {
            let topic = cluster.topics.get_mut(&growth.name).unwrap();
            assert!(topic.partitions == growth.from && growth.from < growth.to, "{growth}");
            topic.partitions = growth.to;
        }
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
        Change::AlterBrokerConfig(alteration) => {
            alter(&mut cluster.broker_defaults, &alteration.config);
        }
        Change::CreateUser(_) | Change::AlterUser(_) => apply_user(cluster, change),
    }
}

fn apply_user(cluster: &mut Observed, change: &Change) {
    let open = |iterations: u32| Credential { iterations, opens: true };
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
    let topic = (count(), count(), config()).prop_map(
        |(partitions, copies, config)| json!({"partitions": partitions, "replicationFactor": copies, "config": config}),
    );
    let topics = prop::collection::btree_map("[a-f]", topic, 0..6);
    let user = prop_oneof![Just("SCRAM-SHA-256"), Just("SCRAM-SHA-512")];
    let users = prop::collection::btree_map("[u-w]", user, 0..3);
    (topics, users, prop::collection::vec(1_u8..4, 0..3)).prop_map(|(topics, users, rates)| {
        let users: Map<_, _> = users.into_iter().map(|(name, mechanism)| (name, account(mechanism))).collect();
        let rest = |kind: &str, item: fn(usize, u8) -> Value| {
            let items = rates.iter().enumerate().map(|(position, rate)| item(position, *rate));
            (kind.to_owned(), items.collect::<Value>())
        };
        let mut spec = json!({"topics": topics, "users": users, "sasl": sasl(), "brokerDefaults": {"k": rates.len()}});
        spec.as_object_mut().unwrap().extend([
            rest("acls", |position, rate| {
                json!({"principal": format!("User:{position}"), "allow": ["read", "describe"], "topic": rate.to_string()})
            }),
            rest("quotas", |position, rate| json!({"user": position.to_string(), "producerByteRate": rate})),
        ]);
        spec
    })
}

fn observed() -> impl Strategy<Value = Observed> {
    let topic = (1_i32..5, 1_i16..5, config()).prop_map(|(partitions, copies, config)| {
        let mut topic = ObservedTopic { partitions, copies: (copies, copies), config: BTreeMap::new() };
        for (key, value) in &config {
            set(&mut topic.config, key, &value.to_string());
            // One of the values stands for a default.
            topic.config.get_mut(key).unwrap().is_own = *value != json!(0);
        }
        topic
    });
    prop::collection::btree_map("[a-f]", topic, 0..6)
        .prop_map(|topics| Observed { topics, ..Observed::default() })
}

proptest! {
    #[test]
    fn after_its_own_application_a_plan_is_empty(spec in spec(), mut cluster in observed()) {
        let desired = desired(spec);
        let plan = Kafka::plan(&desired, &cluster);
        plan.changes().iter().for_each(|change| apply(&mut cluster, change));
        let again = Kafka::plan(&desired, &cluster);
        prop_assert!(again.changes().is_empty(), "{:?}", again.changes());
        prop_assert_eq!(again.conflicts(), plan.conflicts());
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
