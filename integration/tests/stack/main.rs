//! The whole stack as its users run it, what the documents say about it, and the ways in which it may fail.
//!
//! The container names exist once on an engine, so these run one at a time. Each test brings about what it needs; in
//! the order of their names, most of it is there already.

#![expect(clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests read the documents and wait on real servers")]

mod acceptance;
mod cluster;
mod documents;
mod failure;
mod kubernetes;
mod migrate;
mod policy;
mod readme;
mod restart;
mod scaled;
mod schemas;
mod swarm;
mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use integration::{Output, docker, eventually, shell};

const UP: &str = "docker compose --env-file .env.example up -d";
/// The services that adopt them.
const APPLICATIONS: [&str; 3] = ["smoke-data", "smoke-messaging", "smoke-storage"];

/// `docker compose --env-file .env.example ARGS`, with every profile unless `profiles` says otherwise.
fn stack(args: &str) -> Output {
    shell(&format!("docker compose --env-file .env.example --profile '*' {args}"))
}

/// The init services that the profiles of `.env.example` start, sorted, from the stack itself.
fn inits() -> Vec<String> {
    let services = shell("docker compose --env-file .env.example config --services").ok();
    let mut inits: Vec<String> =
        services.lines().filter(|service| service.ends_with("-init")).map(str::to_owned).collect();
    inits.sort();
    assert!(inits.len() >= 4, "{inits:?}");
    inits
}

/// Brings everything up that `.env.example` asks for, and waits for the applications' proofs.
fn up() {
    shell(UP).ok();
    proved(&APPLICATIONS);
}

fn proved(applications: &[&str]) {
    for application in applications {
        let container = format!("dayzero-{application}-1");
        eventually(application, Duration::from_secs(90), || {
            docker(&["inspect", "--format", "{{.State.Health.Status}}", &container]).stdout.trim()
                == "healthy"
        });
    }
}

/// Every container of the stack by its service: `exited 0`, `running 0`, `created 0`.
fn states() -> BTreeMap<String, String> {
    let listed = shell("docker compose ps -a --format '{{.Service}} {{.State}} {{.ExitCode}}'").ok();
    let pairs = listed.lines().filter_map(|line| line.split_once(' '));
    pairs.map(|(service, state)| (service.to_owned(), state.to_owned())).collect()
}

/// Fails unless every init service that is there has ended well, and there are as many as expected.
fn all_exited_0<S: AsRef<str>>(expected: &[S]) {
    let mut inits = states();
    inits.retain(|service, _| service.ends_with("-init"));
    assert!(inits.keys().map(String::as_str).eq(expected.iter().map(S::as_ref)), "{inits:?}");
    assert!(inits.values().all(|state| state == "exited 0"), "{inits:?}");
}

/// The outcome of each run that the service's container has made, in their order.
fn outcomes(service: &str) -> Vec<String> {
    let said = docker(&["logs", &format!("dayzero-{service}-1")]).stdout;
    said.lines()
        .filter_map(|line| line.split_once(" apply: ").map(|(_, outcome)| outcome.to_owned()))
        .collect()
}

fn last_outcomes<S: AsRef<str>>(services: &[S]) -> Vec<String> {
    services.iter().map(|service| outcomes(service.as_ref()).pop().unwrap_or_default()).collect()
}
