//! Builders of specs and of observed states for the tests.

use std::path::Path;
use std::time::Duration;

use init_core::{
    Backend, Command, Endpoint, Files, Format, Host, LogLevel, Options, Plan, Report, Source, Stop, as_json,
    execute,
};
use valkey_init::{Change, Desired, NodeEntry, NodeState, Slots, Spec, Valkey};

/// The report of an offline command on a spec's text.
pub(crate) async fn report(command: Command, spec: &str) -> Report<Change> {
    let options = Options {
        command,
        spec: Source::Stdin,
        secrets_dir: Path::new("/nowhere").to_owned(),
        timeout: Duration::from_secs(5),
        every: Duration::from_secs(60),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let (_sender, stop) = Stop::channel();
    let stdin = Box::new(std::io::Cursor::new(spec.to_owned()));
    execute::<Valkey>(&options, Host { stdin, environment: Vec::new(), stop }).await
}

/// The desired state of a spec.
pub(crate) fn desired(spec: serde_json::Value) -> Desired {
    let spec: Spec = serde_json::from_value(spec).unwrap();
    Valkey::validate(
        spec,
        &Files::relative_to(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offline/fixtures")),
    )
    .unwrap()
}

/// `count` nodes with one replica for each primary.
pub(crate) fn pairs(count: usize) -> serde_json::Value {
    let nodes: Vec<String> = (0..count).map(|node| format!("n{node}:6379")).collect();
    serde_json::json!({ "mode": "cluster", "nodes": nodes, "replicasPerPrimary": 1 })
}

pub(crate) fn endpoint(node: usize) -> Endpoint {
    format!("n{node}:6379").parse().unwrap()
}

/// A node that has met no other.
pub(crate) fn alone(node: usize) -> NodeState {
    let id = format!("id{node}");
    let own = NodeEntry { id: id.clone(), port: 6379, myself: true, ..NodeEntry::default() };
    NodeState {
        addresses: [format!("10.0.0.{node}").parse().unwrap()].into(),
        view: [(id.clone(), own)].into(),
        id,
        ..NodeState::default()
    }
}

pub(crate) fn slots(first: u16, last: u16) -> Slots {
    Slots::range(first, last)
}

/// A plan, each change as text and as JSON.
pub(crate) fn shown(plan: &Plan<Change>) -> String {
    let changes = plan.changes().iter().map(|change| format!("{change}\n  {}\n", as_json(change)));
    let conflicts = plan.conflicts().iter().map(|conflict| format!("! {conflict}\n"));
    changes.chain(conflicts).collect()
}
