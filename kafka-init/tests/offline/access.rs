//! Users, ACLs, quotas and the configs of all brokers: one drift per test.

use insta::assert_snapshot;
use kafka_init::{ConfigType, Credential, Entity, Observed, Rate, Scram, Setting};
use serde_json::{Value, json};

use crate::support::{cluster, desired, name, plan, shown};

fn user(mechanism: &Value) -> Value {
    json!({
        "probe": {"bootstrap": ["kafka:9093"]},
        "users": {"a": {"mechanism": mechanism, "password": {"secret": "the_password"}, "iterations": 8192}},
    })
}

fn with_user(credentials: &[(Scram, u32, bool)]) -> Observed {
    let credential = |&(mechanism, iterations, password_matches): &(Scram, u32, bool)| {
        (mechanism, Credential { iterations, password_matches })
    };
    let credentials = credentials.iter().map(credential).collect();
    Observed { users: [(name("a"), credentials)].into(), ..cluster([]) }
}

#[test]
fn a_user_is_created_with_every_mechanism() {
    let spec = user(&json!(["SCRAM-SHA-512", "SCRAM-SHA-256"]));
    assert_snapshot!(shown(&plan(spec, &cluster([]))));
}

#[test]
fn a_mechanism_that_is_missing_other_iterations_and_another_password_are_drift() {
    let both = json!(["SCRAM-SHA-256", "SCRAM-SHA-512"]);
    assert!(
        plan(user(&both), &with_user(&[(Scram::Sha256, 8192, true), (Scram::Sha512, 8192, true)])).is_empty()
    );
    let there = [
        with_user(&[(Scram::Sha256, 8192, true)]),
        with_user(&[(Scram::Sha256, 4096, true), (Scram::Sha512, 8192, true)]),
        with_user(&[(Scram::Sha256, 8192, true), (Scram::Sha512, 8192, false)]),
    ];
    let all: String = there.iter().map(|there| shown(&plan(user(&both), there))).collect();
    assert_snapshot!(all);
}

/// A changed password keeps the iterations of the existing credential, which are no drift.
#[test]
fn undeclared_iterations_stay_as_they_are() {
    let mut spec = user(&json!("SCRAM-SHA-256"));
    spec["users"]["a"].as_object_mut().unwrap().remove("iterations");
    assert!(plan(spec.clone(), &with_user(&[(Scram::Sha256, 16_384, true)])).is_empty());
    let there = [
        with_user(&[(Scram::Sha256, 16_384, false)]),
        with_user(&[(Scram::Sha512, 8192, true)]),
        cluster([]),
    ];
    assert_snapshot!(there.iter().map(|there| shown(&plan(spec.clone(), there))).collect::<String>());
    let altered = plan(spec, &with_user(&[(Scram::Sha256, 16_384, false)]));
    let Some(kafka_init::Change::AlterUser(user)) = altered.changes().first() else { panic!("{altered:?}") };
    assert_eq!(user.credentials[&Scram::Sha256].wanted, 16_384);
}

#[test]
fn each_mechanism_may_have_a_password_and_iterations_of_its_own() {
    let mut spec = user(&json!({
        "SCRAM-SHA-256": {"password": {"secret": "another"}},
        "SCRAM-SHA-512": {"iterations": 16_384},
    }));
    let plan = plan(spec.take(), &cluster([]));
    let Some(kafka_init::Change::CreateUser(user)) = plan.changes().first() else { panic!("{plan:?}") };
    let secrets: Vec<String> = user.credentials.values().map(|new| new.secret.to_string()).collect();
    assert_eq!(secrets, ["{secret: another}", "{secret: the_password}"]);
    assert_snapshot!(shown(&plan));
}

#[test]
fn a_mechanism_that_is_not_declared_is_left_alone() {
    let there = with_user(&[(Scram::Sha256, 4096, false), (Scram::Sha512, 8192, true)]);
    assert!(plan(user(&json!("SCRAM-SHA-512")), &there).is_empty());
}

