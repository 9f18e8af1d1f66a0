//! What the spec declares comes to be, stays, and comes back.

use crate::{PLAIN, TLS, init, made, tool};

const CANARY: &str = "canary-5d1e-first";
const OTHER: &str = "canary-5d1e-second";

fn spec(name: &str) -> String {
    format!(
        "bootstrap: [kafka-secure:19094]\n{TLS}{PLAIN}topics: {{{name}-topic: {{}}}}
users: {{{name}: {{mechanism: [SCRAM-SHA-256, SCRAM-SHA-512], password: {{secret: password}}, iterations: 8192}}}}
acls:
  - {{principal: \"User:{name}\", allow: [read, write], topic: {name}-, match: prefixed}}
  - {{principal: \"User:{name}\", deny: [all], cluster: true, host: 192.0.2.7}}
quotas:
  - {{user: {name}, producerByteRate: 1048576}}
  - {{user: {name}, clientId: \"*\", requestPercentage: 12.5}}
brokerDefaults: {{log.retention.ms: 604800000}}
"
    )
}

fn apply(name: &str, password: &str, outcome: &str) -> integration::Ended {
    init(&spec(name)).secret("password", password).args(&["--log", "trace"]).run().expect(0, outcome)
}

/// REQ-AUTO-001
#[test]
fn everything_declared_is_there_and_a_rerun_changes_nothing() {
    apply("cold", CANARY, "changed");
    assert!(apply("cold", CANARY, "unchanged").changes().is_empty());
    let acls = tool("kafka-acls", &["--list", "--principal", "User:cold"]);
    assert!(acls.contains("name=cold-, patternType=PREFIXED") && acls.contains("operation=WRITE"), "{acls}");
    assert!(acls.contains("host=192.0.2.7, operation=ALL, permissionType=DENY"), "{acls}");
    let user = tool("kafka-configs", &["--describe", "--entity-type", "users", "--entity-name", "cold"]);
    assert!(user.contains("SCRAM-SHA-256=iterations=8192, SCRAM-SHA-512=iterations=8192"), "{user}");
    assert!(user.contains("producer_byte_rate=1048576.0"), "{user}");
    let brokers = tool("kafka-configs", &["--describe", "--entity-type", "brokers", "--entity-default"]);
    assert!(brokers.contains("log.retention.ms=604800000"), "{brokers}");
}

#[test]
fn each_drift_is_healed_and_nothing_else_is_touched() {
    apply("drift", CANARY, "changed");
    let user = |change: &[&str]| {
        let entity = ["--alter", "--entity-type", "users", "--entity-name", "drift"];
        tool("kafka-configs", &[entity.as_slice(), change].concat());
    };
    let drifts: [(&str, &dyn Fn()); 5] = [
        ("alter_user drift: applied", &|| user(&["--delete-config", "SCRAM-SHA-256"])),
        ("alter_user drift: applied", &|| {
            user(&["--add-config", "SCRAM-SHA-512=[iterations=8192,password=other]"]);
        }),
        ("alter_quota user drift: applied", &|| user(&["--add-config", "producer_byte_rate=7"])),
        ("create_acl drift-: applied", &|| {
            let acl = ["--operation", "read", "--topic", "drift-", "--resource-pattern-type", "prefixed"];
            let remove = ["--remove", "--force", "--allow-principal", "User:drift"];
            tool("kafka-acls", &[remove.as_slice(), &acl].concat());
        }),
        ("alter_broker_config : applied", &|| {
            let all = ["--entity-type", "brokers", "--entity-default"];
            tool(
                "kafka-configs",
                &[["--alter", "--add-config", "log.retention.ms=5"].as_slice(), &all].concat(),
            );
        }),
    ];
    for (healed, drift) in drifts {
        drift();
        assert_eq!(apply("drift", CANARY, "changed").changes(), [healed]);
        apply("drift", CANARY, "unchanged");
    }
}

/// CON-AUTO-001
#[test]
fn a_password_is_rotated_and_shows_nowhere() {
    let said = |ended: integration::Ended| format!("{}{}", ended.stdout, ended.log);
    let mut all = said(apply("rotated", CANARY, "changed"));
    let login = |password: &str, exit: i32, outcome: &str| {
        let sasl = "sasl: {mechanism: SCRAM-SHA-512, username: rotated, password: {secret: password}}\n";
        let spec = format!("bootstrap: [kafka-secure:19094]\n{TLS}{sasl}");
        init(&spec).secret("password", password).args(&["--log", "trace"]).run().expect(exit, outcome)
    };
    all += &said(login(CANARY, 0, "unchanged"));
    let rotated = apply("rotated", OTHER, "changed");
    assert_eq!(rotated.changes(), ["alter_user rotated: applied"]);
    all += &said(rotated);
    all += &said(login(OTHER, 0, "unchanged"));
    let refused = login(CANARY, 77, "failed");
    assert!(refused.error().contains("cannot log in as rotated with SCRAM-SHA-512"), "{}", refused.error());
    all += &said(refused);
    all += &integration::docker(&["logs", "kafka-secure"]).stdout;
    for secret in [CANARY, OTHER, made("admin.password").trim()] {
        assert!(!all.contains(secret), "a password was printed");
    }
}
