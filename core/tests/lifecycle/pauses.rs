//! Tests of the backoff: every operation that keeps failing is retried after growing delays.

use init_core::Command;
use init_core::FaultKind::{Raced, Unavailable};

use crate::fake::{Act, SERVER, Server};
use crate::scenario::Scenario;
use crate::{apply, check, connect, observe, script};

/// The number of calls of each kind until the deadline of 30 seconds.
async fn calls(name: &'static str, server: Server) -> Vec<usize> {
    let shown = Scenario::new(name, server).run(Command::Apply).await;
    assert!(shown.contains("exit 69"), "{shown}");
    let count =
        |call| SERVER.with_borrow(|server| server.calls.iter().filter(|called| **called == call).count());
    ["connect", "observe", "check", "apply"].map(count).to_vec()
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_keeps_failing_is_retried_with_backoff() {
    let always = |act: Act| vec![act; 5_000];
    let well_once = |act: Act| [vec![Act::Well], always(act)].concat();
    let lost = || Act::Fails(Unavailable);
    for (name, server) in [
        ("connecting", connect(&always(lost()))),
        ("reading", observe(&always(lost()))),
        ("checking", check(&always(lost()))),
        ("checking, raced", check(&always(Act::Fails(Raced)))),
        ("the first stage", apply(&always(lost()))),
        ("the second stage", apply(&well_once(lost()))),
        (
            "one of a stage",
            Server { apply: script(&always(Act::Refuses(vec![0], Unavailable))), ..Server::default() },
        ),
        ("raced", apply(&always(Act::Fails(Raced)))),
        (
            "no connection after a stage that was lost",
            Server { connect: script(&well_once(lost())), ..apply(&always(lost())) },
        ),
    ] {
        let calls = calls(name, server).await;
        assert!(calls.iter().all(|calls| *calls <= 40), "{name}: {calls:?}");
        assert!(calls.iter().sum::<usize>() >= 15, "{name}: {calls:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_makes_progress_is_retried_without_growing_delays() {
    // Each attempt creates one of a hundred items before the connection is lost.
    let items: String = (0..100).map(|item| format!(" i{item}: 1,")).collect();
    let spec: &'static str = format!("endpoint: server:1234\nitems: {{{items}}}\n").leak();
    let acts: Vec<_> = (1..100).rev().map(|left| Act::Refuses((1..=left).collect(), Unavailable)).collect();
    let server = Server { apply: script(&acts), ..Server::default() };
    let shown = Scenario { server, ..Scenario::spec("a hundred cuts", spec) }.run(Command::Apply).await;
    assert!(shown.contains("exit 0"), "{shown}");
}
