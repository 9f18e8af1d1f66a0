//! The number of primaries and replicas: what is there is what the spec says, or it is told.

use integration::Ended;
use integration::valkey::Nodes;

use crate::{LAYOUT, pairs};

fn all_primaries(nodes: &Nodes, rest: &str) -> String {
    format!("mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\n{rest}", nodes.list())
}

fn refused(ended: Ended, words: &[&str]) {
    let ended = ended.expect(4, "conflict");
    let conflicts = ended.report["conflicts"].to_string();
    for word in words {
        assert!(conflicts.contains(word), "no {word} in {conflicts}");
    }
    assert_eq!(ended.report["conflicts"][0]["at"], "replicasPerPrimary");
}

/// Six owners of slots where the spec has three, and three where it has six.
#[test]
fn another_number_of_primaries_is_told() {
    let nodes = Nodes::cluster(6);
    let six = all_primaries(&nodes, "replicasPerPrimary: 0\n");
    nodes.init(&six).run().expect(0, "changed");
    nodes.init(&six).run().expect(0, "unchanged");
    nodes.reset_statistics();
    refused(nodes.init(&pairs(&nodes)).run(), &["6 nodes own slots", "drain: true"]);
    refused(nodes.init(&pairs(&nodes)).args(&["plan"]).run(), &["6 nodes own slots"]);
    let five = six.replace("PerPrimary: 0", "PerPrimary: 5");
    refused(nodes.init(&five).run(), &["are 1 primaries"]);
    for node in 0..6 {
        assert!(nodes.mutations(node).is_empty(), "node {node}");
    }
    nodes.reset();

    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    assert_eq!(nodes.layout(), LAYOUT);
    refused(nodes.init(&six).run(), &["valkey-3:6379", "are replicas already"]);
    // A property that the spec does not name stays as it is.
    nodes.init(&all_primaries(&nodes, "")).run().expect(0, "unchanged");
    assert_eq!(nodes.layout(), LAYOUT);
}

/// Growth makes a primary that owns nothing: it is right, and of no use until slots are moved to it.
#[test]
fn a_primary_without_slots_is_told() {
    let nodes = Nodes::cluster(4);
    let list = "valkey-0:6379, valkey-1:6379, valkey-2:6379";
    let three = all_primaries(&nodes, "replicasPerPrimary: 0\n").replace(&nodes.list(), list);
    nodes.init(&three).run().expect(0, "changed");
    let four = all_primaries(&nodes, "replicasPerPrimary: 0\n");
    for outcome in ["changed", "unchanged"] {
        let ended = nodes.init(&four).run().expect(0, outcome);
        assert!(
            ended.log.contains("this primary owns no slot") && ended.log.contains("valkey-3"),
            "{}",
            ended.log
        );
    }
}
