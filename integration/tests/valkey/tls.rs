//! TLS to every node: what is right works, and everything that is wrong is told apart, at once.

use integration::valkey::{Nodes, QUICK};
use integration::{Certificates, Ended, Init};

const FILES: &str =
    "tls: {ca: {file: /tls/ca.pem}, certificate: {file: /tls/client.pem}, key: {secret: client_key}}\n";

fn certificates() -> Certificates {
    let names: Vec<String> = (0..6).map(|node| format!("valkey-{node}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Certificates::new().sign("server", &names).sign("client", &["client"])
}

fn nodes(count: usize, certificates: &Certificates) -> Nodes {
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
    Nodes::start(count, &settings, &["--volume", &volume])
}

fn run(nodes: &Nodes, tls: &str, ca: &[u8], key: &[u8], certificates: &Certificates) -> Init {
    let spec = format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n{tls}", nodes.list());
    with_files(nodes.init(&spec).args(&["--timeout", "20s"]), ca, key, certificates)
}

fn with_files(init: Init, ca: &[u8], key: &[u8], certificates: &Certificates) -> Init {
    let init = init.file("/tls/ca.pem", ca).file("/tls/client.pem", &certificates.read("client.pem"));
    init.secret("client_key", &String::from_utf8_lossy(key))
}

fn cause(ended: &Ended) -> String {
    format!("{} {}", ended.error(), ended.report["error"]["remedy"])
}

/// 76 for the peer, 77 for the client's certificate, 78 for a key that is none.
#[test]
fn a_cluster_forms_over_tls_and_every_wrong_certificate_is_told_apart() {
    let certificates = certificates();
    let nodes = nodes(6, &certificates);
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

    let all = || {
        let spec = format!(
            "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\nannounceHostnames: true\npassword: {{secret: password}}\n{FILES}",
            (0..6)
                .map(|node| format!("{{endpoint: \"valkey-{node}:6379\", zone: {}}}", ZONES[node]))
                .collect::<Vec<_>>()
                .join(", ")
        );
        with_files(nodes.init(&spec), &ca, &key, &certificates)
    };
    all().run().expect(0, "changed");
    assert_zones_and_names(&nodes);
    all().run().expect(0, "unchanged");
}

/// Beside each other in the list, so that the list alone would not keep a replica out of its primary's zone.
const ZONES: [&str; 6] = ["a", "a", "a", "b", "b", "c"];
const CLI: [&str; 7] =
    ["--tls", "--cacert", "/tls/ca.pem", "--cert", "/tls/client.pem", "--key", "/tls/client.key"];

/// No replica is in the zone of its primary, and a client that knows one node finds the others by names alone.
fn assert_zones_and_names(nodes: &Nodes) {
    let cli = |args: &[&str]| nodes.cli(0, &[&CLI[..], args].concat());
    let view = cli(&["CLUSTER", "NODES"]);
    let node = |id: &str| {
        let line = view.lines().find(|line| line.starts_with(id)).unwrap_or_default();
        let name = line.split([' ', ',']).nth(2).unwrap_or_default();
        (0..6).find(|node| name == format!("valkey-{node}")).unwrap_or(usize::MAX)
    };
    let replicas = view.lines().filter(|line| line.contains("slave"));
    let pairs: Vec<(usize, usize)> = replicas
        .map(|line| line.split(' ').collect::<Vec<_>>())
        .map(|words| (node(words[0]), node(words[3])))
        .collect();
    assert_eq!(pairs.len(), 3, "{view}");
    assert!(pairs.iter().all(|(replica, primary)| ZONES[*replica] != ZONES[*primary]), "{pairs:?}");
    let set = |options: &str| {
        let cli = format!("kv-cli --no-auth-warning {} {options}", CLI.join(" "));
        nodes.shell(&format!("for key in {{1..30}}; do {cli} SET key:$key 1; done"))
    };
    assert_eq!(set("-c"), "OK\n".repeat(30));
    let said = set("");
    let mut moved = said.lines().filter(|line| line.contains("MOVED")).peekable();
    assert!(moved.peek().is_some() && moved.all(|line| line.contains(" valkey-")), "no names in: {said}");
}

/// The name in the certificate is another's; a listener without TLS.
#[test]
fn a_wrong_name_and_a_listener_without_tls_are_refused() {
    let certificates = Certificates::new().sign("server", &["elsewhere"]).sign("client", &["client"]);
    let wrong = nodes(1, &certificates);
    let (ca, key) = (certificates.read("ca.pem"), certificates.read("client.key"));
    let ended = run(&wrong, FILES, &ca, &key, &certificates).run().expect(76, "failed");
    assert!(cause(&ended).contains("TLS handshake"), "{}", cause(&ended));

    let plain = Nodes::cluster(1);
    let ended = run(&plain, FILES, &ca, &key, &certificates).run();
    assert_eq!((ended.exit, ended.outcome()), (76, "failed"), "{}", cause(&ended));
}
