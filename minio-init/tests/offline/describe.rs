//! `describe` of whole specs.

use std::fmt::Write as _;

use init_core::Command;

use crate::report;

async fn described(fixture: &str) -> String {
    let report = report(Command::Describe, fixture).await;
    assert_eq!(report["outcome"], "described", "{report}");
    report["changes"].as_array().unwrap().iter().fold(String::new(), |mut shown, change| {
        writeln!(shown, "{change}").unwrap();
        shown
    })
}

#[tokio::test]
async fn the_baseline() {
    insta::assert_snapshot!(described("baseline.yaml").await);
}

#[tokio::test]
async fn every_field() {
    insta::assert_snapshot!(described("full.yaml").await);
}
