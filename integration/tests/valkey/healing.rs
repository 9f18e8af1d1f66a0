//! A cluster is healed after new addresses, after the loss of a node or of its data, and after a change of roles by hand.

use std::time::Duration;

use integration::eventually;
use integration::valkey::Nodes;

use crate::{LAYOUT, pairs};

/// Keys in all three shards.
fn write_keys(nodes: &Nodes) {
    let said =
        nodes.shell("for key in {1..30}; do kv-cli --no-auth-warning -c SET key:$key value:$key; done");
    assert_eq!(said, "OK\n".repeat(30));
    // Replication is asynchronous, and a first copy may start seconds late: a test that takes a primary away waits for it.
    eventually("every replica has the keys of its primary", Duration::from_secs(30), || {
        nodes
            .shell("for node in {0..5}; do kv-cli --no-auth-warning -h valkey-$node DBSIZE; done")
            .lines()
            .filter_map(|line| line.parse::<u32>().ok())
            .sum::<u32>()
            == 2 * 30
    });
}

fn assert_keys(nodes: &Nodes) {
    let said = nodes.shell("for key in {1..30}; do kv-cli --no-auth-warning -c GET key:$key; done");
    assert_eq!(said, (1..=30).map(|key| format!("value:{key}\n")).collect::<String>());
}

/// All addresses new, volumes kept.
#[test]
fn new_addresses_are_healed_and_no_key_is_lost() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    write_keys(&nodes);
    let before = nodes.addresses();
    nodes.move_to_new_addresses();
    let after = nodes.addresses();
    for node in 0..6 {
        assert!(!before.contains(&after[node]), "{before:?} {after:?}");
    }

    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    for node in 0..6 {
        let view = nodes.cli(node, &["CLUSTER", "NODES"]);
        for address in &after {
            assert!(view.contains(&format!("{}:6379", address.trim())), "{view}");
        }
    }
    assert_keys(&nodes);
    nodes.prove();
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
}

/// An empty node at a known name.
#[test]
fn a_replica_that_lost_its_volume_rejoins() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    write_keys(&nodes);
    nodes.lose(4);
    nodes.run(4);
    nodes.all_answer();

    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    assert_eq!(nodes.layout(), LAYOUT);
    assert_keys(&nodes);
    // The dead member is still known to the others, and no reason to do anything.
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
}

/// A primary that lost its volume while a replica serves its slots.
#[test]
fn a_primary_that_lost_its_volume_becomes_a_replica_of_its_successor() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    write_keys(&nodes);
    nodes.lose(0);
    eventually("the replica has taken over", Duration::from_secs(20), || {
        nodes.cli(3, &["ROLE"]).contains("master")
    });
    nodes.run(0);
    nodes.all_answer();

    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    assert_eq!(nodes.layout()[0], "replica of 3");
    assert_eq!(nodes.layout()[3], "primary 0-5460");
    assert_keys(&nodes);
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
}

/// Roles after a failover are right.
#[test]
fn a_failover_is_not_undone() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    nodes.cli(3, &["CLUSTER", "FAILOVER"]);
    eventually("the replica is the primary", Duration::from_secs(20), || {
        nodes.cli(3, &["ROLE"]).contains("master")
    });
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
    assert_eq!(nodes.layout()[0], "replica of 3");
}

/// Two replicas on one primary while another has none.
#[test]
fn a_primary_without_a_replica_gets_one_of_two() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    let id = nodes.cli(0, &["CLUSTER", "MYID"]);
    assert_eq!(nodes.cli(5, &["CLUSTER", "REPLICATE", id.trim()]).trim(), "OK");
    let ended = nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    assert_eq!(ended.report["changes"][0]["primary"]["to"], "valkey-2:6379");
    assert_eq!(nodes.layout(), LAYOUT);
}

/// Declared nodes that are new and empty; no slot moves.
#[test]
fn new_nodes_join_as_the_layout_asks_and_no_slot_moves() {
    let nodes = Nodes::cluster(8);
    let list =
        |count: usize| (0..count).map(|node| format!("valkey-{node}:6379")).collect::<Vec<_>>().join(", ");
    let spec = |count: usize| {
        format!(
            "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\npassword: {{secret: password}}\n",
            list(count)
        )
    };
    nodes.init(&spec(6)).run().expect(0, "changed");
    write_keys(&nodes);
    nodes.init(&spec(8)).run().expect(0, "changed");
    let layout = nodes.layout();
    assert_eq!(layout[..6], LAYOUT);
    assert_eq!(layout[6..], ["primary ", "replica of 6"]);
    assert_keys(&nodes);
    nodes.init(&spec(8)).run().expect(0, "unchanged");
}

/// A development cluster.
#[test]
fn one_node_owns_every_slot() {
    let nodes = Nodes::cluster(1);
    nodes
        .init("mode: cluster\nnodes: [valkey-0:6379]\npassword: {secret: password}\n")
        .run()
        .expect(0, "changed");
    let proof = nodes.prove();
    assert!(proof.contains("16384 slots on 1 primaries"), "{proof}");
}
