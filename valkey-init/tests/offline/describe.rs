//! What the specs that are promised to work provision, without a server.

use init_core::Command;

use crate::support::report;

async fn described(spec: &str) -> String {
    let report = report(Command::Describe, spec).await;
    report.render(init_core::Format::Text).unwrap()
}

#[tokio::test]
async fn the_baseline_spec_is_described() {
    insta::assert_snapshot!(described(include_str!("../../../integration/specs/valkey.baseline.yaml")).await);
}

#[tokio::test]
async fn the_full_spec_is_described() {
    // Its files are where an image would have them; here they stand beside this test.
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/fixtures");
    let spec = include_str!("../../../integration/specs/valkey.full.yaml");
    let spec = spec.replace("/etc/valkey-init/functions", fixtures).replace("/etc/valkey-init", fixtures);
    insta::assert_snapshot!(described(&spec).await);
}
