//! Names of users and principals that come from secrets, and labels of users.

use init_core::{Backend, SecretRef, Text};
use insta::assert_snapshot;
use kafka_init::{Credential, Entity, Kafka, Observed, Principal, Rate, Scram};
use serde_json::{Value, json};

use crate::support::{cluster, desired, name, plan, shown};

fn secret(name: &str) -> Text {
    Text::Secret(name.parse().unwrap())
}

/// A user by its label, and by the secret of its name.
fn spec() -> Value {
    json!({
        "sasl": {"mechanism": "SCRAM-SHA-512", "username": "admin", "password": {"secret": "admin"}},
        "users": {
            "app": {"name": {"secret": "app_user"}, "mechanism": "SCRAM-SHA-512", "password": {"secret": "p"}},
            "batch": {"name": "batch-2", "mechanism": "SCRAM-SHA-512", "password": {"secret": "p"}},
            "leaked": {"name": {"secret": "leaked_user"}, "state": "absent"},
        },
        "acls": [
            {"principal": ["User:app", "User:batch", {"secret": "certificate"}], "allow": ["read"], "topic": "orders"},
            {"principal": {"secret": "app_user"}, "deny": ["write"], "topic": "orders"},
            {"principal": "User:admin", "allow": ["describetokens"], "user": ["app", {"secret": "certificate"}, "User:batch"]},
            {"principal": "User:leaked", "allow": ["all"], "topic": "orders", "state": "absent"},
        ],
        "quotas": [
            {"user": "app", "producerByteRate": 1024},
            {"user": {"secret": "app_user"}, "clientId": "app", "producerByteRate": 512},
            {"user": "batch", "producerByteRate": null},
        ],
    })
}

#[test]
fn a_name_from_a_secret_is_shown_as_its_reference_and_a_label_stands_for_its_user() {
    let credential = Credential { iterations: 4096, password_matches: true };
    let entity = |user: Text| Entity([("user".to_owned(), Some(user))].into());
    let everything = desired(spec());
    let there = Observed {
        users: [(secret("leaked_user"), [(Scram::Sha256, credential)].into())].into(),
        acls: everything.absent_acls,
        quotas: [(entity(name("batch-2")), [("producer_byte_rate".to_owned(), Rate(7.0))].into())].into(),
        ..cluster([])
    };
    assert_snapshot!(shown(&plan(spec(), &there)));
}

#[test]
fn names_are_compared_like_those_in_plain_text() {
    let everything = desired(spec());
    let credential = Credential { iterations: 4096, password_matches: true };
    let there = Observed {
        users: everything
            .users
            .keys()
            .map(|name| (name.clone(), [(Scram::Sha512, credential)].into()))
            .collect(),
        acls: everything.acls.clone(),
        quotas: everything
            .quotas
            .iter()
            .map(|(entity, limits)| {
                let limits = limits.iter().filter_map(|(key, limit)| Some((key.clone(), (*limit)?)));
                (entity.clone(), limits.collect())
            })
            .collect(),
        ..cluster([])
    };
    let plan = plan(spec(), &there);
    assert!(plan.is_empty() && plan.conflicts().is_empty(), "{}", shown(&plan));
}

/// They are needed whether passwords are compared or not.
#[test]
fn the_secrets_of_names_are_read() {
    let names = |passwords: bool| {
        let mut desired = desired(spec());
        desired.compare_passwords = passwords;
        let read = Kafka::requires(&desired).secrets;
        read.iter().map(SecretRef::name).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(true), ["admin", "app_user", "certificate", "leaked_user", "p"]);
    assert_eq!(names(false), ["admin", "app_user", "certificate", "leaked_user"]);
}

#[test]
fn a_conflict_about_the_own_account_names_its_label() {
    let mut spec = spec();
    spec["sasl"]["username"] = json!({"secret": "app_user"});
    let credential = Credential { iterations: 4096, password_matches: false };
    let there = Observed {
        principal: Some(Principal(secret("app_user"))),
        users: [(secret("app_user"), [(Scram::Sha512, credential)].into())].into(),
        ..cluster([])
    };
    let at = |spec: Value| {
        let conflicts = plan(spec, &there).conflicts().to_vec();
        conflicts.iter().map(|conflict| conflict.at.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(at(spec.clone()), ["users.app"]);
    spec["users"]["app"] = json!({"name": {"secret": "app_user"}, "state": "absent"});
    assert_eq!(at(spec), ["users.app"]);
}
