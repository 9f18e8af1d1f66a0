//! Drift of each field of specs/kafka.full.yaml, made with Kafka's own tools, and the plan that it causes.

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
        r#"{"op": "create_topic", "name": "infra-events", "partitions": {"to": 3}, "replication_factor": {"to": 3}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --add-config retention.ms=1",
        r#"{"op": "alter_topic_config", "name": "application-logs", "config": {"from": {"retention.ms": "1"}, "to": {"retention.ms": "604800000"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --add-config cleanup.policy=[compact]",
        r#"{"op": "alter_topic_config", "config": {"from": {"cleanup.policy": "compact"}, "to": {"cleanup.policy": "compact,delete"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type topics --entity-name application-logs --delete-config min.insync.replicas",
        r#"{"op": "alter_topic_config", "config": {"to": {"min.insync.replicas": "2"}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --delete-config SCRAM-SHA-256",
        r#"{"op": "alter_user", "name": "orders", "iterations": {"to": {"SCRAM-SHA-256": 8192}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --add-config SCRAM-SHA-512=[iterations=4096,password=other]",
        r#"{"op": "alter_user", "password": {"to": {"SCRAM-SHA-512": "{secret: kafka_orders_password}"}}, "iterations": {"from": {"SCRAM-SHA-512": 4096}, "to": {"SCRAM-SHA-512": 8192}}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation read --topic orders- --resource-pattern-type prefixed",
        r#"{"op": "create_acl", "operation": {"to": "READ"}, "resource_type": {"to": "TOPIC"}, "pattern_type": {"to": "PREFIXED"}, "resource_name": {"to": "orders-"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation write --topic orders- --resource-pattern-type prefixed",
        r#"{"op": "create_acl", "operation": {"to": "WRITE"}, "resource_type": {"to": "TOPIC"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation read --group orders",
        r#"{"op": "create_acl", "resource_type": {"to": "GROUP"}, "resource_name": {"to": "orders"}, "pattern_type": {"to": "LITERAL"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation write --transactional-id orders",
        r#"{"op": "create_acl", "resource_type": {"to": "TRANSACTIONAL_ID"}, "operation": {"to": "WRITE"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --deny-principal User:guest --deny-host 192.0.2.7 --operation all --cluster",
        r#"{"op": "create_acl", "permission": {"to": "DENY"}, "resource_type": {"to": "CLUSTER"}, "host": {"to": "192.0.2.7"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:orders --operation describe --delegation-token \\*",
        r#"{"op": "create_acl", "resource_type": {"to": "DELEGATION_TOKEN"}, "resource_name": {"to": "*"}}"#,
    ),
    drift(
        "kafka-acls --remove --force --allow-principal User:admin --operation createtokens --user-principal User:orders",
        r#"{"op": "create_acl", "resource_type": {"to": "USER"}, "resource_name": {"to": "User:orders"}, "operation": {"to": "CREATE_TOKENS"}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --add-config producer_byte_rate=7",
        r#"{"op": "alter_quota", "limits": {"from": {"producer_byte_rate": 7.0}, "to": {"producer_byte_rate": 1048576.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --delete-config consumer_byte_rate",
        r#"{"op": "alter_quota", "limits": {"to": {"consumer_byte_rate": 2097152.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-default --add-config request_percentage=12.5",
        r#"{"op": "alter_quota", "limits": {"from": {"request_percentage": 12.5}, "to": {"request_percentage": 50.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type users --entity-name orders --entity-type clients --entity-name batch --add-config controller_mutation_rate=11",
        r#"{"op": "alter_quota", "limits": {"from": {"controller_mutation_rate": 11.0}, "to": {"controller_mutation_rate": 10.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type ips --entity-name 192.0.2.7 --add-config connection_creation_rate=9",
        r#"{"op": "alter_quota", "limits": {"from": {"connection_creation_rate": 9.0}, "to": {"connection_creation_rate": 5.0}}}"#,
    ),
    drift(
        "kafka-configs --alter --entity-type brokers --entity-default --add-config log.retention.ms=5",
        r#"{"op": "alter_broker_config", "config": {"from": {"log.retention.ms": "5"}, "to": {"log.retention.ms": "604800000"}}}"#,
    ),
];

/// Makes all of them.
pub(crate) fn drifted() {
    tools(&DRIFTS.iter().map(|drift| drift.by).collect::<Vec<_>>());
}
