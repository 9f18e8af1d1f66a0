//! Tests of every command under every failure with a server in memory: the reports and the exit codes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod export;
mod fake;
mod hostile;
mod pauses;
mod records;
mod scenario;
mod watch;

use std::collections::VecDeque;

use fake::{Act, Fake, Server};
use init_core::FaultKind::{Denied, Internal, Raced, Rejected, Secret, Unavailable, Unsupported};
use init_core::{Command, FaultKind, Signal};
use scenario::{SPEC, Scenario};

fn server_with(items: &[(&str, i64)]) -> Server {
    let items = items.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Server { items, ..Server::default() }
}

fn script(acts: &[Act]) -> VecDeque<Act> {
    acts.iter().cloned().collect()
}

fn connect(acts: &[Act]) -> Server {
    Server { connect: script(acts), ..Server::default() }
}

fn observe(acts: &[Act]) -> Server {
    Server { observe: script(acts), ..Server::default() }
}

fn check(acts: &[Act]) -> Server {
    Server { check: script(acts), ..Server::default() }
}

fn apply(acts: &[Act]) -> Server {
    // `b` exists and differs, so that there are two stages.
    Server { apply: script(acts), ..server_with(&[("b", 1)]) }
}

fn always(kind: FaultKind) -> Vec<Act> {
    vec![Act::Fails(kind); 200]
}

async fn shown(scenarios: Vec<Scenario>, commands: &[Command]) -> String {
    let mut all = String::new();
    for scenario in scenarios {
        for command in commands {
            all += &scenario.run(*command).await;
        }
    }
    all
}

const ALL: [Command; 4] = [Command::Apply, Command::Plan, Command::Validate, Command::Describe];
const ONLINE: [Command; 2] = [Command::Apply, Command::Plan];

#[tokio::test(start_paused = true)]
async fn every_command_on_every_state_of_the_server() {
    let states = vec![
        Scenario::new("empty server", server_with(&[])),
        Scenario::new("converged server", server_with(&[("a", 1), ("b", 2), ("other", 9)])),
        Scenario::new("drifted server", server_with(&[("b", 1)])),
        Scenario::new("conflict beside drift", server_with(&[("b", 3)])),
    ];
    insta::assert_snapshot!(shown(states, &ALL).await);
}

#[tokio::test(start_paused = true)]
async fn every_command_on_every_bad_input() {
    let of = |name, spec| Scenario::spec(name, spec);
    let bad = vec![
        Scenario { spec_at: Some("/nowhere/spec.yaml"), ..of("missing spec", "") },
        of("empty spec", ""),
        of("no yaml", "endpoint: [server:1234\n"),
        of("unknown key", "endpoint: server:1234\nitmes: {}\n"),
        of("duplicate key", "endpoint: server:1234\nitems: {a: 1, a: 2}\n"),
        of("wrong type", "endpoint: server:1234\nitems: {a: canary}\n"),
        of("password in the spec", "endpoint: server:1234\npassword: canary\n"),
        of("bad secret name", "endpoint: server:1234\npassword: {secret: ../canary}\n"),
        of("three violations", "endpoint: 10.0.0.1:80\nitems: {a: -1, b: -2}\n"),
        of("missing plain file", "endpoint: server:1234\nnote: {file: /nowhere/note}\n"),
        of("two documents", "endpoint: server:1234\n---\nendpoint: server:1234\n"),
        Scenario {
            environment: &[
                ("DB_PASSWORD", "canary"),
                ("A_TOKEN", "canary"),
                ("B_TOKEN", ""),
                ("PASSWORD_FILE", "x"),
            ],
            ..of("credential in the environment", SPEC)
        },
        Scenario {
            environment: &[("GITHUB_TOKEN", "canary"), ("CI_JOB_TOKEN", "canary")],
            ..of("credentials of a CI job", SPEC)
        },
        Scenario {
            environment: &[("CI_JOB_TOKEN", "canary"), ("CANARY", "canary")],
            ..of(
                "credential in the spec",
                "interpolate: true\nendpoint: ${CI_JOB_TOKEN}\nitems: {\"${X_PASSWORD:-x}\": 1, \"${NONE}\": 2}\n",
            )
        },
        of(
            "variables without a value",
            "interpolate: true\nendpoint: ${HOST:?say where}\nitems: {\"${NONE}\": 2}\n",
        ),
        of("variables that nobody asked for", "endpoint: ${HOST}:1\nitems: {\"x.${NONE}\": 2}\n"),
        of("missing secret", "endpoint: server:1234\npassword: {secret: missing}\n"),
        of("empty secret", "endpoint: server:1234\npassword: {secret: empty}\n"),
        of("secret with NUL", "endpoint: server:1234\npassword: {secret: nul}\n"),
        of("good secret", "endpoint: server:1234\npassword: {secret: good}\n"),
    ];
    let all = shown(bad, &ALL).await;
    assert!(!all.replace("../canary", "").contains("canary"), "a value was repeated:\n{all}");
    insta::assert_snapshot!(all);
}

