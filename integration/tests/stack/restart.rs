//! A stack that was taken down and is back: with its data, with a part of it, or without other nodes.

use std::thread;

use integration::{docker, shell};

use crate::{UP, all_exited_0, inits, last_outcomes, stack, up};

const TOPICS: &str = "docker exec kafka-1 kafka-topics --bootstrap-server kafka-1:19092 --list";

/// VAL-AUTO-PLN-004, REQ-AUTO-001, REQ-AUTO-002
#[test]
fn a_stack_that_was_down_is_left_alone_when_its_volumes_are_there_and_provisioned_when_they_are_not() {
    up();
    shell("docker compose --env-file .env.example down --timeout 10").ok();
    without_its_servers_each_init_ends_within_its_bound();

    shell(&format!("COMPOSE_PROFILES=messaging {UP}")).ok();
    let topics = shell(TOPICS).ok();
    for topic in ["infra-events", "application-logs"] {
        assert!(topics.lines().any(|line| line == topic), "{topics}");
    }
    all_exited_0(&["kafka-init"]);

    up();
    all_exited_0(&inits());
    assert_eq!(last_outcomes(&["kafka-init", "minio-init", "pg-init"]), ["unchanged"; 3]);
    only_the_addresses_are_told_anew();
    shell(UP).ok();
    assert_eq!(last_outcomes(&inits()), ["unchanged"; 4]);

    stack("rm --stop --force mng-pg minio").ok();
    shell("docker volume rm dayzero_mng-pg dayzero_minio").ok();
    up();
    all_exited_0(&inits());
    assert_eq!(last_outcomes(&inits()), ["unchanged", "changed", "changed", "unchanged"]);
}

/// New containers have new addresses, and the nodes of a cluster know each other by those (docs/adr/0009).
fn only_the_addresses_are_told_anew() {
    let said = docker(&["logs", "dayzero-valkey-init-1"]).stdout;
    let changes: Vec<&str> = said.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(changes.iter().all(|line| line.starts_with("  ~ meet ")), "{said}");
}

/// Nobody answers to any name. The outer bound is far from the inner one, and says which run it was that has none.
fn without_its_servers_each_init_ends_within_its_bound() {
    let run = |init: &'static str| {
        thread::spawn(move || {
            let run = "docker compose --env-file .env.example run --rm --no-deps -T -e INIT_TIMEOUT=3s";
            (init, shell(&format!("timeout 120 {run} {init}")))
        })
    };
    // The first makes the network that the others share.
    let first = run("pg-init").join();
    let others: Vec<_> = ["kafka-init", "minio-init", "valkey-init"].map(run).into_iter().collect();
    for ended in others.into_iter().map(thread::JoinHandle::join).chain([first]) {
        let Ok((init, output)) = ended else { panic!("a thread has failed") };
        assert_eq!(output.exit, 69, "{init}: {}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("exit 69 (unavailable)"), "{init}: {}", output.stdout);
    }
}
