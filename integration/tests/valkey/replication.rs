//! A primary and its replicas.

use std::time::Duration;

use integration::valkey::{Nodes, QUICK};
use integration::{Init, eventually};

fn nodes() -> Nodes {
    Nodes::start(3, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &[])
}

fn run(nodes: &Nodes, rest: &str) -> Init {
    let spec =
        format!("mode: replication\nnodes: [{}]\npassword: {{secret: password}}\n{rest}", nodes.list());
    nodes.init(&spec).secret("link", "canary-link-99cc")
}

fn follows(nodes: &Nodes, node: usize) -> String {
    let info = nodes.cli(node, &["INFO", "replication"]);
    let value =
        |key: &str| info.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or("-").to_owned();
    format!("{} {}", value("master_host:"), value("master_link_status:"))
}

/// The first node is the primary, by name, with links up; a rerun leaves it.
#[test]
fn the_first_node_is_followed_by_name() {
    let nodes = nodes();
    let spec = "users:\n  link: {passwords: [{secret: link}], rules: \"+psync +replconf +ping\"}\nreplicationUser: link\nannounceHostnames: true\n";
    run(&nodes, spec).run().expect(0, "changed");
    assert_eq!((1..3).map(|node| follows(&nodes, node)).collect::<Vec<_>>(), ["valkey-0 up", "valkey-0 up"]);
    let told = nodes.cli(0, &["INFO", "replication"]);
    assert!(told.contains("ip=valkey-1") && told.contains("ip=valkey-2"), "{told}");
    nodes.reset_statistics();
    run(&nodes, spec).run().expect(0, "unchanged");
    for node in 0..3 {
        assert_eq!(nodes.mutations(node).into_iter().collect::<Vec<_>>(), []);
    }
    nodes.lasts(|| run(&nodes, spec));
    nodes.move_to_new_addresses();
    run(&nodes, spec).run().expect(0, "unchanged");
    assert_eq!(follows(&nodes, 2), "valkey-0 up");
}

/// A promoted replica is not demoted; an old primary with keys of its own is refused.
#[test]
fn the_live_primary_is_right() {
    let nodes = nodes();
    run(&nodes, "").run().expect(0, "changed");
    nodes.cli(1, &["REPLICAOF", "NO", "ONE"]);
    nodes.cli(2, &["REPLICAOF", "valkey-1", "6379"]);
    eventually("the link is up", Duration::from_secs(20), || follows(&nodes, 2) == "valkey-1 up");

    run(&nodes, "").run().expect(0, "changed");
    assert_eq!(follows(&nodes, 0), "valkey-1 up");
    // A change by somebody else is in no file yet.
    for node in 1..3 {
        nodes.cli(node, &["CONFIG", "REWRITE"]);
    }
    nodes.lasts(|| run(&nodes, ""));
    assert_eq!(follows(&nodes, 0), "valkey-1 up");
    nodes.cli(0, &["REPLICAOF", "NO", "ONE"]);
    nodes.cli(0, &["SET", "own", "1"]);
    let ended = run(&nodes, "").run().expect(4, "conflict");
    assert!(ended.report["conflicts"].to_string().contains("1 key(s) of its own"), "{}", ended.stdout);
    assert_eq!(nodes.cli(0, &["GET", "own"]).trim(), "1");
}

/// A replica whose own login is refused is named, with the remedy.
#[test]
fn a_link_that_is_refused_is_told() {
    let nodes = nodes();
    nodes.cli(2, &["CONFIG", "SET", "masterauth", "wrong"]);
    let ended = run(&nodes, "").run().expect(76, "failed");
    assert!(ended.error().contains("valkey-2:6379"), "{}", ended.stdout);
    assert!(ended.report["error"]["remedy"].to_string().contains("replicationUser"), "{}", ended.stdout);
}
