//! specs/kafka.full.yaml as it stands: applied, left alone, and every field of it set back after somebody changed it.

use std::collections::BTreeSet;

use std::time::Duration;

use integration::{Ended, Init, eventually};
use serde_json::Value;

use crate::drift::{DRIFTS, Drift, drifted};
use crate::{made, recording, tools, up};

pub(crate) const SPEC: &str = include_str!("../../specs/kafka.full.yaml");
const ACLS: &str = include_str!("expected/acls.txt");
const CONFIGS: &str = include_str!("expected/configs.txt");
const TOPICS: &str = include_str!("expected/topics.txt");

/// A run with all that the full spec names.
pub(crate) fn init(spec: &str) -> Init {
    up();
    Init::new("kafka-init", spec)
        .on("dayzero-secure_default")
        .file("/etc/kafka-init/ca.pem", made("ca.pem").as_bytes())
        .file("/etc/kafka-init/client.pem", made("client.pem").as_bytes())
        .secret("kafka_client_key", &made("client.key"))
        .secret("kafka_admin_password", &made("admin.password"))
        .secret("kafka_orders_password", "orders-5d1e")
}

fn run(exit: i32, outcome: &str) -> Ended {
    init(SPEC).run().expect(exit, outcome)
}

/// Kafka's own tools about everything that the spec names; what differs between two clusters is taken out.
fn described() -> [String; 3] {
    let said = tools(&[
        "kafka-acls --list --principal User:orders",
        "kafka-acls --list --principal User:guest",
        "kafka-acls --list --principal User:admin",
        "kafka-configs --describe --entity-type users --entity-name orders",
        "kafka-configs --describe --entity-type users --entity-default",
        "kafka-configs --describe --entity-type users --entity-name orders --entity-type clients --entity-name batch",
        "kafka-configs --describe --entity-type ips --entity-name 192.0.2.7",
        "kafka-configs --describe --entity-type brokers --entity-default",
        "kafka-topics --describe --topic 'infra-events|application-logs|broker-decides'",
    ]);
    [lines(&said[..3]), lines(&said[3..8]), lines(&said[8..])]
}

/// Sorted, without what differs between two clusters or two releases: ids, single partitions, what is not declared. An
/// ACL has its resource in front of it.
fn lines(said: &[String]) -> String {
    let mut lines = BTreeSet::new();
    for text in said {
        let mut resource = "";
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("Current ACLs for resource `ResourcePattern") {
                resource = rest.trim_end_matches("`:");
            } else if line.starts_with("(principal=") {
                lines.insert(format!("{resource} {line}\n"));
            } else if line.starts_with("log.retention.ms") {
                lines.insert(format!("all brokers: {}\n", line.split(' ').next().unwrap_or_default()));
            } else if let Some((whose, limits)) = line.split_once(" are ") {
                lines.insert(format!("{whose} are {}\n", sorted(limits, ", ")));
            } else if line.contains("PartitionCount") {
                let parts = line.split('\t').map(str::trim).filter(|part| !part.starts_with("TopicId"));
                let parts = parts.collect::<Vec<_>>().join(" ");
                let (topic, configs) = parts.split_once(" Configs: ").unwrap_or((&parts, ""));
                lines.insert(format!("{topic} Configs: {}\n", sorted(configs, ",")));
            }
        }
    }
    lines.into_iter().collect()
}

fn sorted(list: &str, separator: &str) -> String {
    list.split(separator).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(separator)
}

fn is_as_written() {
    let [acls, configs, topics] = described();
    assert_eq!((acls.as_str(), configs.as_str(), topics.as_str()), (ACLS, CONFIGS, TOPICS));
}

/// REQ-AUTO-001
#[test]
fn the_full_spec_is_applied_left_alone_and_every_field_of_it_is_healed() {
    run(0, "changed");
    is_as_written();

    let recording = recording();
    assert!(run(0, "unchanged").changes().is_empty());
    assert_eq!(recording.mutations().len(), 0, "{:?}", recording.requests());

    drifted();
    // A tool is done when the controller is; the broker that a plan reads from follows.
    eventually("every drift is seen", Duration::from_secs(30), || {
        let plan = init(SPEC).args(&["plan"]).run().expect(3, "drift");
        let changes: Vec<Value> = plan.report["changes"].as_array().cloned().unwrap_or_default();
        let seen = |drift: &&Drift| {
            let wanted: Value = serde_json::from_str(drift.seen).unwrap_or_default();
            changes.iter().any(|change| holds(change, &wanted))
        };
        DRIFTS.iter().all(|drift| seen(&drift))
    });
    run(0, "changed");
    is_as_written();
    run(0, "unchanged");
}

/// Every property that is wanted, at any depth.
fn holds(there: &Value, wanted: &Value) -> bool {
    match (there, wanted) {
        (Value::Object(there), Value::Object(wanted)) => {
            !wanted.is_empty()
                && wanted.iter().all(|(key, wanted)| there.get(key).is_some_and(|there| holds(there, wanted)))
        }
        _ => there == wanted,
    }
}

#[test]
fn another_cluster_than_the_one_that_is_meant_is_only_read() {
    let spec = SPEC.replace("4L6g3nShT-eMCtK--X86sw", "AAAAAAAAAAAAAAAAAAAAAA");
    let spec = spec.replace("infra-events", "never");
    up();
    let recording = recording();
    let ended = init(&spec).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "clusterId");
    assert!(ended.report["conflicts"][0]["problem"].to_string().contains("4L6g3nShT-eMCtK--X86sw"));
    assert_eq!(recording.mutations().len(), 0, "{:?}", recording.requests());
}
