//! Tests of reports as records: short lines, each of which is a JSON object that names its run.

use init_core::Command;
use init_core::FaultKind::{Denied, Rejected};
use serde_json::Value;

use crate::fake::{Act, Server};
use crate::scenario::Scenario;
use crate::{apply, connect, server_with};

/// The length at which the log drivers of container engines split lines, including the line ending.
const LINE: usize = 16 * 1024;

/// Parses each line as an object and asserts its common fields.
pub(crate) fn parse(records: &str) -> Vec<Value> {
    let objects: Vec<Value> = records.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (line, object) in records.lines().zip(&objects) {
        assert!(line.len() < LINE, "{} bytes: {line}", line.len());
        assert!(object["tool"] == "fake-init" && object["spec"].is_string(), "{line}");
    }
    let kinds: Vec<&str> = objects.iter().map(|object| object["record"].as_str().unwrap()).collect();
    let (last, others) = kinds.split_last().unwrap();
    assert!(*last == "summary" && !others.contains(last), "{kinds:?}");
    objects
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_record() {
    let mut all = String::new();
    for scenario in [
        Scenario::new("drifted server", server_with(&[("b", 1)])),
        Scenario::new("conflict", server_with(&[("b", 3)])),
        Scenario::new("refused", apply(&[Act::Fails(Rejected)])),
        Scenario::new("denied", connect(&[Act::Fails(Denied)])),
        Scenario::spec("two violations", "endpoint: 10.0.0.1:80\nitems: {a: -1, b: -2}\n"),
        Scenario::new("converged server", server_with(&[("a", 1), ("b", 2)])),
    ] {
        let (_, records) = scenario.run_with_records(Command::Apply).await;
        parse(&records);
        all += &format!("== {}\n{records}", scenario.name);
    }
    insta::assert_snapshot!(all);
}

/// The server sends texts that are longer than a line wherever it can.
#[tokio::test(start_paused = true)]
async fn no_line_is_longer_than_the_limit_of_log_drivers() {
    let said = "\u{1b}\u{202e}\"\\é".repeat(100_000);
    let owner = Some(said.clone());
    let names: String = (0..2_000).map(|n| format!("item{n}: {n}, ")).collect();
    let spec: &'static str = format!("endpoint: server:1234\nitems: {{{names}}}\n").leak();
    for scenario in [
        Scenario::new("denied", connect(&[Act::Says(Denied, said.clone())])),
        Scenario::new("refused", apply(&[Act::Says(Rejected, said)])),
        Scenario::new("drifted", Server { owner: owner.clone(), ..server_with(&[]) }),
        Scenario::new("not converging", Server { owner: owner.clone(), ..apply(&vec![Act::Lies; 9]) }),
        Scenario::new("in conflict", Server { owner, ..server_with(&[("b", 3)]) }),
        Scenario { server: apply(&vec![Act::Lies; 9]), ..Scenario::spec("2000 changes", spec) },
    ] {
        let (_, records) = scenario.run_with_records(Command::Apply).await;
        assert!(parse(&records).len() > 1 || scenario.name == "denied", "{}", scenario.name);
        assert!(records.contains(" more"), "{}: nothing is cut", scenario.name);
    }
}
