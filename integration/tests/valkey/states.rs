//! Answers of a server that cannot do its work now: waited for, or reported at once.

use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD};
use integration::{Init, docker, eventually};

const CODE: &str = "#!lua name=counters\nredis.register_function('one', function() return 1 end)\n";

fn one(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    nodes.init(&spec).file("/f/counters.lua", CODE.as_bytes())
}

/// A busy script is waited for; protected mode is not.
#[test]
fn a_busy_script_is_waited_for_and_protected_mode_is_told() {
    let nodes = Nodes::start(1, &["--busy-reply-threshold", "1"], &[]);
    let auth = format!("REDISCLI_AUTH={PASSWORD}");
    let container = nodes.container(0);
    let busy = ["exec", "--detach", "--env", &auth, &container, "kv-cli", "EVAL", "while true do end", "0"];
    docker(&busy).ok();
    eventually("the script runs", Duration::from_secs(10), || nodes.cli(0, &["DBSIZE"]).contains("BUSY"));
    let ended = one(&nodes, "").args(&["--timeout", "3s"]).run().expect(69, "failed");
    assert!(ended.error().contains("BUSY"), "{}", ended.stdout);
    nodes.cli(0, &["SCRIPT", "KILL"]);
    one(&nodes, "").run().expect(0, "unchanged");

    nodes.cli(0, &["CONFIG", "SET", "requirepass", "", "protected-mode", "yes"]);
    let ended = one(&nodes, "").run().expect(77, "failed");
    assert!(ended.error().contains("DENIED"), "{}", ended.stdout);
}

/// Writes that the server refuses: replicas may come, a disk and a memory limit want a person.
#[test]
fn writes_that_a_server_does_not_take_are_waited_for_or_told() {
    let nodes = Nodes::start(1, &[], &[]);
    let spec = "functions: {counters: {file: /f/counters.lua}}\n";
    let set = |name: &str, value: &str| {
        assert_eq!(nodes.cli(0, &["CONFIG", "SET", name, value]).trim(), "OK");
    };
    set("min-replicas-to-write", "1");
    let ended = one(&nodes, spec).args(&["--timeout", "3s"]).run().expect(69, "failed");
    assert!(ended.error().contains("NOREPLICAS"), "{}", ended.stdout);
    set("min-replicas-to-write", "0");

    set("maxmemory", "1");
    let ended = one(&nodes, spec).run().expect(76, "failed");
    assert!(ended.error().contains("OOM"), "{}", ended.stdout);
    assert!(ended.report["error"]["remedy"].to_string().contains("maxmemory"), "{}", ended.stdout);
    set("maxmemory", "0");

    let mode =
        |mode: &str| docker(&["exec", "--user", "0", &nodes.container(0), "chmod", mode, "/data"]).ok();
    mode("0555");
    nodes.cli(0, &["BGSAVE"]);
    eventually("the snapshot fails", Duration::from_secs(10), || {
        nodes.cli(0, &["INFO", "persistence"]).contains("rdb_last_bgsave_status:err")
    });
    let ended = one(&nodes, spec).run().expect(76, "failed");
    assert!(ended.error().contains("MISCONF"), "{}", ended.stdout);
    assert!(ended.report["error"]["remedy"].to_string().contains("disk"), "{}", ended.stdout);
    mode("0700");
    assert_eq!(nodes.cli(0, &["FUNCTION", "LIST"]).trim(), "");
    assert_eq!(nodes.cli(0, &["SAVE"]).trim(), "OK");
    nodes.cli(0, &["BGSAVE"]);
    eventually("the snapshot succeeds", Duration::from_secs(10), || {
        nodes.cli(0, &["INFO", "persistence"]).contains("rdb_last_bgsave_status:ok")
    });
    one(&nodes, spec).run().expect(0, "changed");
    nodes.lasts(|| one(&nodes, spec));
}

/// A server that still reads its data is waited for.
#[test]
fn a_server_that_loads_its_data_is_waited_for() {
    // A millisecond for each of 10,000 keys: ten seconds, in which it answers after every seventy of them.
    let slow = ["--key-load-delay", "1000", "--loading-process-events-interval-bytes", "1024"];
    let nodes = Nodes::start(1, &slow, &[]);
    let fill = "for i = 1, 10000 do redis.call('SET', 'key:' .. i, i) end";
    nodes.cli(0, &["EVAL", fill, "0"]);
    assert_eq!(nodes.cli(0, &["SAVE"]).trim(), "OK");
    docker(&["restart", "--time", "5", &nodes.container(0)]).ok();
    eventually("the server loads", Duration::from_secs(10), || nodes.cli(0, &["PING"]).contains("LOADING"));
    let ended = one(&nodes, "").args(&["--timeout", "3s"]).run().expect(69, "failed");
    assert!(ended.error().contains("valkey-0:6379 is loading its data"), "{}", ended.stdout);
    let ended = one(&nodes, "config: {maxmemory: 1gb}\n").run().expect(0, "changed");
    assert!(ended.log.contains("loading"), "it did not wait: {}", ended.log);
    assert_eq!(nodes.cli(0, &["DBSIZE"]).trim(), "10000");
}

/// The cluster decides if it serves without a node: that depends on `cluster-require-full-coverage`.
#[test]
fn a_node_that_stays_down_is_named_with_what_the_others_say_of_the_cluster() {
    let nodes = Nodes::cluster(3);
    let spec = format!(
        "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 0\npassword: {{secret: password}}\n",
        nodes.list()
    );
    nodes.init(&spec).run().expect(0, "changed");
    nodes.remove(2);
    for (full_coverage, state, said) in [("yes", "fail", 0), ("no", "ok", 2)] {
        for node in [0, 1] {
            nodes.cli(node, &["CONFIG", "SET", "cluster-require-full-coverage", full_coverage]);
            eventually("the loss is noticed", Duration::from_secs(30), || {
                nodes.cli(node, &["CLUSTER", "NODES"]).contains("master,fail")
                    && nodes.cli(node, &["CLUSTER", "INFO"]).contains(&format!("cluster_state:{state}"))
            });
        }
        let ended = nodes.init(&spec).args(&["--timeout", "3s"]).run().expect(69, "failed");
        let expected = format!("of the 2 nodes that are there, {said} say cluster_state:ok");
        assert!(ended.error().contains(&expected), "{}", ended.stdout);
        assert!(ended.error().contains("valkey-2:6379"), "{}", ended.stdout);
    }
}
