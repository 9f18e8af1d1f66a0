//! TLS to every node: what is right works, and everything that is wrong is told apart, at once.

use integration::valkey::{Nodes, QUICK};
use integration::{Certificates, Ended, Init};

const FILES: &str =
    "tls: {ca: {file: /tls/ca.pem}, certificate: {file: /tls/client.pem}, key: {secret: client_key}}\n";

fn certificates() -> Certificates {
    Certificates::new().sign("server", &["valkey-0", "valkey-1", "valkey-2"]).sign("client", &["client"])
}

fn nodes(certificates: &Certificates) -> Nodes {
    let volume = format!("{}:/tls:ro", certificates.path().display());
    let tls = [
        "--port",
        "0",
        "--tls-port",
        "6379",
        "--tls-ca-cert-file",
        "/tls/ca.pem",
        "--tls-replication",
        "yes",
    ];
    let own =
        ["--tls-cert-file", "/tls/server.pem", "--tls-key-file", "/tls/server.key", "--tls-cluster", "yes"];
    let settings = [&["--cluster-enabled", "yes"][..], &QUICK, &tls, &own].concat();
    Nodes::start(3, &settings, &["--volume", &volume])
}

fn run(nodes: &Nodes, tls: &str, ca: &[u8], key: &[u8], certificates: &Certificates) -> Init {
    let spec = format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n{tls}", nodes.list());
    let init = nodes.init(&spec).args(&["--timeout", "20s"]);
    let init = init.file("/tls/ca.pem", ca).file("/tls/client.pem", &certificates.read("client.pem"));
    init.secret("client_key", &String::from_utf8_lossy(key))
}

fn cause(ended: &Ended) -> String {
    format!("{} {}", ended.error(), ended.report["error"]["remedy"])
}

/// Deliver 5, and DESIGN section 4: 76 for the peer, 77 for the client's certificate, 78 for a key that is none.
#[test]
fn a_cluster_forms_over_tls_and_every_wrong_certificate_is_told_apart() {
    let certificates = certificates();
    let nodes = nodes(&certificates);
    let (ca, key) = (certificates.read("ca.pem"), certificates.read("client.key"));

    let plain = run(&nodes, "", &ca, &key, &certificates).run();
    assert_eq!((plain.exit, plain.outcome()), (76, "failed"), "{}", cause(&plain));

    let stranger = Certificates::new().read("ca.pem");
    let ended = run(&nodes, FILES, &stranger, &key, &certificates).run().expect(76, "failed");
    assert!(cause(&ended).contains("TLS handshake"), "{}", cause(&ended));

    let other = "tls: {ca: {file: /tls/ca.pem}}\n";
    let ended = run(&nodes, other, &ca, &key, &certificates).run().expect(77, "failed");
    assert!(cause(&ended).contains("TLS handshake"), "{}", cause(&ended));

    run(&nodes, FILES, &ca, b"no key", &certificates).run().expect(78, "failed");

    run(&nodes, FILES, &ca, &key, &certificates).run().expect(0, "changed");
    run(&nodes, FILES, &ca, &key, &certificates).run().expect(0, "unchanged");
}

/// DESIGN section 4: the name in the certificate is another's; a listener without TLS.
#[test]
fn a_wrong_name_and_a_listener_without_tls_are_refused() {
    let certificates = Certificates::new().sign("server", &["elsewhere"]).sign("client", &["client"]);
    let wrong = nodes(&certificates);
    let (ca, key) = (certificates.read("ca.pem"), certificates.read("client.key"));
    let ended = run(&wrong, FILES, &ca, &key, &certificates).run().expect(76, "failed");
    assert!(cause(&ended).contains("TLS handshake"), "{}", cause(&ended));

    let plain = Nodes::cluster(3);
    let ended = run(&plain, FILES, &ca, &key, &certificates).run();
    assert_eq!((ended.exit, ended.outcome()), (76, "failed"), "{}", cause(&ended));
}