#[tokio::test(start_paused = true)]
async fn variables_are_shown_by_their_values() {
    let spec = "interpolate: true\nendpoint: ${HOST:-server}:1234\nitems:\n  ${NAME}: ${VALUE}\n  b$$: 2\n";
    let values = Scenario {
        environment: &[("NAME", "a: {}\n"), ("VALUE", "1"), ("ONE_TOKEN", "")],
        ..Scenario::spec("variables", spec)
    };
    insta::assert_snapshot!(shown(vec![values], &ALL).await);
}

#[tokio::test(start_paused = true)]
async fn every_failure_to_connect_and_to_read() {
    let failures = vec![
        Scenario::new("late server", connect(&[Act::Fails(Unavailable), Act::Fails(Unavailable)])),
        Scenario::new("absent server", connect(&always(Unavailable))),
        Scenario::new("silent server", connect(&[Act::Silent, Act::Silent, Act::Silent, Act::Silent])),
        Scenario::new("silent once", connect(&[Act::Silent])),
        Scenario::new("denied", connect(&[Act::Fails(Unavailable), Act::Fails(Denied)])),
        Scenario::new("unsupported", connect(&[Act::Fails(Unsupported)])),
        Scenario::new("unusable secret", connect(&[Act::Fails(Secret)])),
        Scenario::new("lost while reading", observe(&[Act::Fails(Unavailable)])),
        Scenario::new(
            "lost while reading, for good",
            Server {
                connect: script(&[vec![Act::Well], always(Unavailable)].concat()),
                ..observe(&always(Unavailable))
            },
        ),
        Scenario::new("lost at every reading", observe(&always(Unavailable))),
        Scenario::new("denied while reading", observe(&[Act::Fails(Denied)])),
        Scenario::new("silent while reading", observe(&[Act::Silent])),
        Scenario::new("our own mistake", observe(&[Act::Fails(Internal)])),
    ];
    insta::assert_snapshot!(shown(failures, &ONLINE).await);
}

#[tokio::test(start_paused = true)]
async fn every_failure_to_check() {
    let failures = vec![
        Scenario::new("check refuses two", check(&[Act::Refuses(vec![0, 1], Rejected)])),
        Scenario::new("check finds a feature missing", check(&[Act::Refuses(vec![1], Unsupported)])),
        Scenario::new("check denied for one", check(&[Act::Refuses(vec![1], Denied)])),
        Scenario::new("check denied for all", check(&[Act::Refuses(vec![0, 1], Denied)])),
        Scenario::new("lost while checking", check(&[Act::Fails(Unavailable)])),
        Scenario::new("raced while checking", check(&[Act::Fails(Raced)])),
        Scenario::new("silent while checking", check(&[Act::Silent])),
        Scenario::new(
            "conflict, so nothing is checked",
            Server { check: script(&[Act::Fails(Rejected)]), ..server_with(&[("b", 7)]) },
        ),
    ];
    insta::assert_snapshot!(shown(failures, &ONLINE).await);
}

