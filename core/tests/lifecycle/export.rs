//! `export` and `plan --without-secrets` on the server in memory.

use init_core::FaultKind::{Denied, Unavailable};
use init_core::{Command, Signal};

use crate::fake::{Act, Server};
use crate::scenario::{SPEC, Scenario};
use crate::{script, server_with};

const CONNECTION: &str = "endpoint: server:1234\npassword: {secret: good}\n";

fn exporting_server(acts: &[Act]) -> Server {
    Server { export: script(acts), ..server_with(&[("b", 2), ("a: #", 1)]) }
}

#[tokio::test(start_paused = true)]
async fn export_prints_the_spec_or_a_report_of_the_failure() {
    let scenario = |name, server| Scenario { spec: CONNECTION, ..Scenario::new(name, server) };
    let exits = [0, 0, 0, 0, 77, 69, 143, 0, 65, 78, 78];
    let scenarios = [
        scenario("well", exporting_server(&[])),
        scenario("empty server", server_with(&[])),
        scenario(
            "beside what a spec says",
            Server { owner: Some("someone\nelse".to_owned()), ..exporting_server(&[]) },
        ),
        scenario("lost and back", exporting_server(&[Act::Fails(Unavailable), Act::Fails(Unavailable)])),
        scenario("denied", exporting_server(&[Act::Fails(Denied)])),
        scenario("silent", exporting_server(&[Act::Silent])),
        Scenario {
            signal: Some((1, Signal::Terminate)),
            ..scenario("stopped", exporting_server(&[Act::Silent]))
        },
        Scenario { spec: SPEC, ..scenario("sections in the given spec", exporting_server(&[])) },
        Scenario { spec: "endpoint: 10.0.0.1:1\n", ..scenario("an address", exporting_server(&[])) },
        Scenario {
            spec: "endpoint: server:1\nuser: {secret: missing}\n",
            ..scenario("no secret", exporting_server(&[]))
        },
        Scenario {
            environment: &[("DB_PASSWORD", "x")],
            ..scenario("a credential in the environment", exporting_server(&[]))
        },
    ];
    for (exit, scenario) in exits.into_iter().zip(scenarios) {
        let shown = scenario.run(Command::Export).await;
        assert!(shown.contains(&format!("/ export: exit {exit}\n")), "{shown}");
        assert_eq!(shown.contains("written by `fake-init export`"), exit == 0, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_without_secrets_needs_no_secret_files() {
    let spec = "endpoint: server:1234\nuser: {secret: missing}\nitems: {a: 1}\n";
    let scenario =
        Scenario { spec, without_secrets: true, ..Scenario::new("without", server_with(&[("a", 1)])) };
    let shown = scenario.run(Command::Plan).await;
    assert!(shown.contains("exit 0") && shown.contains(r#""outcome":"unchanged""#), "{shown}");
    let shown = Scenario { without_secrets: false, ..scenario }.run(Command::Plan).await;
    assert!(shown.contains("exit 78"), "{shown}");
}