#[test]
fn an_entry_stands_for_every_combination_of_its_lists() {
    let spec = json!({"acls": [
        {"principal": ["User:a", "User:b"], "allow": ["read", "Describe_Configs"], "topic": ["x", "y"]},
        {"principal": "User:a", "deny": "all", "group": "g", "match": "prefixed", "host": "192.0.2.7"},
    ]});
    let everything = plan(spec.clone(), &cluster([]));
    assert_snapshot!(shown(&everything));
    let there = everything.changes().iter().filter_map(|change| match change {
        kafka_init::Change::CreateAcl(binding) => Some(binding.clone()),
        kafka_init::Change::CreateRestrictiveAcl(closing) => Some(closing.binding.clone()),
        _ => None,
    });
    assert!(plan(spec, &Observed { acls: there.collect(), ..cluster([]) }).is_empty());
}

#[test]
fn limits_are_compared_as_numbers() {
    let spec = json!({"quotas": [{"user": "*", "clientId": "c", "producerByteRate": 1024, "requestPercentage": 12.5}]});
    let entity = Entity([("user".to_owned(), None), ("client-id".to_owned(), Some(name("c")))].into());
    let limits = |percentage| {
        let limits =
            [("producer_byte_rate", 1024.0), ("request_percentage", percentage), ("consumer_byte_rate", 1.0)];
        let limits = limits.map(|(key, limit)| (key.to_owned(), Rate(limit))).into();
        Observed { quotas: [(entity.clone(), limits)].into(), ..cluster([]) }
    };
    assert!(plan(spec.clone(), &limits(12.5)).is_empty());
    let both = [cluster([]), limits(50.0)].map(|there| shown(&plan(spec.clone(), &there))).concat();
    assert_snapshot!(both);
}

#[test]
fn broker_defaults_are_compared_with_the_cluster_wide_values() {
    let spec =
        json!({"brokerDefaults": {"log.retention.ms": 1000, "log.cleanup.policy": ["compact", "delete"]}});
    let there = |value: &str| {
        let setting = |value: &str, kind| {
            let value = Some(value.to_owned());
            Setting { value, kind, sensitive: false, is_own: true }
        };
        let settings = [
            ("log.retention.ms".to_owned(), setting(value, ConfigType::Whole)),
            ("log.cleanup.policy".to_owned(), setting("delete,compact", ConfigType::List)),
        ];
        Observed { broker_defaults: settings.into(), ..cluster([]) }
    };
    assert!(plan(spec.clone(), &there("1000")).is_empty());
    assert_snapshot!(shown(&plan(spec, &there("5"))));
}

#[test]
fn only_existing_absent_users_and_acls_are_deleted() {
    let spec = json!({
        "sasl": {"mechanism": "PLAIN", "username": "admin", "password": {"secret": "admin"}},
        "users": {
            "a": {"state": "absent"},
            "one": {"mechanism": {"SCRAM-SHA-256": {"state": "absent"}, "SCRAM-SHA-512": {"password": {"secret": "p"}}}},
        },
        "acls": [{"principal": "User:a", "allow": ["read", "write"], "topic": "x", "state": "absent"}],
        "quotas": [{"user": "a", "producerByteRate": null, "requestPercentage": 50}],
    });
    assert_snapshot!(shown(&plan(spec.clone(), &cluster([]))), @r#"
    create user one (SCRAM-SHA-512 with 4096 iterations)
      {"iterations":{"to":{"SCRAM-SHA-512":4096}},"kind":"user","name":"one","op":"create_user","password":{"to":{"SCRAM-SHA-512":"{secret: p}"}}}
    alter quota of user a: request_percentage unset -> 50
      {"kind":"quota","limits":{"to":{"request_percentage":50.0}},"name":"user a","op":"alter_quota"}
    "#);
    let credential = Credential { iterations: 4096, password_matches: true };
    let both = || [(Scram::Sha256, credential), (Scram::Sha512, credential)].into();
    let read = json!({"acls": [{"principal": "User:a", "allow": ["read"], "topic": "x"}]});
    let limits =
        [("producer_byte_rate".to_owned(), Rate(7.0)), ("request_percentage".to_owned(), Rate(50.0))];
    let there = Observed {
        users: [(name("a"), both()), (name("one"), both())].into(),
        acls: desired(read).acls,
        quotas: [(Entity([("user".to_owned(), Some(name("a")))].into()), limits.into())].into(),
        ..cluster([])
    };
    assert_snapshot!(shown(&plan(spec, &there)));
}
