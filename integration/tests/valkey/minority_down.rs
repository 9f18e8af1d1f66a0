//! Runs while a minority of the nodes is down.

use std::time::Duration;

use integration::valkey::{Nodes, QUICK};
use integration::{Init, docker, eventually};

use crate::pairs;

fn stop(nodes: &Nodes, node: usize) {
    docker(&["stop", "--time", "10", &nodes.container(node)]).ok();
}

fn start(nodes: &Nodes, node: usize) {
    docker(&["start", &nodes.container(node)]).ok();
    nodes.all_answer();
}

/// Nothing is to be changed, and the log says what is not known.
fn does_without(node: usize, run: impl Fn() -> Init) {
    for command in ["apply", "plan"] {
        let ended = run().args(&[command]).run();
        let name = format!("valkey-{node}:6379");
        let warned = ended.log.lines().any(|line| line.contains("\"WARN\"") && line.contains(&name));
        assert!(warned, "{}\n{}", ended.stdout, ended.log);
        ended.expect(0, "unchanged");
    }
}

/// The run waits for the node, and ends without having sent anything that changes the others.
fn waits_for(nodes: &Nodes, node: usize, run: impl Fn() -> Init) {
    nodes.reset_statistics_of(|other| other != node);
    let ended = run().args(&["--timeout", "6s"]).run().expect(69, "failed");
    assert!(ended.error().contains(&format!("valkey-{node}:6379")), "{}", ended.stdout);
    for other in (0..nodes.count()).filter(|other| *other != node) {
        assert_eq!(nodes.mutations(other).into_iter().collect::<Vec<_>>(), []);
    }
}

#[test]
fn a_cluster_is_found_whole_without_a_node_that_nothing_needs() {
    let nodes = Nodes::cluster(6);
    let all = || nodes.init(&pairs(&nodes));
    let most = |rest: &str| nodes.init(&format!("{}require: majority\n{rest}", pairs(&nodes)));
    all().run().expect(0, "changed");
    stop(&nodes, 5);
    does_without(5, || most(""));
    waits_for(&nodes, 5, all);
    waits_for(&nodes, 5, || most("users: {idle: {enabled: false, rules: \"+get\"}}\n"));
    let ended = most("").args(&["export", "--timeout", "6s"]).run().expect(69, "failed");
    assert!(ended.error().contains("an export takes all nodes"), "{}", ended.stdout);
    start(&nodes, 5);
    all().run().expect(0, "unchanged");
    // A primary: its replica takes over, and the run waits until it has.
    stop(&nodes, 1);
    does_without(1, || most(""));
    start(&nodes, 1);
    all().run().expect(0, "unchanged");
    // A frozen node answers nobody.
    docker(&["pause", &nodes.container(3)]).ok();
    does_without(3, || most(""));
    docker(&["unpause", &nodes.container(3)]).ok();
    all().run().expect(0, "unchanged");
}

#[test]
fn replicas_are_found_right_without_one_of_them_and_never_without_their_primary() {
    let nodes = Nodes::start(3, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &[]);
    let spec = format!(
        "mode: replication\nnodes: [{}]\npassword: {{secret: password}}\nrequire: majority\n",
        nodes.list()
    );
    let run = || nodes.init(&spec);
    run().run().expect(0, "changed");
    stop(&nodes, 2);
    does_without(2, run);
    stop(&nodes, 1);
    run().args(&["--timeout", "6s"]).run().expect(69, "failed");
    docker(&["start", &nodes.container(1)]).ok();
    start(&nodes, 2);
    eventually("both links are up", Duration::from_secs(30), || run().args(&["plan"]).run().exit == 0);
    stop(&nodes, 0);
    let beside = run().network(nodes.network());
    let ended = beside.args(&["--timeout", "6s"]).run().expect(69, "failed");
    assert!(ended.error().contains("valkey-0:6379"), "{}", ended.stdout);
    docker(&["start", &nodes.container(0)]).ok();
    nodes.all_answer();
    run().run().expect(0, "unchanged");
    let single = nodes
        .init("mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: password}\nrequire: majority\n");
    single.run().expect(65, "failed");
}
