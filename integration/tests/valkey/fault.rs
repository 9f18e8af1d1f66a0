//! The long proofs: every cut of a first run, and how the work grows. `just fault valkey`

use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use integration::valkey::{Gates, Nodes};
use integration::{docker, eventually};

use crate::formation::{COMMANDS, GATE, taken_up};
use crate::{LAYOUT, pairs};

/// SIGKILL after each single mutating command in turn; 100 % converge to the same layout.
#[test]
#[ignore = "the fault suite: just fault valkey"]
fn every_cut_of_a_first_run_converges_to_the_same_layout() {
    let gates = Gates::cluster(6, GATE);
    for cut in 0..COMMANDS {
        taken_up(&gates, cut);
    }
}

/// SIGKILL, wherever it falls by the clock: between two commands, in the waits, at the end.
#[test]
#[ignore = "the fault suite: just fault valkey"]
fn a_run_killed_at_any_moment_is_taken_up_by_the_next() {
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
        nodes.reset();
    }
}

/// The cost by the number of nodes: meetings grow by pairs, which is one command each; time by rounds of gossip.
#[test]
#[ignore = "the fault suite: just fault valkey"]
fn clusters_of_up_to_thirty_form() {
    for count in [6, 12, 18, 24, 30] {
        let nodes = Nodes::cluster(count);
        let ended = nodes.init(&pairs(&nodes)).run().expect(0, "changed");
        let sent: u64 = (0..count).flat_map(|node| nodes.mutations(node).into_values()).sum();
        let took = ended.took.as_millis();
        let figures = format!("{count} nodes: {sent} mutating commands, {took} ms\n");
        std::io::stderr().write_all(figures.as_bytes()).unwrap();
        let layout = nodes.layout();
        for (primary, replica) in layout.iter().skip(count / 2).enumerate() {
            assert_eq!(*replica, format!("replica of {primary}"), "{layout:?}");
        }
        nodes.prove();
        nodes.reset_statistics();
        nodes.init(&pairs(&nodes)).run().expect(0, "unchanged");
        assert!((0..count).all(|node| nodes.mutations(node).is_empty()));
    }
}
