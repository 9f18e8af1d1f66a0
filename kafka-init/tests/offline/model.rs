//! Plans against a cluster in memory that does what it is told.

use std::collections::BTreeMap;

use init_core::Backend;
use kafka_init::{Change, ConfigType, Kafka, Observed, ObservedTopic, Setting};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::desired;

const DEFAULT_PARTITIONS: i32 = 1;
const DEFAULT_COPIES: i16 = 1;

fn set(topic: &mut ObservedTopic, key: &str, value: &str) {
    let setting = Setting { value: Some(value.to_owned()), kind: ConfigType::Text, sensitive: false };
    topic.config.insert(key.to_owned(), setting);
}

fn apply(cluster: &mut Observed, change: &Change) {
    match change {
        Change::CreateTopic(new) => {
            let partitions = if new.partitions < 0 { DEFAULT_PARTITIONS } else { new.partitions };
            let copies = if new.replication_factor < 0 { DEFAULT_COPIES } else { new.replication_factor };
            let mut topic = ObservedTopic { partitions, copies: (copies, copies), config: BTreeMap::new() };
            new.config.iter().for_each(|(key, value)| set(&mut topic, key, value));
            assert!(cluster.topics.insert(new.name.clone(), topic).is_none(), "{} was there", new.name);
        }
        Change::CreatePartitions(growth) => {
            let topic = cluster.topics.get_mut(&growth.name).unwrap();
            assert!(topic.partitions == growth.from && growth.from < growth.to, "{growth}");
            topic.partitions = growth.to;
        }
        Change::AlterTopicConfig(alteration) => {
            let topic = cluster.topics.get_mut(&alteration.name).unwrap();
            for (key, drift) in &alteration.config {
                assert_eq!(topic.config.get(key).and_then(|setting| setting.value.clone()), drift.from);
                set(topic, key, &drift.to);
            }
        }
    }
}

fn config() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[k-m]", 0_u8..3, 0..3)
        .prop_map(|config| config.into_iter().map(|(key, value)| (key, json!(value))).collect())
}

fn count() -> impl Strategy<Value = i64> {
    prop_oneof![Just(-1), 1_i64..5]
}

fn spec() -> impl Strategy<Value = Value> {
    let topic = (count(), count(), config()).prop_map(
        |(partitions, copies, config)| json!({"partitions": partitions, "replicationFactor": copies, "config": config}),
    );
    prop::collection::btree_map("[a-f]", topic, 0..6).prop_map(|topics| json!({"topics": topics}))
}

fn observed() -> impl Strategy<Value = Observed> {
    let topic = (1_i32..5, 1_i16..5, config()).prop_map(|(partitions, copies, config)| {
        let mut topic = ObservedTopic { partitions, copies: (copies, copies), config: BTreeMap::new() };
        config.iter().for_each(|(key, value)| set(&mut topic, key, &value.to_string()));
        topic
    });
    prop::collection::btree_map("[a-f]", topic, 0..6).prop_map(|topics| Observed { cluster_id: None, topics })
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
