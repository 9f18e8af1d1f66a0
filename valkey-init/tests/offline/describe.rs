//! Tests of `describe` with the specs that are promised to work.

use init_core::Command;

use crate::support::report;

async fn described(spec: &str) -> String {
    let report = report(Command::Describe, spec).await;
    report.render(init_core::Format::Text, None).unwrap()
}

#[tokio::test]
async fn the_baseline_spec_is_described() {
    insta::assert_snapshot!(described(include_str!("../../../integration/specs/valkey.baseline.yaml")).await);
}

#[tokio::test]
async fn the_full_spec_is_described() {
    // The spec names files of an image; here they are the fixtures of this test.
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/fixtures");
    let spec = include_str!("../../../integration/specs/valkey.full.yaml");
    let spec = spec.replace("/etc/valkey-init/functions", fixtures).replace("/etc/valkey-init", fixtures);
    insta::assert_snapshot!(described(&spec).await);
}

/// Thirty nodes are met, each by all others. The text shows three lines and a count.
#[tokio::test]
async fn the_meetings_of_a_large_cluster_are_folded() {
    let nodes: Vec<String> = (0..30).map(|node| format!("n{node}:6379")).collect();
    let spec = format!("mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\n", nodes.join(", "));
    let described = described(&spec).await;
    let meetings: Vec<&str> = described.lines().filter(|line| line.contains("meet")).collect();
    assert_eq!(
        meetings,
        [
            "  ~ meet n0:6379 from n1:6379, n2:6379 and 27 more",
            "  ~ meet n1:6379 from n0:6379, n2:6379 and 27 more",
            "  ~ meet n10:6379 from n0:6379, n1:6379 and 27 more",
            "  ~ … and 27 more of meet_node",
        ]
    );
}
