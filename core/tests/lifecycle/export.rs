//! `export` and `plan --without-secrets` on the server in memory.

use init_core::FaultKind::{Denied, Unavailable};
use init_core::{Command, Signal};

use crate::fake::{Act, Server};
use crate::scenario::{SPEC, Scenario};
use crate::{holding, script};

const CONNECTION: &str = "endpoint: server:1234\npassword: {secret: good}\n";

fn exporting(acts: &[Act]) -> Server {
    Server { export: script(acts), ..holding(&[("b", 2), ("a: #", 1)]) }
}

#[tokio::test(start_paused = true)]
async fn what_is_printed_is_the_spec_or_the_report_of_why_not() {
    let of = |name, server| Scenario { spec: CONNECTION, ..Scenario::new(name, server) };
    let exits = [0, 0, 0, 0, 77, 69, 143, 0, 65, 78, 78];
    let scenarios = [
        of("well", exporting(&[])),
        of("empty server", holding(&[])),
        of("beside what a spec says", Server { owner: Some("someone\nelse".to_owned()), ..exporting(&[]) }),
        of("lost and back", exporting(&[Act::Fails(Unavailable), Act::Fails(Unavailable)])),
        of("denied", exporting(&[Act::Fails(Denied)])),
        of("silent", exporting(&[Act::Silent])),
        Scenario { signal: Some((1, Signal::Terminate)), ..of("stopped", exporting(&[Act::Silent])) },
        Scenario { spec: SPEC, ..of("sections in the given spec", exporting(&[])) },
        Scenario { spec: "endpoint: 10.0.0.1:1\n", ..of("an address", exporting(&[])) },
        Scenario { spec: "endpoint: server:1\nuser: {secret: missing}\n", ..of("no secret", exporting(&[])) },
        Scenario {
            environment: &[("DB_PASSWORD", "x")],
            ..of("a credential in the environment", exporting(&[]))
        },
    ];
    for (exit, scenario) in exits.into_iter().zip(scenarios) {
        let shown = scenario.run(Command::Export).await;
        assert!(shown.contains(&format!("/ export: exit {exit}\n")), "{shown}");
        assert_eq!(shown.contains("written by `fake-init export`"), exit == 0, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_secrets_a_plan_needs_no_file_of_theirs() {
    let spec = "endpoint: server:1234\nuser: {secret: missing}\nitems: {a: 1}\n";
    let scenario = Scenario { spec, without_secrets: true, ..Scenario::new("without", holding(&[("a", 1)])) };
    let shown = scenario.run(Command::Plan).await;
    assert!(shown.contains("exit 0") && shown.contains(r#""outcome":"unchanged""#), "{shown}");
    let shown = Scenario { without_secrets: false, ..scenario }.run(Command::Plan).await;
    assert!(shown.contains("exit 78"), "{shown}");
}
