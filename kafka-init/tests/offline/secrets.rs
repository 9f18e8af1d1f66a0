//! Config values from secrets, which Kafka never shows.

use init_core::{Backend, SecretRef};
use insta::assert_snapshot;
use kafka_init::{ConfigResource, ConfigType, Kafka, Observed, Setting};
use serde_json::{Value, json};

use crate::support::{cluster, desired, plan, shown};

fn spec() -> Value {
    json!({"brokerConfigs": {"1": {
        "listener.name.a.ssl.keystore.location": "/new.p12",
        "listener.name.a.ssl.keystore.password": {"secret": "store"},
        "listener.name.a.ssl.key.password": {"secret": "key"},
        "listener.name.b.ssl.keystore.password": {"secret": "other"},
        "log.cleaner.threads": 2,
    }}})
}

/// Broker 1 with these configs; one without a value is sensitive.
fn broker(configs: &[(&str, Option<&str>)]) -> Observed {
    let setting = |(key, value): &(&str, Option<&str>)| {
        let (sensitive, value) = (value.is_none(), value.map(str::to_owned));
        ((*key).to_owned(), Setting { value, kind: ConfigType::Text, sensitive, is_own: true })
    };
    let settings = configs.iter().map(setting).collect();
    Observed {
        brokers: [(1, None)].into(),
        resources: [(ConfigResource::Broker(1), settings)].into(),
        ..cluster([])
    }
}

const SET: [(&str, Option<&str>); 5] = [
    ("listener.name.a.ssl.keystore.location", Some("/new.p12")),
    ("listener.name.a.ssl.keystore.password", None),
    ("listener.name.a.ssl.key.password", None),
    ("listener.name.b.ssl.keystore.password", None),
    ("log.cleaner.threads", Some("2")),
];

#[test]
fn a_secret_that_is_set_is_not_written_again() {
    let plan = plan(spec(), &broker(&SET));
    assert!(plan.is_empty() && plan.conflicts().is_empty(), "{}", shown(&plan));
}

#[test]
fn a_secret_is_written_where_it_is_missing_and_with_what_else_differs_of_its_listener() {
    let with = |key: &str, value: Option<Option<&'static str>>| {
        let others = SET.into_iter().filter(|(other, _)| *other != key);
        let one = value.and_then(|value| Some((SET.into_iter().find(|(other, _)| *other == key)?.0, value)));
        broker(&others.chain(one).collect::<Vec<_>>())
    };
    let cases = [
        broker(&[]),
        with("listener.name.a.ssl.keystore.location", Some(Some("/old.p12"))),
        with("listener.name.a.ssl.key.password", None),
        with("log.cleaner.threads", Some(Some("1"))),
    ];
    assert_snapshot!(cases.map(|there| shown(&plan(spec(), &there))).join("\n"));
}

#[test]
fn a_secret_in_a_config_that_kafka_shows_is_a_conflict() {
    let there = broker(&[("x.password", Some("shown"))]);
    let spec = json!({"brokerConfigs": {"1": {"x.password": {"secret": "p"}}}});
    assert_snapshot!(shown(&plan(spec, &there)));
}

/// The listener's own secret is read before the first connection, like any other.
#[test]
fn the_secrets_of_configs_are_read() {
    let mut spec = spec();
    spec["brokerDefaults"] = json!({"ssl.truststore.password": {"secret": "trust"}});
    let read = Kafka::requires(&desired(spec)).secrets;
    let names: Vec<&str> = read.iter().map(SecretRef::name).collect();
    assert_eq!(names, ["key", "other", "store", "trust"]);
}
