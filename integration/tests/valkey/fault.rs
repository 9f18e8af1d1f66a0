//! The long proofs: every cut of a first run, and how the work grows. `just fault valkey`

use std::io::Write;
use std::thread::sleep;
use std::time::Duration;

use integration::valkey::{Gates, Nodes};
use integration::{docker, eventually};

use crate::formation::{COMMANDS, GATE, taken_up};
use crate::rebalance::{Bed, ON, names, number, shares, spec};
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

/// SIGKILL after each single command of a move in turn.
#[test]
#[ignore = "the fault suite: just fault valkey"]
fn every_cut_of_a_move_is_completed_with_every_key() {
    let bed = Bed::new();
    for cut in 0..bed.whole().passed() {
        bed.taken_up(cut);
    }
}

/// Counts upwards in 500 keys until it is told to stop: each answer is one step.
fn count_meanwhile(nodes: &Nodes) -> std::thread::JoinHandle<String> {
    let auth = format!("REDISCLI_AUTH={}", integration::valkey::PASSWORD);
    let (container, script) = (
        nodes.container(0),
        "i=0; while [ ! -e /tmp/stop ]; do i=$((i + 1)); echo INCR counter:$((i % 500)); done |
         kv-cli --no-auth-warning -c | grep -c '^[0-9]'",
    );
    std::thread::spawn(move || docker(&["exec", "--env", &auth, &container, "bash", "-c", script]).stdout)
}

/// All keys of all primaries.
fn keys(nodes: &Nodes) -> usize {
    let sizes = nodes.layout().into_iter().zip(nodes.each(&["DBSIZE"]));
    let sizes = sizes.filter(|(role, _)| role.starts_with("primary"));
    sizes.map(|(_, size)| number(&size)).sum()
}

/// Some 100,000 keys, clients that write all the time, and runs that are killed by the clock.
#[test]
#[ignore = "the fault suite: just fault valkey"]
fn growth_and_shrinking_under_writes_lose_nothing() {
    let nodes = Nodes::cluster(5);
    nodes.init(&spec(names(3), &[], "")).run().expect(0, "changed");
    nodes.shell(
        "kv-benchmark --cluster -h valkey-0 -a $REDISCLI_AUTH -t set -n 400000 -r 100000 -q >/dev/null 2>&1;
         seq 0 499 | sed 's/.*/SET counter:& 0/' | kv-cli --no-auth-warning -c >/dev/null",
    );
    let before = keys(&nodes);
    assert!(before > 90_000, "{before} keys");
    let counting = count_meanwhile(&nodes);
    for spec in [spec(names(5), &[], ON), spec(names(5), &[3, 4], ON)] {
        for delay in [50, 150, 400, 900, 1500, 2500] {
            let running = nodes.init(&spec).start();
            eventually("the run has begun", Duration::from_secs(60), || running.log().contains("planned"));
            sleep(Duration::from_millis(delay));
            let _ = docker(&["kill", "--signal", "KILL", running.name()]);
            running.wait();
        }
        let ended = nodes.init(&spec).args(&["--timeout", "10m"]).run();
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
        assert_eq!(keys(&nodes), before);
        nodes.init(&spec).run().expect(0, "unchanged");
    }
    assert_eq!(shares(&nodes), [0, 0, 5461, 5461, 5462]);
    nodes.shell("touch /tmp/stop");
    let answers: usize = counting.join().unwrap().trim().parse().unwrap();
    let counted = nodes.shell(
        "seq 0 499 | sed 's/^/GET counter:/' | kv-cli --no-auth-warning -c | awk '/^[0-9]/ {all += $1} END {print all}'",
    );
    assert_eq!(counted.trim().parse::<usize>().unwrap(), answers, "a step was lost, or was made twice");
}
