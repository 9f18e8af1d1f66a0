//! `describe` of whole specs, from their text.

use init_core::Command;
use proptest::prelude::*;

use crate::support::report;

async fn described(spec: &str) -> String {
    let report = serde_json::to_value(report(Command::Describe, spec).await).unwrap();
    assert_eq!(report["outcome"], "described");
    serde_json::to_string_pretty(&report["changes"]).unwrap()
}

#[tokio::test]
async fn the_baseline() {
    insta::assert_snapshot!(described(include_str!("fixtures/baseline.yaml")).await);
}

#[tokio::test]
async fn every_field_of_a_topic() {
    insta::assert_snapshot!(described(include_str!("fixtures/topics.yaml")).await);
}

#[tokio::test]
async fn every_kind_of_thing() {
    insta::assert_snapshot!(described(include_str!("fixtures/full.yaml")).await);
}

#[tokio::test]
async fn no_topics_at_all() {
    assert_eq!(
        described("bootstrap: [kafka:9092]").await,
        described("{bootstrap: [kafka:9092], topics: {}}").await
    );
}

proptest! {
    #[test]
    fn the_order_of_the_keys_does_not_matter(
        (lines, shuffled) in Just((0..12).collect::<Vec<u8>>()).prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))
    ) {
        let spec = |order: &[u8]| order.iter().fold("bootstrap: [kafka:9092]\ntopics:\n".to_owned(), |spec, n| {
            spec + &format!("  topic-{n}: {{partitions: {}, config: {{retention.ms: {n}}}}}\n", n + 1)
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (straight, other) = runtime.block_on(async { (described(&spec(&lines)).await, described(&spec(&shuffled)).await) });
        prop_assert_eq!(straight, other);
    }
}
