//! A cluster is formed from empty nodes and from every incomplete state, and heals after its nodes' addresses have changed.

use integration::valkey::{Gates, Nodes};

use crate::{LAYOUT, pairs};

/// A cold cluster, ten times out of ten.
#[test]
fn at_exit_a_write_to_every_slot_succeeds() {
    let nodes = Nodes::cluster(6);
    for _ in 0..10 {
        nodes.init(&pairs(&nodes)).run().expect(0, "changed");
        let proof = nodes.prove();
        assert!(proof.contains("16384 slots on 3 primaries"), "{proof}");
        assert_eq!(nodes.layout(), LAYOUT);
        let links = nodes.each(&["INFO", "replication"]);
        assert!(links[3..].iter().all(|link| link.contains("master_link_status:up")), "{links:?}");
        nodes.reset();
    }
}

/// The servers' own count of commands shows no change.
#[test]
fn a_rerun_sends_nothing_that_changes_anything() {
    let nodes = Nodes::cluster(6);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    nodes.reset_statistics();
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
    nodes.init(&pairs(&nodes)).args(&["plan"]).run().expect(0, "unchanged");
    for node in 0..6 {
        let stats = nodes.cli(node, &["INFO", "commandstats"]);
        assert!(stats.contains("cmdstat_cluster|nodes:calls=2,"), "{stats}");
        assert_eq!(nodes.mutations(node).into_iter().collect::<Vec<_>>(), [], "node {node}");
    }
}

/// The gate's program, which cargo builds beside this suite.
pub(crate) const GATE: &str = env!("CARGO_BIN_EXE_gate");
/// The mutating commands of a first run of six nodes: slots, epochs, everybody meets everybody, replicas.
pub(crate) const COMMANDS: usize = 3 + 6 + 30 + 3;

/// A run dies after `cut` mutating commands, and the next one makes the same cluster as a whole one would have.
pub(crate) fn taken_up(gates: &Gates, cut: usize) {
    let nodes = gates.nodes();
    gates.killed_after(cut);
    let sent: u64 = (0..6).flat_map(|node| nodes.mutations(node).into_values()).sum();
    assert_eq!(sent, cut as u64, "the servers count otherwise");
    gates.init().run().expect(0, "changed");
    assert_eq!(nodes.layout(), LAYOUT, "after {cut} commands");
    nodes.prove();
    nodes.reset();
    nodes.reset_statistics();
}

/// Killed after a single mutating command, in the middle of every stage; after each one in turn in the fault suite.
#[test]
fn a_run_that_is_killed_is_taken_up_by_the_next() {
    let gates = Gates::cluster(6, GATE);
    gates.init().run().expect(0, "changed");
    assert!(gates.passed() >= COMMANDS, "{} commands", gates.passed());
    gates.nodes().reset();
    gates.nodes().reset_statistics();
    for cut in [1, 5, 20, 39, 41] {
        taken_up(&gates, cut);
    }
}

/// Two at once.
#[test]
fn two_runs_at_once_both_succeed() {
    let nodes = Nodes::cluster(6);
    let both = [nodes.init(&pairs(&nodes)).start(), nodes.init(&pairs(&nodes)).start()];
    for ended in both.map(integration::Running::wait) {
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    }
    assert_eq!(nodes.layout(), LAYOUT);
    nodes.prove();
}
