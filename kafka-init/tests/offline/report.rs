//! The report form of every kind of change.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Change as _, RESERVED, as_json};
use insta::assert_snapshot;
use kafka_init::{
    Account, Assignment, Change, ConfigType, Credential, Entity, Observed, ObservedTopic, Operations,
    Principal, Rate, Scram, Setting,
};
use serde_json::{Value, json};

use crate::support::{cluster, desired, plan, topic};

/// A new variant does not compile before it is listed here, and then fails until the plan below has it.
fn variant(change: &Change) -> usize {
    match change {
        Change::CreateUser(_) => 0,
        Change::AlterUser(_) => 1,
        Change::CreateAcl(_) => 2,
        Change::AlterQuota(_) => 3,
        Change::AlterTopicConfig(_) => 4,
        Change::AlterBrokerConfig(_) => 5,
        Change::ResetTopicConfig(_) => 6,
        Change::CreateTopic(_) => 7,
        Change::CreatePartitions(_) => 8,
        Change::CreateRestrictiveAcl(_) => 9,
        Change::RemoveQuota(_) => 10,
        Change::DeleteAcl(_) => 11,
        Change::DeleteCredentials(_) => 12,
        Change::IncreaseReplicas(_) => 13,
        Change::DecreaseReplicas(_) => 14,
        Change::AlterConfig(_) => 15,
        Change::SetThrottle(_) => 16,
        Change::RemoveUnusedThrottle(_) => 17,
        Change::RemoveThrottle(_) => 18,
    }
}

const VARIANTS: usize = 19;

fn spec() -> Value {
    json!({
        "sasl": {"mechanism": "PLAIN", "username": "admin", "password": {"secret": "admin"}},
        "topics": {
            "altered": {"partitions": 6, "config": {"retention.ms": 2, "segment.ms": 7, "cleanup.policy": null}},
            "new": {"partitions": 3, "replicationFactor": 2, "config": {"retention.ms": 5}},
            "by-default": {},
            "wider": {"replicationFactor": 3, "reassign": {"throttle": "50MiB"}},
            "moved": {"replicationFactor": 1, "reassign": true},
            "narrower": {"replicationFactor": 1, "reassign": true},
        },
        "users": {
            "altered": {
                "mechanism": ["SCRAM-SHA-256", "SCRAM-SHA-512"], "password": {"secret": "the_password"}, "iterations": 8192,
            },
            "rotated": {"mechanism": "SCRAM-SHA-256", "password": {"secret": "another"}},
            "new": {"mechanism": "SCRAM-SHA-512", "password": {"secret": "the_password"}},
            "leaked": {"state": "absent"},
        },
        "acls": [
            {"principal": "User:app", "allow": ["read"], "topic": "orders-", "match": "prefixed"},
            {"principal": "User:guest", "deny": ["write"], "topic": "new", "host": "192.0.2.7"},
            {"principal": "User:leaked", "allow": ["all"], "topic": "*", "state": "absent"},
        ],
        "quotas": [{"user": "*", "clientId": "c", "producerByteRate": 1024, "requestPercentage": 12.5, "consumerByteRate": null}],
        "brokerDefaults": {"log.retention.ms": 1000, "log.segment.bytes": null},
        "brokerConfigs": {"1": {"log.cleaner.threads": 2, "listener.name.a.ssl.key.password": {"secret": "key"}}},
        "clientMetrics": {"all": {"interval.ms": 60_000, "metrics": ["org.apache.kafka.consumer."]}},
        "groups": {"share": {"share.auto.offset.reset": "earliest"}},
    })
}

/// A topic with one partition, whose replicas are on these brokers.
fn held(replicas: &[i32]) -> ObservedTopic {
    let in_sync = replicas.iter().copied().collect();
    let assignment = Assignment { replicas: replicas.to_vec(), in_sync, ..Assignment::default() };
    let copies = i16::try_from(replicas.len()).unwrap();
    ObservedTopic { assignment: [(0, assignment)].into(), ..topic(1, copies, &[]) }
}

/// A topic with the throttle of an earlier run.
fn throttled() -> ObservedTopic {
    let list = topic(1, 1, &[("leader.replication.throttled.replicas", "00:1")]).config;
    ObservedTopic { throttled_replicas: list, ..held(&[1]) }
}

fn observed() -> Observed {
    let credential = |password_matches| Credential { iterations: 4096, password_matches };
    let own = |value: &str| {
        let value = Some(value.to_owned());
        Setting { value, kind: ConfigType::Whole, sensitive: false, is_own: true }
    };
    let entity = Entity([("user".to_owned(), None), ("client-id".to_owned(), Some("c".to_owned()))].into());
    Observed {
        users: [
            ("altered".to_owned(), [(Scram::Sha256, credential(true))].into()),
            ("rotated".to_owned(), [(Scram::Sha256, credential(false))].into()),
            ("leaked".to_owned(), [(Scram::Sha512, credential(false))].into()),
        ]
        .into(),
        quotas: [(
            entity,
            [("producer_byte_rate".to_owned(), Rate(7.0)), ("consumer_byte_rate".to_owned(), Rate(9.0))]
                .into(),
        )]
        .into(),
        acls: desired(json!({"acls": [{"principal": "User:leaked", "allow": ["all"], "topic": "*"}]})).acls,
        broker_defaults: [("log.segment.bytes".to_owned(), own("9"))].into(),
        account: Some(Account {
            principal: Some(Principal("User:admin".to_owned())),
            cluster: Operations(!i32::MIN),
            ..Account::default()
        }),
        brokers: (1..=3).map(|id| (id, None)).collect(),
        throttle_rates: (1..=3).map(|id| (id, BTreeMap::new())).collect(),
        ..cluster([
            ("altered", topic(3, 1, &[("retention.ms", "1"), ("cleanup.policy", "compact")])),
            ("wider", held(&[1])),
            ("moved", throttled()),
            ("narrower", held(&[2, 1, 3])),
        ])
    }
}

#[test]
fn one_of_each_kind_in_the_order_of_execution() {
    let plan = plan(spec(), &observed());
    let variants: BTreeSet<usize> = plan.changes().iter().map(variant).collect();
    assert_eq!(variants, (0..VARIANTS).collect(), "the plan has no change of some variant");
    assert!(plan.changes().is_sorted());
    let lines = plan.changes().iter().map(|change| format!("{}\n", as_json(change)));
    assert_snapshot!(lines.collect::<String>());
}

#[test]
fn no_property_has_the_name_of_a_key_that_every_change_has() {
    for change in plan(spec(), &observed()).changes() {
        for (name, property) in change.properties().iter() {
            assert!(!RESERVED.contains(&name), "{name} of {change}");
            assert!(property.from.is_some() || property.to.is_some(), "{name} of {change}");
            let is_snake_case = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_snake_case, "{name} of {change}");
        }
    }
}
