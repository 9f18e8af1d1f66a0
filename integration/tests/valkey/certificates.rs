//! Certificates of every usual kind, in front of a real server: which are accepted, and what is said of the others.

use integration::valkey::Nodes;
use integration::{Certificates, Ended, Kinds, docker, shell};

const SPEC: &str = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: password}\n";

/// One server with the files of a folder: authority, certificate and key.
fn server(volume: &str, [ca, certificate, key]: [&str; 3], clients: &str) -> Nodes {
    let settings = [
        ["--port", "0"],
        ["--tls-port", "6379"],
        ["--tls-ca-cert-file", ca],
        ["--tls-cert-file", certificate],
        ["--tls-key-file", key],
        ["--tls-auth-clients", clients],
    ];
    Nodes::start(1, &settings.concat(), &["--volume", volume])
}

fn told(ended: &Ended) -> String {
    format!("{} {}", ended.error(), ended.report["error"]["remedy"])
}

#[test]
fn certificates_and_keys_of_every_kind_are_judged_in_words() {
    let kinds = Kinds::new("valkey-0");
    let volume = format!("{}:/tls:ro", kinds.path().display());
    let nodes = server(&volume, ["/tls/root.pem", "/tls/0/server.pem", "/tls/0/server.key"], "no");
    kinds.judge(&[], |row, tls| {
        let (certificate, key) =
            (format!("/tls/{}/server.pem", row.number), format!("/tls/{}/server.key", row.number));
        let set = ["CONFIG", "SET", "tls-cert-file", &certificate, "tls-key-file", &key];
        let said = nodes.cli(0, &[["--tls", "--insecure"].as_slice(), &set].concat());
        assert_eq!(said, "OK\n", "{row:?}");
        nodes.init(&format!("{SPEC}tls: {tls}\n")).args(&["--timeout", "20s"])
    });
}

/// A client key that is encrypted works with its passphrase, and what is missing without it is told.
#[test]
fn an_encrypted_client_key_needs_its_passphrase() {
    let certificates = Certificates::new().sign("server", &["valkey-0"]).sign("client", &["client"]);
    let encrypt = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in client.key -passout pass:canary-phrase-51aa -out client.enc";
    let folder = certificates.path().display();
    shell(&format!("cd {folder} && {encrypt} && chmod 0644 *")).ok();
    let files = ["/tls/ca.pem", "/tls/server.pem", "/tls/server.key"];
    let nodes = server(&format!("{folder}:/tls:ro"), files, "yes");
    let run = |passphrase: &str| {
        let spec = format!(
            "{SPEC}tls: {{ca: {{file: /tls/ca.pem}}, certificate: {{file: /tls/client.pem}}, key: {{secret: key}}{passphrase}}}\n"
        );
        let init = nodes.init(&spec).file("/tls/ca.pem", &certificates.read("ca.pem"));
        let init = init.file("/tls/client.pem", &certificates.read("client.pem"));
        let key = String::from_utf8_lossy(&certificates.read("client.enc")).into_owned();
        init.secret("key", &key).secret("phrase", "canary-phrase-51aa").args(&["--timeout", "20s"])
    };
    run(", keyPassphrase: {secret: phrase}").run().expect(0, "unchanged");
    let ended = run("").run().expect(78, "failed");
    assert!(told(&ended).contains("openssl"), "{}", told(&ended));
    assert!(!ended.stdout.contains("canary-phrase-51aa") && !ended.log.contains("canary-phrase-51aa"));
}

/// The first address of the name takes no connection; the second is the server's.
#[test]
fn a_name_with_two_addresses_is_reached_at_the_second() {
    let nodes = Nodes::start(1, &[], &[]);
    let template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let address = docker(&["inspect", "--format", template, &nodes.container(0)]).ok();
    let init = nodes.init("mode: standalone\nnodes: [two:6379]\npassword: {secret: password}\n");
    let (first, second) = ("two:192.0.2.1".to_owned(), format!("two:{}", address.trim()));
    init.docker(&["--add-host", &first, "--add-host", &second]).run().expect(0, "unchanged");
}
