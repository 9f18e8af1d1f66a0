//! Tests of the report of each variant of change.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Change as _, Endpoint, RESERVED, SecretRef, Text, as_json};
use valkey_init::{Change, Passwords, SentinelChange};

use crate::support::{endpoint, slots};

fn secret(name: &str) -> SecretRef {
    name.parse().unwrap()
}

fn plain(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

/// The changes of slots, epochs and roles, one of each variant.
fn of_nodes() -> Vec<Change> {
    let node = endpoint(0);
    let maxmemory = Drift { from: Some(plain("0")), to: plain("256mb") };
    let masterauth = Drift { from: None, to: Text::Secret(secret("link")) };
    let hostname = Drift { from: Some("old".to_owned()), to: "n0".to_owned() };
    let announced = BTreeMap::from([("cluster-announce-hostname".to_owned(), hostname)]);
    let parameters =
        BTreeMap::from([("maxmemory".to_owned(), maxmemory), ("masterauth".to_owned(), masterauth)]);
    vec![
        Change::StabilizeSlots { node: node.clone(), slots: slots(93, 93) },
        Change::AssignSlots { node: node.clone(), slots: slots(0, 5460) },
        Change::SetEpoch { node: node.clone(), epoch: 1 },
        Change::SetAnnounce { node: node.clone(), parameters: announced },
        Change::SetConfig { node: node.clone(), parameters },
        Change::MeetNode { node: node.clone(), by: (1..6).map(endpoint).collect() },
        Change::ReplicateNode { node, primary: Drift { from: None, to: endpoint(1) } },
    ]
}

/// The changes of a cluster that grows or shrinks; of migrations one that begins and one that is completed.
fn of_moves() -> Vec<Change> {
    let (node, to) = (endpoint(0), endpoint(3));
    let scattered = [0, 2, 4, 6, 8].into_iter().collect();
    vec![
        Change::MigrateSlots { begins: true, node: node.clone(), to: to.clone(), slots: scattered },
        Change::MigrateSlots { begins: false, node: node.clone(), to, slots: slots(93, 95) },
        Change::ReattachNode {
            node: node.clone(),
            primary: Drift { from: Some(endpoint(3)), to: endpoint(1) },
        },
        Change::ForgetNode { node, member: "07c37dfeb235213a872192d90877d0cd55635b91".to_owned() },
    ]
}

/// The changes of Sentinels, one of each variant.
fn of_sentinels() -> Vec<Change> {
    let (node, monitor): (Endpoint, _) = ("s0:26379".parse().unwrap(), "main".to_owned());
    let pass = Text::Secret(secret("watcher"));
    let resolve = Drift { from: Some(plain("no")), to: plain("yes") };
    let quorum = Drift { from: Some(plain("1")), to: plain("2") };
    let parameters = BTreeMap::from([("resolve-hostnames".to_owned(), resolve)]);
    let auth = BTreeMap::from([("auth-pass".to_owned(), pass.clone())]);
    let pass = Drift { from: None, to: pass };
    let options = BTreeMap::from([("quorum".to_owned(), quorum), ("auth-pass".to_owned(), pass)]);
    let told = [
        SentinelChange::SetSentinel { node: node.clone(), parameters },
        SentinelChange::MonitorPrimary {
            node: node.clone(),
            monitor: monitor.clone(),
            primary: endpoint(0),
            quorum: 2,
            options: auth,
        },
        SentinelChange::SetMonitor { node, monitor, options },
    ];
    told.map(Change::Sentinel).into()
}

/// The changes of users, functions and streams, one of each variant.
fn of_contents() -> Vec<Change> {
    let (node, key) = (endpoint(0), "app".to_owned());
    let passwords = Passwords { declared: vec![secret("old"), secret("new")], undeclared: 0 };
    let found = Passwords { declared: vec![secret("old")], undeclared: 2 };
    let enabled = Some(Drift { from: Some(true), to: false });
    vec![
        Change::CreateUser {
            node: node.clone(),
            user: plain("app"),
            enabled: true,
            rules: "~* +get".to_owned(),
            passwords: passwords.declared.clone(),
            key: key.clone(),
        },
        Change::AlterUser {
            node: node.clone(),
            user: Text::Secret(secret("name")),
            enabled: None,
            rules: Some(Drift { from: Some("-@all".to_owned()), to: "+get".to_owned() }),
            passwords: Some(Drift { from: Some(found), to: passwords }),
            key: key.clone(),
        },
        Change::LoadFunction {
            node: node.clone(),
            library: "counters".to_owned(),
            code: Drift { from: None, to: "a867".to_owned() },
        },
        Change::CreateGroup {
            node: node.clone(),
            stream: "orders".to_owned(),
            group: "workers".to_owned(),
            start: "$".to_owned(),
        },
        Change::RestrictUser {
            node: node.clone(),
            user: plain("default"),
            enabled,
            rules: None,
            passwords: None,
            key: key.clone(),
        },
        Change::DeleteUser { node, user: plain("app"), key },
    ]
}

/// The place of a variant in the order of execution. It fails to compile when a variant is added.
fn place(change: &Change) -> usize {
    match change {
        Change::StabilizeSlots { .. } => 0,
        Change::AssignSlots { .. } => 1,
        Change::SetEpoch { .. } => 2,
        Change::SetAnnounce { .. } => 3,
        Change::CreateUser { .. } => 4,
        Change::AlterUser { .. } => 5,
        Change::SetConfig { .. } => 6,
        Change::MeetNode { .. } => 7,
        Change::ReplicateNode { .. } => 8,
        Change::Sentinel(SentinelChange::SetSentinel { .. }) => 9,
        Change::Sentinel(SentinelChange::MonitorPrimary { .. }) => 10,
        Change::Sentinel(SentinelChange::SetMonitor { .. }) => 11,
        Change::LoadFunction { .. } => 12,
        Change::CreateGroup { .. } => 13,
        Change::MigrateSlots { .. } => 14,
        Change::ReattachNode { .. } => 15,
        Change::ForgetNode { .. } => 16,
        Change::RestrictUser { .. } => 17,
        Change::DeleteUser { .. } => 18,
    }
}

/// One change of every variant, in the order of execution.
fn every_change() -> Vec<Change> {
    let mut changes = [of_nodes(), of_sentinels(), of_moves(), of_contents()].concat();
    changes.sort();
    let places: Vec<usize> = changes.iter().map(place).collect();
    assert_eq!(places, [(0..=14).collect::<Vec<_>>(), (14..=18).collect()].concat());
    changes
}

#[test]
fn every_variant_is_reported_in_the_order_of_execution() {
    let shown: String = every_change()
        .iter()
        .map(|change| format!("{} {change}\n  {}\n", change.effect().sign(), as_json(change)))
        .collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn no_property_has_the_name_of_a_key_that_every_change_has() {
    for change in every_change() {
        for (name, property) in change.properties().iter() {
            assert!(!RESERVED.contains(&name), "{change}: {name}");
            assert!(property.from.is_some() || property.to.is_some(), "{change}: {name} is empty");
        }
    }
}
