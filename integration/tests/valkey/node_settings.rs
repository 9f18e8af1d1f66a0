//! Properties of one node: parameters, announced ports, modules.

use integration::Init;
use integration::valkey::{Nodes, PASSWORD, QUICK, module};

fn run(nodes: &Nodes, first: &str, rest: &str) -> Init {
    let list = format!("{{endpoint: \"valkey-0:6379\", {first}}}, valkey-1:6379");
    nodes.init(&format!("mode: replication\nnodes: [{list}]\npassword: {{secret: password}}\n{rest}"))
}

/// A node's own parameter counts before that of all nodes; the port that it announces is what its replicas are listed with.
#[test]
fn a_node_has_parameters_and_ports_of_its_own() {
    let nodes = Nodes::start(2, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &[]);
    let (own, all) =
        ("config: {maxmemory: 64mb, replica-priority: 5}", "config: {maxmemory: 32mb, hz: 20}\n");
    let spec = || run(&nodes, own, all);
    spec().run().expect(0, "changed");
    let value = |node, name: &str| {
        nodes.cli(node, &["CONFIG", "GET", name]).lines().nth(1).unwrap_or_default().to_owned()
    };
    let found = [value(0, "maxmemory"), value(1, "maxmemory"), value(0, "replica-priority"), value(0, "hz")];
    assert_eq!(found, ["67108864", "33554432", "5", "20"]);
    assert_eq!(value(1, "replica-priority"), "100");
    nodes.lasts(spec);

    // No link is made anew for it, so it may lead nowhere here.
    let announced = || run(&nodes, "announcePort: 7000", "");
    announced().args(&["plan"]).run().expect(3, "drift");
    assert_eq!(announced().run().expect(0, "changed").operations(), ["set_announce"]);
    assert_eq!(value(0, "replica-announce-port"), "7000");
    nodes.lasts(announced);
    let ended = nodes.init(
        "mode: standalone\nnodes: [{endpoint: \"valkey-0:6379\", announcePort: 7000}]\npassword: {secret: password}\n",
    );
    ended.run().expect(65, "failed");
}

/// The same in a cluster, before anybody has met.
#[test]
fn a_cluster_forms_with_announced_ports() {
    let nodes = Nodes::cluster(3);
    let list: Vec<String> = (0..3)
        .map(|node| {
            format!("{{endpoint: \"valkey-{node}:6379\", announcePort: 6379, announceBusPort: 16379}}")
        })
        .collect();
    let spec = format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n", list.join(", "));
    let run = || nodes.init(&spec);
    run().run().expect(0, "changed");
    nodes.lasts(run);
}

/// A module that is not there is told before anything is written.
#[test]
fn modules_that_are_asked_for_have_to_be_loaded() {
    let scratch = module();
    let so = format!("{}:/module.so:ro", scratch.path().join("module.so").display());
    let nodes = Nodes::start(1, &["--loadmodule", "/module.so"], &["--volume", &so]);
    let run = |modules: &str| {
        let users = "users: {default: {passwords: [{secret: password}]}}\npersist: false\n";
        nodes.init(&format!(
            "mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\nmodules: [{modules}]\n{users}"
        ))
    };
    run("tiny").run().expect(0, "unchanged");
    run("TINY").run().expect(0, "unchanged");
    for command in ["plan", "apply"] {
        let ended = run("tiny, search").args(&[command]).run().expect(76, "failed");
        assert!(ended.error().contains("not loaded the module(s) search"), "{}", ended.stdout);
    }
    assert_eq!(nodes.cli_as(0, "default", PASSWORD, &["PING"]).stdout.trim(), "PONG");
}
