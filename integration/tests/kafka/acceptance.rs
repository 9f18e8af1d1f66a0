//! The acceptance criteria as they are written, on a stack that starts from nothing.

use std::time::Duration;

use integration::kafka::{self, Recording};
use integration::{Ended, compose, docker, eventually, leave_network, shell};

const UP: &str = "COMPOSE_PROFILES=messaging docker compose --env-file .env.example up -d";

fn init_exit() -> String {
    docker(&["inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", "dayzero-kafka-init-1"]).ok()
}

/// VAL-AUTO-PLN-001, VAL-AUTO-PLN-002, VAL-AUTO-PLN-003, VAL-AUTO-PLN-004, AC-AUTO-001, REQ-AUTO-001
#[test]
fn a_stack_from_nothing_is_provisioned_by_one_command_and_left_alone_by_the_next() {
    leave_network("dayzero_default");
    compose(&[("COMPOSE_PROFILES", "*")], &["down", "--volumes", "--remove-orphans", "--timeout", "2"]).ok();
    shell("docker compose --env-file .env.example config -q").ok();

    shell(UP).ok();
    assert_eq!(init_exit().trim(), "exited 0");
    let listed = shell(
        "docker compose --env-file .env.example ps -a --format '{{.Service}} {{.State}} {{.ExitCode}}'",
    );
    assert!(listed.ok().lines().any(|line| line == "kafka-init exited 0"));
    let topics = shell("docker exec kafka-1 kafka-topics --bootstrap-server kafka-1:19092 --list").ok();
    for topic in ["infra-events", "application-logs"] {
        assert!(topics.lines().any(|line| line == topic), "{topics}");
    }
    assert_eq!(kafka::describe("application-logs")["PartitionCount"], "6");
    eventually("the application that adopts the init has given its proofs", Duration::from_secs(60), || {
        docker(&["inspect", "--format", "{{.State.Health.Status}}", "dayzero-smoke-messaging-1"]).ok().trim()
            == "healthy"
    });

    let recording = Recording::start();
    shell(UP).ok();
    assert_eq!(init_exit().trim(), "exited 0");
    let last = docker(&["logs", "--since", "20s", "dayzero-kafka-init-1"]).stdout;
    assert!(last.contains("unchanged"), "{last}");
    assert_eq!(recording.mutations().len(), 0, "{:?}", recording.requests());
}

/// REQ-AUTO-001
#[test]
fn a_rerun_on_a_converged_cluster_sends_no_mutating_request() {
    let spec = "topics: {rerun-a: {partitions: 3, config: {retention.ms: 1000}}, rerun-b: {}}\n";
    let run = || crate::init(spec).run();
    let first = run().expect(0, "changed");
    assert_eq!(first.changes(), ["create_topic rerun-a: applied", "create_topic rerun-b: applied"]);
    let recording = Recording::start();
    let second = run().expect(0, "unchanged");
    assert_eq!(second.changes(), [""; 0]);
    assert_eq!(recording.mutations().len(), 0, "{:?}", recording.requests());
}

#[test]
fn two_runs_at_once_both_succeed_and_make_one_set_of_topics() {
    let topics: String = (0..40).map(|n| format!("  twice-{n}: {{partitions: 2}}\n")).collect();
    let spec = format!("topics:\n{topics}");
    crate::init("topics: {}\n").run().expect(0, "unchanged");
    let runs: Vec<_> = (0..2).map(|_| crate::init(&spec).start()).collect();
    let runs: Vec<Ended> = runs.into_iter().map(integration::Running::wait).collect();
    for run in &runs {
        assert_eq!(run.exit, 0, "{}\n{}", run.stdout, run.log);
    }
    assert_eq!(kafka::topics("twice-").len(), 40);
    crate::init(&spec).run().expect(0, "unchanged");
}
