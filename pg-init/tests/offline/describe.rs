//! The changes that whole specs plan on an empty server, as `describe` reports them.

use init_core::Command;
use proptest::prelude::*;

use crate::report;

async fn described(spec: &str) -> String {
    // The test has no such file, and the changes do not depend on it.
    let spec = spec.replace(", ca: {file: /etc/pg-init/ca.pem}", "");
    let report = report(Command::Describe, &spec).await;
    assert_eq!(report["outcome"], "described", "{report}");
    let lines = report["changes"].as_array().unwrap().iter().map(|change| format!("{change}\n"));
    lines.collect()
}

#[tokio::test]
async fn the_baseline_is_planned() {
    insta::assert_snapshot!(described(include_str!("../fixtures/pg.baseline.yaml")).await);
}

#[tokio::test]
async fn every_field_is_planned() {
    insta::assert_snapshot!(described(include_str!("../fixtures/pg.full.yaml")).await);
}

#[tokio::test]
async fn the_cluster_is_planned() {
    insta::assert_snapshot!(described(include_str!("../fixtures/pg.cluster.yaml")).await);
}

/// `access` is reported as the grants that it stands for.
#[tokio::test]
async fn access_is_reported_as_grants() {
    let spec = "endpoint: pg:5432\nuser: u\npassword: {secret: p}\ntls: disable\nroles: {app: {}, reader: {}, house: {}}\ndatabases:\n  \
        d: {owner: app, schemas: {s: {}, t: {owner: house}}, access: [{role: reader, level: read}, {role: [app], level: write, schema: s}]}\n  \
        e: {owner: app, access: [{role: reader, level: write}]}\n";
    insta::assert_snapshot!(described(spec).await);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_of_keys_does_not_change_the_plan(
        (lines, shuffled) in Just((0..9).collect::<Vec<u8>>()).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        let spec = |order: &[u8]| {
            let head = "endpoint: pg:5432\nuser: u\npassword: {secret: p}\ntls: disable\nroles:\n".to_owned();
            let roles = order.iter().fold(head, |spec, n| spec + &format!("  r{n}: {{memberOf: [g{n}]}}\n"));
            order.iter().fold(roles + "databases:\n", |spec, n| {
                spec + &format!("  d{n}: {{owner: r{n}, schemas: {{b: {{}}, a: {{owner: r{n}}}}}}}\n")
            })
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (one, other) = runtime.block_on(async { (described(&spec(&lines)).await, described(&spec(&shuffled)).await) });
        prop_assert_eq!(one, other);
    }
}
