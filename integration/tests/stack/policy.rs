//! `policy` on what Compose says: the stack keeps every rule, and each rule bites where it is broken and nowhere else.

use std::fs;

use integration::{root, shell};

#[test]
fn the_stack_keeps_every_rule() {
    shell("just policy compose.yaml --env-file .env.example").ok();
}

/// CON-AUTO-002, SEC-AUTO-001, REQ-AUTO-003
#[test]
fn each_broken_rule_is_found_and_nothing_else() {
    let expected = [
        ("good", ""),
        ("adopted-optionally", "kafka-init: is adopted by no service"),
        ("address-in-command", "kafka-init: has an address in its command line"),
        ("address-in-environment", "kafka-init: has an address in the variable BOOTSTRAP"),
        ("credential", "kafka-init: has the credential Kafka_Password in its environment"),
        ("fixed-address", "kafka-init: needs server at a fixed address"),
        ("no-gate", "kafka-init: waits for no healthy server"),
        ("no-health-check", "kafka-init: waits for server, whose health check is disabled"),
        ("no-init", "no init service"),
        ("not-adopted", "kafka-init: is adopted by no service"),
        ("restarted", "kafka-init: is restarted"),
        ("root", "kafka-init: runs as root"),
        ("started-only", "kafka-init: waits for the start of other only"),
        ("watch", ""),
        ("watch-unasked", "kafka-init: is a sidecar without its healthcheck"),
    ];
    let folder = fs::read_dir(root().join("integration/tests/stack/policy")).map_or(0, Iterator::count);
    assert_eq!(folder, expected.len(), "a fixture is not tried");
    for (fixture, finding) in expected {
        let said = shell(&format!(
            "DAYZERO_VERSION=${{TAG:-dev}} hooks/policy.sh integration/tests/stack/policy/{fixture}.yaml"
        ));
        if finding.is_empty() {
            said.ok();
            continue;
        }
        assert_eq!(said.exit, 1, "{fixture}: {}{}", said.stdout, said.stderr);
        assert_eq!(said.stdout.lines().count(), 1, "{fixture}: {}", said.stdout);
        assert!(said.stdout.starts_with(finding), "{fixture}: {}", said.stdout);
        assert!(!said.stdout.contains("hunter2"), "a value is shown");
    }
}
