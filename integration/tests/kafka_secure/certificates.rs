//! Certificates as people make them, each at a listener of its own, and keys with a passphrase.

use std::time::Duration;

use integration::kafka::Single;
use integration::{Init, Kinds, P_521, Row, Verdict, eventually, shell};

use crate::{CONTAINERS, init, made, up};

const HOST: &str = "kinds-kafka";
/// Makes the key store of a listener.
const STORE: &str = "openssl pkcs12 -export -inkey server.key -in server.pem -out server.p12 -passout pass:password; chmod 0644 server.p12";

/// A run that only connects.
fn run(listener: &str, tls: &str) -> Init {
    init(&format!("bootstrap: [{listener}]\ntls: {tls}\n")).args(&["--timeout", "10s"])
}

/// A broker with a listener for each row. Its key stores are PKCS#12: of a PEM store Kafka says "Private key could not be
/// loaded" where the key is Ed25519, and does not start.
fn broker(kinds: &Kinds) -> Single {
    up();
    let rows: Vec<Row<'_>> = kinds.rows().collect();
    let stores: String =
        rows.iter().map(|row| format!("cd {}; {STORE}; ", row.file(".").display())).collect();
    shell(&format!("set -e; {stores}")).ok();
    let each = |of: &dyn Fn(usize) -> String| rows.iter().map(|row| of(row.number)).collect::<String>();
    let mut settings = vec![
        format!(
            "KAFKA_LISTENERS=INTERNAL://:19092,CONTROLLER://:9093{}",
            each(&|row| format!(",KIND{row}://:{}", port(row)))
        ),
        format!(
            "KAFKA_ADVERTISED_LISTENERS=INTERNAL://{HOST}:19092{}",
            each(&|row| format!(",KIND{row}://{HOST}:{}", port(row)))
        ),
        format!(
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT{}",
            each(&|row| format!(",KIND{row}:SSL"))
        ),
        "KAFKA_SSL_KEYSTORE_TYPE=PKCS12".to_owned(),
        "KAFKA_SSL_KEYSTORE_PASSWORD=password".to_owned(),
        // For each listener.
        "KAFKA_NUM_NETWORK_THREADS=1".to_owned(),
    ];
    settings.extend(rows.iter().map(|row| {
        format!(
            "KAFKA_LISTENER_NAME_KIND{}_SSL_KEYSTORE_LOCATION=/kinds/{}/server.p12",
            row.number, row.number
        )
    }));
    let volume = format!("{}:/kinds:ro", kinds.path().display());
    let mut options = vec!["--volume", &volume];
    options.extend(settings.iter().flat_map(|setting| ["--env", setting.as_str()]));
    Single::beside(CONTAINERS[0], "dayzero-secure_default", HOST, &options)
}

fn port(row: usize) -> usize {
    19200 + row
}

#[test]
fn certificates_and_keys_of_every_kind_are_judged_in_words() {
    let kinds = Kinds::new(HOST);
    let broker = broker(&kinds);
    // Java finds no signature that both sides know, and closes the connection without an alert.
    let closed = Verdict::Refused(69, &["ended the connection during the TLS handshake"]);
    kinds.judge(&[(P_521, closed)], |row, tls| {
        let address = format!("{}:{}", broker.address(), port(row.number));
        let is_shown = || row.is_shown(&address, "");
        eventually("the broker shows the certificate", Duration::from_secs(60), is_shown);
        run(&format!("{HOST}:{}", port(row.number)), tls)
    });
}

/// The public authorities alone.
#[test]
fn tls_without_a_word_trusts_the_public_authorities() {
    let ended = run("kafka-1:19095", "{}").run().expect(76, "failed");
    assert!(ended.error().contains("which is no public authority"), "{}", ended.error());
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
