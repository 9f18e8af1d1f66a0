//! Nodes that one name leads to, as a service does that runs several times: each is told apart by its id.

use integration::valkey::{Nodes, QUICK};
use integration::{Init, docker};

/// Nodes with one name in common beside the names that the test has for them.
fn nodes(count: usize, settings: &[&str]) -> Nodes {
    Nodes::start(count, &[settings, &QUICK].concat(), &["--network-alias", "valkey"])
}

fn run(nodes: &Nodes, list: &str, rest: &str) -> Init {
    let spec = format!("nodes: [{list}]\npassword: {{secret: password}}\n{rest}");
    // From the network itself: it outlasts every node.
    let init = Init::new("valkey-init", &spec).network(nodes.network());
    init.secret("password", integration::valkey::PASSWORD).secret("app", "canary-app-77aa")
}

const CLUSTER: [&str; 2] = ["--cluster-enabled", "yes"];
const PAIRS: &str =
    "mode: cluster\nreplicasPerPrimary: 1\nusers: {app: {passwords: [{secret: app}], rules: \"~* +@all\"}}\n";

/// The number of nodes of each role, as the nodes report it.
fn roles(nodes: &Nodes) -> (usize, usize) {
    let layout = nodes.layout();
    let primaries = layout.iter().filter(|role| role.starts_with("primary ")).count();
    (primaries, layout.iter().filter(|role| role.starts_with("replica of ")).count())
}

/// Cold, again, restarted at the same addresses and at others, with fewer and with more of them than the spec says.
#[test]
fn a_cluster_forms_behind_one_name_and_heals() {
    let nodes = nodes(6, &CLUSTER);
    let all = "{endpoint: \"valkey:6379\", replicas: 6}";
    let planned = run(&nodes, all, PAIRS).args(&["plan"]).run().expect(3, "drift");
    assert!(planned.stdout.contains("valkey:6379 at 10."), "{}", planned.stdout);
    run(&nodes, all, PAIRS).run().expect(0, "changed");
    assert_eq!(roles(&nodes), (3, 3));
    let layout = nodes.layout();
    nodes.prove();
    nodes.reset_statistics();
    run(&nodes, all, PAIRS).run().expect(0, "unchanged");
    assert!((0..6).all(|node| nodes.mutations(node).is_empty()));
    for node in 0..6 {
        assert_eq!(nodes.cli_as(node, "app", "canary-app-77aa", &["PING"]).stdout.trim(), "PONG");
    }
    nodes.restart();
    run(&nodes, all, PAIRS).run().expect(0, "unchanged");
    nodes.move_to_new_addresses();
    let ended = run(&nodes, all, PAIRS).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert_eq!(roles(&nodes), (3, 3));
    nodes.prove();
    run(&nodes, all, PAIRS).run().expect(0, "unchanged");
    assert_eq!(nodes.layout().len(), layout.len());

    // More than the spec says: which of them are meant, nobody can tell.
    nodes.reset_statistics();
    let two = all.replace("replicas: 6", "replicas: 2");
    let ended = run(&nodes, &two, PAIRS).run().expect(4, "conflict");
    assert!(ended.stdout.contains("leads to 6 nodes, and the spec has 2 there"), "{}", ended.stdout);
    let ended = run(&nodes, "\"valkey:6379\"", "mode: cluster\n").run().expect(4, "conflict");
    assert!(ended.stdout.contains("leads to 6 servers"), "{}", ended.stdout);
    assert!((0..6).all(|node| nodes.mutations(node).is_empty()));

    // Fewer: waited for, and done without where the spec does.
    docker(&["stop", "--time", "5", &nodes.container(5)]).ok();
    let ended = run(&nodes, all, PAIRS).args(&["--timeout", "5s"]).run().expect(69, "failed");
    assert!(ended.error().contains("leads to 5 node(s), and the spec has 6"), "{}", ended.stdout);
    let majority = format!("{PAIRS}require: majority\n");
    let ended = run(&nodes, all, &majority).run().expect(0, "unchanged");
    assert!(ended.log.contains("leads to 5 node(s)"), "{}", ended.log);
}

/// Beside nodes with names of their own, and a cluster that grows by running the service more often.
#[test]
fn a_cluster_grows_by_more_nodes_behind_a_name() {
    let nodes = nodes(5, &CLUSTER);
    let list = |count: usize| {
        // The alias leads to all five; these are the first by name alone.
        (0..count).map(|node| format!("\"valkey-{node}:6379\"")).collect::<Vec<_>>().join(", ")
    };
    let primaries = "mode: cluster\nreplicasPerPrimary: 0\nrebalance: true\n";
    run(&nodes, &list(3), primaries).run().expect(0, "changed");
    crate::rebalance::write_keys(&nodes, "", 500);
    run(&nodes, "{endpoint: \"valkey:6379\", replicas: 5}", primaries).run().expect(0, "changed");
    assert_eq!(crate::rebalance::shares(&nodes), [3276, 3277, 3277, 3277, 3277]);
    crate::rebalance::assert_keys(&nodes, "", 500);
    run(&nodes, "{endpoint: \"valkey:6379\", replicas: 5}", primaries).run().expect(0, "unchanged");
    run(&nodes, &list(5), primaries).run().expect(0, "unchanged");
}

/// replication: a primary with a name, and replicas of a service that runs several times.
#[test]
fn replicas_behind_one_name_follow_their_primary() {
    let nodes = Nodes::start(
        4,
        &[&QUICK[2..], &["--repl-timeout", "5"]].concat(),
        &["--network-alias", "valkey-{node}-all"],
    );
    // The primary alone lacks the name that the others have in common.
    for node in 1..4 {
        let (network, container) = (nodes.network(), nodes.container(node));
        docker(&["network", "disconnect", network, &container]).ok();
        let own = format!("valkey-{node}");
        docker(&["network", "connect", "--alias", "replica", "--alias", &own, network, &container]).ok();
    }
    nodes.all_answer();
    let list = "\"valkey-0:6379\", {endpoint: \"replica:6379\", replicas: 3}";
    let rest = "mode: replication\nusers: {app: {passwords: [{secret: app}], rules: \"~* +@all\"}}\n";
    run(&nodes, list, rest).run().expect(0, "changed");
    let info = nodes.cli(0, &["INFO", "replication"]);
    assert!(info.contains("connected_slaves:3"), "{info}");
    run(&nodes, list, rest).run().expect(0, "unchanged");
    nodes.cli(0, &["SET", "key", "1"]);
    nodes.restart();
    let ended = run(&nodes, list, rest).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    run(&nodes, list, rest).run().expect(0, "unchanged");
    assert_eq!(nodes.cli(3, &["GET", "key"]).trim(), "1");
    let ended = run(&nodes, &list.replace("replicas: 3", "replicas: 2"), rest).run().expect(4, "conflict");
    assert!(ended.stdout.contains("leads to 3 nodes"), "{}", ended.stdout);
}
