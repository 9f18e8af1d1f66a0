//! From nothing, from every half of something, and after everything has moved.

use std::thread::sleep;
use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD};
use integration::{docker, eventually};

use crate::{LAYOUT, pairs};

/// AC: a cold cluster, ten times out of ten.
#[test]
fn at_exit_a_write_to_every_slot_succeeds() {
    let nodes = Nodes::cluster(6);
    for _ in 0..10 {
        nodes.init(&pairs(&nodes)).run().expect(0, "changed");
        let proof = nodes.prove();
        assert!(proof.contains("16384 slots on 3 primaries"), "{proof}");
        assert_eq!(nodes.layout(), LAYOUT);
        for replica in 3..6 {
            assert!(nodes.cli(replica, &["INFO", "replication"]).contains("master_link_status:up"));
        }
        nodes.afresh();
    }
}

/// REQ-AUTO-001
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

/// The mutating commands of a first run, one by one, in its order: `-h NODE COMMAND`.
fn commands(nodes: &Nodes) -> Vec<String> {
    let addresses = nodes.addresses();
    let shares = ["0 5460", "5461 10922", "10923 16383"];
    let slots = shares
        .iter()
        .enumerate()
        .map(|(node, range)| format!("-h valkey-{node} CLUSTER ADDSLOTSRANGE {range}"));
    let epochs = (0..6).map(|node| format!("-h valkey-{node} CLUSTER SET-CONFIG-EPOCH {}", node + 1));
    let meets = (0..6).flat_map(|node| (0..6).map(move |by| (node, by))).filter(|(node, by)| node != by);
    let meets =
        meets.map(|(node, by)| format!("-h valkey-{by} CLUSTER MEET {} 6379", addresses[node].trim()));
    let mut commands: Vec<String> = slots.chain(epochs).chain(meets).collect();
    for replica in 3..6 {
        let primary = format!("$(kv-cli -h valkey-{} CLUSTER MYID)", replica - 3);
        // The tool replicates only when everybody knows everybody.
        commands.push(format!("-h valkey-{replica} CLUSTER REPLICATE {primary}"));
    }
    commands
}

/// AC: killed after each single mutating command in turn. Between the meetings and the first replica the tool waits, so
/// there the cut is tried both before and after the gossip has arrived.
#[test]
fn every_prefix_of_a_first_run_converges_to_the_same_layout() {
    let nodes = Nodes::cluster(6);
    let all = commands(&nodes).len();
    assert_eq!(all, 3 + 6 + 30 + 3);
    for cut in 1..all {
        let commands = commands(&nodes);
        let mut script = String::from("set -e\n");
        for (position, command) in commands[..cut].iter().enumerate() {
            if position == all - 3 {
                script.push_str("sleep 2\n");
            }
            script = format!("{script}kv-cli {command} >/dev/null\n");
        }
        let auth = format!("REDISCLI_AUTH={PASSWORD}");
        docker(&["exec", "--env", &auth, &nodes.container(0), "bash", "-c", &script]).ok();
        nodes.init(&pairs(&nodes)).run().expect(0, "changed");
        assert_eq!(nodes.layout(), LAYOUT, "after {cut} commands");
        nodes.prove();
        nodes.afresh();
    }
}

/// AC: SIGKILL, wherever it falls.
#[test]
fn a_killed_run_is_taken_up_by_the_next() {
    let nodes = Nodes::cluster(6);
    for delay in [5, 20, 40, 60, 80, 110, 150, 200, 300, 500, 900] {
        let running = nodes.init(&pairs(&nodes)).start();
        eventually("the run has begun", Duration::from_secs(20), || running.log().contains("applied"));
        sleep(Duration::from_millis(delay));
        let _ = docker(&["kill", "--signal", "KILL", running.name()]);
        running.wait();
        let ended = nodes.init(&pairs(&nodes)).run();
        assert_eq!(ended.exit, 0, "after {delay} ms: {}\n{}", ended.stdout, ended.log);
        assert_eq!(nodes.layout(), LAYOUT, "after {delay} ms");
        nodes.prove();
        nodes.afresh();
    }
}

/// AC: the work grows by rounds of gossip, not by pairs.
#[test]
fn a_cluster_of_thirty_forms() {
    let nodes = Nodes::cluster(30);
    nodes.init(&pairs(&nodes)).run().expect(0, "changed");
    for (primary, replica) in nodes.layout().iter().skip(15).enumerate() {
        assert_eq!(*replica, format!("replica of {primary}"));
    }
    nodes.prove();
    nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
}

/// DESIGN section 11: two at once.
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
