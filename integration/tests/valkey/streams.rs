//! Consumer groups of streams: made where they are missing, each on the primary of its key, and never moved.

use std::time::Duration;

use integration::valkey::Nodes;
use integration::{Init, eventually};

const TWO: &str = "streams:\n  orders: {groups: {workers: {start: 0}, audit: {}}}\n  \"{eu}:events\": {groups: {readers: {start: $}}}\n";

fn standalone(nodes: &Nodes, rest: &str) -> Init {
    nodes.init(&format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}"))
}

/// The position of a group and its pending entries belong to the application from then on.
#[test]
fn groups_are_made_with_their_streams_and_stay_where_they_are() {
    let nodes = Nodes::start(1, &["--appendonly", "yes"], &[]);
    nodes.cli(0, &["XADD", "orders", "*", "kind", "first"]);
    let run = || standalone(&nodes, TWO);
    assert_eq!(run().args(&["plan"]).run().expect(3, "drift").operations(), ["create_group"; 3]);
    assert_eq!(run().run().expect(0, "changed").operations(), ["create_group"; 3]);
    nodes.lasts(run);
    let read = |group: &str| nodes.cli(0, &["XREADGROUP", "GROUP", group, "one", "STREAMS", "orders", ">"]);
    assert!(read("workers").contains("first"));
    assert!(!read("audit").contains("first"));
    let moved = nodes.cli(0, &["XINFO", "GROUPS", "orders"]);
    run().run().expect(0, "unchanged");
    assert_eq!(nodes.cli(0, &["XINFO", "GROUPS", "orders"]), moved);

    nodes.cli(0, &["XGROUP", "DESTROY", "orders", "audit"]);
    let ended = run().run().expect(0, "changed");
    assert_eq!(ended.report["changes"][0]["name"], "audit", "{}", ended.stdout);
    assert_eq!(ended.report["changes"][0]["in"], "orders", "{}", ended.stdout);
    // The entries, and the groups that the spec does not name, stay.
    standalone(&nodes, "streams: {orders: {groups: {workers: {}}}}\n").run().expect(0, "unchanged");
    assert!(nodes.cli(0, &["XRANGE", "orders", "-", "+"]).contains("first"));
    assert!(nodes.cli(0, &["XINFO", "GROUPS", "orders"]).contains("audit"));
}

/// In a cluster the key decides on the node; a first run forms the cluster and makes the groups.
#[test]
fn a_cluster_has_each_stream_on_the_primary_of_its_key() {
    let nodes = Nodes::cluster(6);
    let names: Vec<String> = (0..12).map(|number| format!("s{number}: {{groups: {{g: {{}}}}}}")).collect();
    let streams =
        format!("streams: {{{}, \"{{s1}}:more\": {{groups: {{g: {{}}, h: {{}}}}}}}}\n", names.join(", "));
    let spec = format!("{}{streams}", super::pairs(&nodes));
    let run = || nodes.init(&spec).run();
    let ended = run().expect(0, "changed");
    assert_eq!(ended.operations().iter().filter(|op| *op == "create_group").count(), 14);
    run().expect(0, "unchanged");
    for number in 0..12 {
        let key = format!("s{number}");
        let found = nodes.cli(0, &["-c", "XINFO", "GROUPS", &key]);
        assert!(found.contains("name") && found.contains("last-delivered-id"), "{key}: {found}");
    }
    // A failover moves the key to another node, and the group with it.
    nodes.cli(3, &["CLUSTER", "FAILOVER", "TAKEOVER"]);
    run().expect(0, "unchanged");
}

/// On a primary alone; its replicas follow.
#[test]
fn replicas_have_the_groups_of_their_primary() {
    let nodes = Nodes::start(2, &["--repl-diskless-sync-delay", "0"], &[]);
    let spec = format!(
        "mode: replication\nnodes: [{}]\npassword: {{secret: password}}\nusers: {{default: {{passwords: [{{secret: password}}]}}}}\nreplicationUser: default\npersist: false\n{TWO}",
        nodes.list()
    );
    let run = || nodes.init(&spec).run();
    let ended = run().expect(0, "changed");
    assert_eq!(ended.operations().iter().filter(|op| *op == "create_group").count(), 3);
    run().expect(0, "unchanged");
    eventually("the replica has it", Duration::from_secs(60), || {
        nodes.cli(1, &["XINFO", "GROUPS", "orders"]).contains("workers")
    });
}

/// A key of another type is never touched, and an account without the rights is told before anything is written.
#[test]
fn what_cannot_be_a_group_is_told_before_the_first_write() {
    let nodes = Nodes::start(1, &[], &[]);
    nodes.cli(0, &["SET", "orders", "a text"]);
    let ended = standalone(&nodes, TWO).run().expect(4, "conflict");
    assert!(ended.stdout.contains("another type than a stream"), "{}", ended.stdout);
    assert_eq!(nodes.cli(0, &["DBSIZE"]).trim(), "1");
    nodes.cli(0, &["DEL", "orders"]);
    nodes.cli(0, &["ACL", "SETUSER", "few", "on", ">canary-few-51cc", "+@all", "-xinfo", "~*"]);
    let spec =
        format!("mode: standalone\nnodes: [valkey-0:6379]\nuser: few\npassword: {{secret: few}}\n{TWO}");
    for command in ["plan", "apply"] {
        let ended =
            nodes.init(&spec).secret("few", "canary-few-51cc").args(&[command]).run().expect(77, "failed");
        assert!(ended.error().contains("xinfo"), "{}", ended.stdout);
    }
    assert_eq!(nodes.cli(0, &["DBSIZE"]).trim(), "0");
    for (streams, told) in [
        ("{orders: {groups: {}}}", "first group"),
        ("{orders: {groups: {w: {start: newest}}}}", "1526919030474-55"),
        ("{orders: {groups: {w: {start: 1-2-3}}}}", "1526919030474-55"),
    ] {
        let ended = standalone(&nodes, &format!("streams: {streams}\n")).run().expect(65, "failed");
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
    }
}
