//! Specs that are refused, with the right exit, and with nothing sent.

use std::time::Duration;

use integration::valkey::Nodes;
use integration::{Ended, eventually};

use crate::pairs;

fn assert_untouched(nodes: &Nodes, count: usize) {
    for node in 0..count {
        assert_eq!(nodes.mutations(node).into_iter().collect::<Vec<_>>(), [], "node {node}");
    }
}

fn conflicts(ended: &Ended) -> String {
    ended.report["conflicts"].to_string()
}

/// Exit 4 and nothing sent.
#[test]
fn a_node_with_keys_that_is_no_member_is_refused() {
    let nodes = Nodes::cluster(6);
    nodes.cli(2, &["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    eventually("the node takes writes", Duration::from_secs(10), || {
        nodes.cli(2, &["SET", "a", "1"]).trim() == "OK"
    });
    nodes.cli(2, &["CLUSTER", "DELSLOTSRANGE", "0", "16383"]);
    nodes.reset_statistics();
    let ended = nodes.init(&pairs(&nodes)).run().expect(4, "conflict");
    assert!(conflicts(&ended).contains("1 key(s)"), "{}", ended.stdout);
    assert_eq!(ended.report["conflicts"][0]["at"], "nodes[2]");
    assert_untouched(&nodes, 6);
    assert_eq!(nodes.cli(2, &["DBSIZE"]).trim(), "1");
}

/// Two different clusters; a node that the spec does not name; slots that it covers.
#[test]
fn other_clusters_and_foreign_nodes_are_refused() {
    let nodes = Nodes::cluster(6);
    let three = |names: [usize; 3]| {
        let list = names.map(|node| format!("valkey-{node}:6379")).join(", ");
        format!("mode: cluster\nnodes: [{list}]\npassword: {{secret: password}}\n")
    };
    nodes.init(&three([0, 1, 2])).run().expect(0, "changed");
    nodes.init(&three([3, 4, 5])).run().expect(0, "changed");
    nodes.reset_statistics();

    let ended = nodes.init(&pairs(&nodes)).run().expect(4, "conflict");
    assert!(conflicts(&ended).contains("in another cluster"), "{}", ended.stdout);

    let ended = nodes.init("mode: cluster\nnodes: [valkey-0:6379]\npassword: {secret: password}\n").run();
    let ended = ended.expect(4, "conflict");
    assert!(conflicts(&ended).contains("which the spec does not name"), "{}", ended.stdout);
    assert_untouched(&nodes, 6);
}

/// A member whose volume was lost while its slots have no other owner.
#[test]
fn slots_that_only_a_lost_volume_had_are_not_given_away() {
    let nodes = Nodes::cluster(3);
    let spec = format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n", nodes.list());
    nodes.init(&spec).run().expect(0, "changed");
    nodes.lose(1);
    nodes.run(1);
    nodes.all_answer();
    nodes.reset_statistics();
    let ended = nodes.init(&spec).run().expect(4, "conflict");
    assert!(conflicts(&ended).contains("slots 5461-10922 belong to node"), "{}", ended.stdout);
    assert_untouched(&nodes, 3);
}

/// One container under two names.
#[test]
fn two_names_of_one_node_are_refused() {
    let nodes = Nodes::cluster(2);
    let other = nodes.container(0);
    let list = format!("valkey-0:6379, {other}:6379, valkey-1:6379");
    let ended =
        nodes.init(&format!("mode: cluster\nnodes: [{list}]\npassword: {{secret: password}}\n")).run();
    let ended = ended.expect(4, "conflict");
    assert!(conflicts(&ended).contains("two names of one node"), "{}", ended.stdout);
    assert_untouched(&nodes, 2);
}

/// 69, and it says who.
#[test]
fn a_node_that_is_down_for_good_is_named() {
    let nodes = Nodes::cluster(6);
    nodes.remove(4);
    let ended = nodes.init(&pairs(&nodes)).args(&["--timeout", "4s"]).run().expect(69, "failed");
    assert!(ended.error().contains("valkey-4:6379"), "{}", ended.stdout);
    nodes.run(4);
}

/// 77 at once, on one node of six too.
#[test]
fn a_wrong_password_on_one_node_ends_the_run_at_once() {
    let nodes = Nodes::cluster(6);
    nodes.cli(5, &["CONFIG", "SET", "requirepass", "another"]);
    let ended = nodes.init(&pairs(&nodes)).run().expect(77, "failed");
    assert!(ended.error().contains("valkey-5:6379 refused the login as user default"), "{}", ended.stdout);
    assert_untouched(&nodes, 5);
}

/// The mode that a server was started in.
#[test]
fn a_server_of_another_mode_is_told_from_one_that_is_not_ready() {
    let nodes = Nodes::start(1, &[], &[]);
    let spec = |mode: &str| format!("mode: {mode}\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n");
    let ended = nodes.init(&spec("cluster")).run().expect(76, "failed");
    assert!(ended.error().contains("cluster-enabled no"), "{}", ended.stdout);
    nodes.init(&spec("standalone")).run().expect(0, "unchanged");
    let ended = nodes.init("mode: standalone\nnodes: [valkey-0:6379]\n").run().expect(77, "failed");
    assert!(ended.error().contains("NOAUTH"), "{}", ended.stdout);
}
