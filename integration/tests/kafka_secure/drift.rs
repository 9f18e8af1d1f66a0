//! What somebody may do to each field of specs/kafka.full.yaml with Kafka's own tools, and how a plan sees it.

use crate::tools;

/// One change by hand.
pub(crate) struct Drift {
    /// The tool that makes it, and its arguments.
    by: &'static str,
    /// Part of a change in the plan's report.
    pub(crate) seen: &'static str,
}

const fn drift(by: &'static str, seen: &'static str) -> Drift {
    Drift { by, seen }
}

pub(crate) static DRIFTS: [Drift; 19] = [
    drift(
        "kafka-topics --delete --topic infra-events",
        r#"{"op": "create_topic", "name": "infra-events", "partitions": 3, "replication_factor": 3}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --add-config retention.ms=1",
        r#"{"op": "alter_topic_config", "name": "application-logs", "config": {"retention.ms": {"from": "1", "to": "604800000"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --add-config cleanup.policy=[compact]",
        r#"{"op": "alter_topic_config", "config": {"cleanup.policy": {"from": "compact", "to": "compact,delete"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --delete-config min.insync.replicas",
        r#"{"op": "alter_topic_config", "config": {"min.insync.replicas": {"from": null, "to": "2"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --delete-config SCRAM-SHA-256",
        r#"{"op": "alter_user", "name": "orders", "credentials": {"SCRAM-SHA-256": {"password": false, "iterations": {"to": 8192}}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --add-config SCRAM-SHA-512=[iterations=4096,password=other]",
        r#"{"op": "alter_user", "credentials": {"SCRAM-SHA-512": {"password": true, "iterations": {"from": 4096, "to": 8192}}}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation read --topic orders- --resource-pattern-type prefixed",
        r#"{"op": "create_acl", "operation": "READ", "resource": "TOPIC", "match": "prefixed", "name": "orders-"}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation write --topic orders- --resource-pattern-type prefixed",
        r#"{"op": "create_acl", "operation": "WRITE", "resource": "TOPIC"}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation read --group orders",
        r#"{"op": "create_acl", "resource": "GROUP", "name": "orders", "match": "literal"}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation write --transactional-id orders",
        r#"{"op": "create_acl", "resource": "TRANSACTIONAL_ID", "operation": "WRITE"}"#,
    ),
    drift(
        "kafka-acls --remove --force --deny-principal User:guest --deny-host 192.0.2.7 --operation all --cluster",
        r#"{"op": "create_acl", "permission": "DENY", "resource": "CLUSTER", "host": "192.0.2.7"}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation describe --delegation-token \\*",
        r#"{"op": "create_acl", "resource": "DELEGATION_TOKEN", "name": "*"}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:admin --operation createtokens --user-principal User:orders",
        r#"{"op": "create_acl", "resource": "USER", "name": "User:orders", "operation": "CREATE_TOKENS"}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --add-config producer_byte_rate=7",
        r#"{"op": "alter_quota", "limits": {"producer_byte_rate": {"from": 7.0, "to": 1048576.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --delete-config consumer_byte_rate",
        r#"{"op": "alter_quota", "limits": {"consumer_byte_rate": {"to": 2097152.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-default --add-config request_percentage=12.5",
        r#"{"op": "alter_quota", "limits": {"request_percentage": {"from": 12.5, "to": 50.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --entity-type clients --entity-name batch --add-config controller_mutation_rate=11",
        r#"{"op": "alter_quota", "limits": {"controller_mutation_rate": {"from": 11.0, "to": 10.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type ips --entity-name 192.0.2.7 --add-config connection_creation_rate=9",
        r#"{"op": "alter_quota", "limits": {"connection_creation_rate": {"from": 9.0, "to": 5.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type brokers --entity-default --add-config log.retention.ms=5",
        r#"{"op": "alter_broker_config", "config": {"log.retention.ms": {"from": "5", "to": "604800000"}}}"#,
    ),
];

/// Makes all of them.
pub(crate) fn drifted() {
    tools(&DRIFTS.iter().map(|drift| drift.by).collect::<Vec<_>>());
}
