//! Every way not to be let in has an exit and a sentence of its own, and none of them waits for the deadline.

use integration::kafka;

use crate::{PLAIN, TLS, admin, init, tool};

/// REQ-AUTO-002
#[test]
fn who_is_not_let_in_is_told_why() {
    const PASSWORDLESS: &str = "sasl: {mechanism: PLAIN, username: admin, password: {secret: client_key}}\n";
    const SCRAM: &str =
        "sasl: {mechanism: SCRAM-SHA-512, username: admin, password: {secret: admin_password}}\n";
    const STRANGER: &str = "tls: {ca: {file: /pki/stranger.pem}}\n";
    const NOBODY: &str = "tls: {ca: {file: /pki/ca.pem}}\n";
    const INTRUDER: &str = "tls: {ca: {file: /pki/ca.pem}, certificate: {file: /pki/intruder.pem}, key: {secret: intruder_key}}\n";
    const MISMATCH: &str =
        "tls: {ca: {file: /pki/ca.pem}, certificate: {file: /pki/client.pem}, key: {secret: intruder_key}}\n";
    const NO_CERTIFICATE: &str = "tls: {ca: {file: /etc/kafka-init/spec.yaml}}\n";
    for (server, tls, sasl, exit, sentence) in [
        ("kafka-1:19092", TLS, PASSWORDLESS, 77, "SASL_AUTHENTICATION_FAILED (58)"),
        ("kafka-1:19092", TLS, "", 76, "requires SASL (PLAIN, SCRAM-SHA-"),
        ("kafka-1:19092", "", PLAIN, 76, "speaks TLS, not plaintext Kafka"),
        ("kafka-1:19092", STRANGER, PLAIN, 76, "certificate"),
        ("kafka-other:19092", TLS, PLAIN, 76, "and not for `kafka-other`"),
        ("kafka-1:19092", MISMATCH, PLAIN, 78, "it does not belong to `tls.certificate`"),
        ("kafka-1:19092", NO_CERTIFICATE, PLAIN, 65, ""),
        ("kafka-1:19095", NOBODY, "", 77, "(alert CertificateRequired)"),
        ("kafka-1:19095", INTRUDER, "", 77, "refused the TLS handshake"),
        ("kafka-1:19095", TLS, PLAIN, 76, "ILLEGAL_SASL_STATE (34)"),
        ("kafka-1:19096", TLS, PLAIN, 76, "speaks plaintext Kafka, not Kafka over TLS"),
        ("kafka-1:19096", "", "", 76, "requires SASL (PLAIN), and the spec has no `sasl`"),
        ("kafka-1:19098", "", "", 76, "broker 1 advertises 10.1.2.1:19098, which is an address"),
        ("kafka-1:19099", "", "", 76, "broker 1 advertises localhost:19099, which is another machine"),
        ("kafka-1:19096", "", SCRAM, 76, "has no SCRAM-SHA-512, but PLAIN"),
    ] {
        let ended = init(&format!("bootstrap: [{server}]\n{tls}{sasl}")).run().expect(exit, "failed");
        assert!(ended.error().contains(sentence), "{server} {tls}{sasl}: {}", ended.error());
    }
}

/// REQ-AUTO-002, REQ-AUTO-003: the broker may still be coming, so it is waited for.
#[test]
fn a_broker_that_sends_its_clients_to_an_unknown_name_is_named_at_the_deadline() {
    let ended = init("bootstrap: [kafka-1:19097]\n").args(&["--timeout", "4s"]).run().expect(69, "failed");
    let error = ended.error();
    assert!(
        error.contains("advertises no-such-broker-") && error.contains(":19097, which does not resolve"),
        "{error}"
    );
    assert!(error.contains("broker "), "{error}");
}

#[test]
fn what_the_brokers_would_refuse_is_refused_before_anything_is_written() {
    for (change, sentence) in [
        ("brokerDefaults: {log.dirs: /x}", "Cannot update these configs dynamically"),
        ("brokerDefaults: {log.retention.msec: 5}", "the nearest is `log.retention.ms`"),
        (
            "quotas: [{ip: no-such-host.invalid, connectionCreationRate: 1}]",
            "is not a valid IP or resolvable host",
        ),
    ] {
        let spec = format!("bootstrap: [kafka-1:19092]\n{TLS}{PLAIN}topics: {{never: {{}}}}\n{change}\n");
        let ended = init(&spec).refused(76);
        assert!(ended.error().contains(sentence), "{}", ended.error());
        assert!(!crate::tool("kafka-topics", &["--list"]).contains("never"));
    }
}

/// An older broker drops the connection that asks for it, as if it were gone.
#[test]
fn two_phase_commit_is_granted_where_the_release_knows_it() {
    let spec = "acls: [{principal: \"User:two-phase\", allow: [write, twophasecommit], transactionalId: two-, match: prefixed}]\n";
    if !kafka::is_at_least(4, 1) {
        let ended = admin(spec).refused(76);
        assert!(ended.error().contains("TWO_PHASE_COMMIT, which came with Kafka 4.1"), "{}", ended.error());
        assert!(!tool("kafka-acls", &["--list"]).contains("two-phase"));
        return;
    }
    admin(spec).run().expect(0, "changed");
    admin(spec).run().expect(0, "unchanged");
    assert!(tool("kafka-acls", &["--list"]).contains("TWO_PHASE_COMMIT"));
    admin(&spec.replace("}]", ", state: absent}]")).run().expect(0, "changed");
}
