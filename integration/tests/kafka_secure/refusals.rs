//! Every way not to be let in has an exit and a sentence of its own, and none of them waits for the deadline.

use crate::{PLAIN, TLS, init};

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
        ("kafka-secure:19094", TLS, PASSWORDLESS, 77, "SASL_AUTHENTICATION_FAILED (58)"),
        ("kafka-secure:19094", TLS, "", 76, "requires SASL (PLAIN, SCRAM-SHA-"),
        ("kafka-secure:19094", "", PLAIN, 76, "speaks TLS, not plaintext Kafka"),
        ("kafka-secure:19094", STRANGER, PLAIN, 76, "invalid peer certificate: UnknownIssuer"),
        ("kafka-other:19094", TLS, PLAIN, 76, "certificate not valid for name \"kafka-other\""),
        ("kafka-secure:19094", MISMATCH, PLAIN, 78, "it does not fit `tls.certificate`"),
        ("kafka-secure:19094", NO_CERTIFICATE, PLAIN, 65, ""),
        ("kafka-secure:19095", NOBODY, "", 77, "received fatal alert: CertificateRequired"),
        ("kafka-secure:19095", INTRUDER, "", 77, "received fatal alert"),
        ("kafka-secure:19095", TLS, PLAIN, 76, "ILLEGAL_SASL_STATE (34)"),
        ("kafka-secure:19096", TLS, PLAIN, 76, "speaks plaintext Kafka, not Kafka over TLS"),
        ("kafka-secure:19096", "", SCRAM, 76, "has no SCRAM-SHA-512, but PLAIN"),
    ] {
        let ended = init(&format!("bootstrap: [{server}]\n{tls}{sasl}")).run().expect(exit, "failed");
        assert!(ended.error().contains(sentence), "{server} {tls}{sasl}: {}", ended.error());
    }
}

#[test]
fn what_the_brokers_would_refuse_is_refused_before_anything_is_written() {
    for (change, sentence) in [
        ("brokerDefaults: {log.dirs: /x}", "Cannot update these configs dynamically"),
        (
            "quotas: [{ip: no-such-host.invalid, connectionCreationRate: 1}]",
            "is not a valid IP or resolvable host",
        ),
    ] {
        let spec =
            format!("bootstrap: [kafka-secure:19094]\n{TLS}{PLAIN}topics: {{never: {{}}}}\n{change}\n");
        let ended = init(&spec).run().expect(76, "failed");
        assert!(ended.error().contains(sentence), "{}", ended.error());
        assert!(!crate::tool("kafka-topics", &["--list"]).contains("never"));
    }
}
