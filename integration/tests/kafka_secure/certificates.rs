//! Certificates as people make them without an authority, each at a listener of its own, and keys with a passphrase.

use integration::Init;

use crate::{init, made};

/// A run that only connects.
fn run(listener: &str, tls: &str) -> Init {
    init(&format!("bootstrap: [{listener}]\ntls: {tls}\n")).args(&["--timeout", "10s"])
}

/// The server's own certificate is what the user has, and so what is written into `ca`.
#[test]
fn a_certificate_that_is_itself_in_ca_is_accepted_and_what_else_is_wrong_with_it_is_said() {
    for (listener, certificate, exit, outcome, parts) in [
        ("kafka-1:19101", "own-authority", 0, "unchanged", &[][..]),
        ("kafka-1:19102", "own-leaf", 0, "unchanged", &[]),
        ("kafka-1:19103", "own-name", 0, "unchanged", &[]),
        ("kafka-1:19104", "own-expired", 76, "failed", &["expired", "2020-01-02", "openssl "]),
        ("kafka-1:19105", "own-other", 76, "failed", &["`elsewhere`", "`kafka-1`", "openssl "]),
        // Java finds no signature that both sides know, and closes the connection without an alert.
        ("kafka-1:19106", "own-p521", 69, "failed", &["ended the connection during the TLS handshake"]),
        // Signed by nobody whom the file names.
        ("kafka-1:19101", "own-leaf", 76, "failed", &["openssl "]),
    ] {
        let ca = made(&format!("{certificate}.pem"));
        let run = run(listener, "{ca: {file: /pki/own.pem}}").file("/pki/own.pem", ca.as_bytes());
        let ended = run.run().expect(exit, outcome);
        let said = format!("{} {}", ended.error(), ended.report["error"]["remedy"]);
        for part in parts {
            assert!(said.contains(part), "{certificate}: no {part} in {said}");
        }
        assert!(!said.contains("OtherError"), "{certificate}: {said}");
    }
}

/// The public authorities alone.
#[test]
fn tls_without_a_word_trusts_the_public_authorities() {
    let ended = run("kafka-1:19101", "{}").run().expect(76, "failed");
    assert!(ended.error().contains("certificate"), "{}", ended.error());
}

#[test]
fn an_encrypted_key_needs_its_passphrase_and_says_so() {
    let tls = "{ca: {file: /pki/ca.pem}, certificate: {file: /pki/client.pem}, key: {secret: encrypted_key}";
    let with = |rest: &str| {
        let run = run("kafka-1:19095", &format!("{tls}{rest}}}"));
        run.secret("encrypted_key", &made("client-encrypted.key"))
    };
    let passphrase = ", keyPassphrase: {secret: passphrase}";
    with(passphrase).secret("passphrase", "passphrase-5d1e").run().expect(0, "unchanged");
    let wrong = with(passphrase).secret("passphrase", "another-5d1e").run().expect(78, "failed");
    assert!(wrong.error().contains("passphrase"), "{}", wrong.error());
    let without = with("").run().expect(78, "failed");
    assert!(without.report["error"]["remedy"].to_string().contains("keyPassphrase"), "{}", without.stdout);
    for ended in [wrong, without] {
        assert!(!format!("{}{}", ended.stdout, ended.log).contains("5d1e"), "the passphrase was printed");
    }
}