#[tokio::test(start_paused = true)]
async fn every_failure_to_apply() {
    let failures = vec![
        Scenario::new("first stage refused", apply(&[Act::Fails(Rejected)])),
        Scenario::new("second stage refused", apply(&[Act::Well, Act::Fails(Denied)])),
        Scenario::new(
            "one of a stage refused",
            Server { apply: script(&[Act::Refuses(vec![0], Rejected)]), ..server_with(&[]) },
        ),
        Scenario::new("answer lost, done", apply(&[Act::Loses])),
        Scenario::new("answer lost, not done", apply(&[Act::Fails(Unavailable)])),
        Scenario::new(
            "answer lost, server gone",
            Server {
                connect: script(&[vec![Act::Well], always(Unavailable)].concat()),
                ..apply(&[Act::Loses])
            },
        ),
        Scenario::new("raced with the same", apply(&[Act::Raced("a", 1)])),
        Scenario::new(
            "raced with the same, lost while confirming",
            Server { confirm: script(&[Act::Fails(Unavailable)]), ..apply(&[Act::Raced("a", 1)]) },
        ),
        Scenario::new("raced with another", apply(&[Act::Raced("a", 7)])),
        Scenario::new("acknowledged and not done", apply(&[Act::Lies])),
        Scenario::new(
            "undone by somebody else, once",
            Server { reads_own_writes: true, ..apply(&[Act::Well, Act::Lies]) },
        ),
        Scenario::new(
            "undone by somebody else, always",
            Server { reads_own_writes: true, ..apply(&vec![Act::Lies; 9]) },
        ),
        Scenario::new("silent while applying", apply(&[Act::Silent])),
        Scenario::new("no result for a change", apply(&[Act::Short])),
        Scenario::new("slow and well", apply(&[Act::Slow(5)])),
        Scenario::new(
            "lost while verifying",
            Server { observe: script(&[Act::Well, Act::Fails(Unavailable)]), ..apply(&[]) },
        ),
    ];
    insta::assert_snapshot!(shown(failures, &[Command::Apply]).await);
}

#[tokio::test(start_paused = true)]
async fn every_signal() {
    let at = |seconds, signal, scenario| Scenario { signal: Some((seconds, signal)), ..scenario };
    let (int, term) = (Signal::Interrupt, Signal::Terminate);
    let signals = vec![
        at(3, term, Scenario::new("TERM while waiting", connect(&always(Unavailable)))),
        at(3, int, Scenario::new("INT while waiting", connect(&always(Unavailable)))),
        at(3, term, Scenario::new("TERM while a server is silent", connect(&[Act::Silent]))),
        at(3, term, Scenario::new("TERM while reading", observe(&[Act::Silent]))),
        at(3, term, Scenario::new("TERM while a stage finishes in time", apply(&[Act::Slow(4)]))),
        at(3, term, Scenario::new("TERM while a stage does not finish", apply(&[Act::Silent]))),
        at(
            3,
            term,
            Scenario::new(
                "TERM while a stage does not finish, server gone",
                Server {
                    connect: script(&[vec![Act::Well], always(Unavailable)].concat()),
                    ..apply(&[Act::Silent])
                },
            ),
        ),
    ];
    insta::assert_snapshot!(shown(signals, &[Command::Apply]).await);
}

#[tokio::test(start_paused = true)]
async fn equal_runs_print_equal_reports() {
    let server = apply(&[Act::Well, Act::Fails(Rejected)]);
    let first = Scenario::new("twice", server.clone()).run(Command::Apply).await;
    let shuffled = "items: {b: 2, a: 1}\nendpoint: server:1234\n";
    let second = Scenario { spec: shuffled, ..Scenario::new("twice", server) }.run(Command::Apply).await;
    assert_eq!(first, second);
}

#[test]
fn the_exit_table_is_pinned() {
    insta::assert_snapshot!(init_core::Exit::markdown());
}

#[test]
fn the_help_is_pinned() {
    insta::assert_snapshot!(init_core::help("fake-init"));
}

#[test]
fn an_invalid_command_line_is_a_usage_error() {
    let parse = |args: &[&str]| init_core::parse("fake-init", &["items"], args.iter().map(Into::into)).err();
    assert_eq!(parse(&["fake-init", "--timeout", "banana"]), Some(init_core::Exit::Usage));
    assert_eq!(parse(&["fake-init", "--timeout", "0s"]), Some(init_core::Exit::Usage));
    assert_eq!(parse(&["fake-init", "--timeout", "60"]), Some(init_core::Exit::Usage));
    assert_eq!(parse(&["fake-init", "destroy"]), Some(init_core::Exit::Usage));
    assert_eq!(parse(&["fake-init", "--help"]), Some(init_core::Exit::Converged));
    assert_eq!(parse(&["fake-init", "plan", "--timeout", "90s"]), None);
    let _ = Fake;
}
