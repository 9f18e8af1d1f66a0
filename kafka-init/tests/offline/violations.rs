//! The violations of a spec, all reported at once, each with its path.

use std::fmt::Write as _;

use init_core::Command;

use crate::support::report;

async fn refused(spec: &str) -> String {
    let report = serde_json::to_value(report(Command::Validate, spec).await).unwrap();
    let error = &report["error"];
    let mut shown = format!("exit {}: {}\n", error["exit"], error["message"].as_str().unwrap_or_default());
    for violation in error["violations"].as_array().into_iter().flatten() {
        let text = |key: &str| violation[key].as_str().unwrap_or_default().to_owned();
        let (line, column) = (&violation["line"], &violation["column"]);
        writeln!(shown, "{line}:{column} {}: {}", text("at"), text("problem")).unwrap();
    }
    shown
}

macro_rules! refused {
    ($($name:ident: $file:literal,)*) => {$(
        #[tokio::test]
        async fn $name() {
            insta::assert_snapshot!(refused(include_str!(concat!("fixtures/", $file))).await);
        }
    )*};
}

refused! {
    every_endpoint_that_is_none_is_listed: "endpoints.yaml",
    every_count_that_is_none_is_listed: "counts.yaml",
    every_assignment_that_is_none_is_listed: "assignment.yaml",
    every_topic_name_that_is_none_is_listed: "names.yaml",
    every_config_that_has_no_value_is_listed: "configs.yaml",
    every_problem_with_certificates_is_listed: "security.yaml",
    every_key_that_oauthbearer_does_not_take_is_listed: "sasl.yaml",
    every_key_that_an_iam_login_does_not_take_is_listed: "sasl-iam.yaml",
    every_key_that_a_password_login_does_not_take_is_listed: "sasl-password.yaml",
    every_user_that_cannot_be_is_listed: "users.yaml",
    every_acl_that_means_nothing_is_listed: "acls.yaml",
    every_quota_that_is_none_is_listed: "quotas.yaml",
    every_throttle_that_cannot_be_is_listed: "throttle.yaml",
    more_copies_in_sync_than_there_are_is_a_violation_where_it_is_said: "min-insync.yaml",
}

#[tokio::test]
async fn a_key_that_is_not_known_is_named_with_its_place() {
    insta::assert_snapshot!(refused("bootstrap: [kafka:9092]\ntopics:\n  a: {partition: 3}\n").await, @r#"
    exit 65: the spec is not valid in 1 place
    3:7 topics.a.partition: unknown key `partition`: did you mean `partitions`? Known here: partitions, replicationFactor, config, assignment, reassign, defaults
    "#);
}

#[tokio::test]
async fn a_key_given_twice_is_named_with_its_place() {
    insta::assert_snapshot!(refused("bootstrap: [kafka:9092]\ntopics:\n  a: {}\n  a: {}\n").await, @r#"
    exit 65: the spec is not valid in 1 place
    4:3 topics.a: the key `a` is there twice
    "#);
}

#[tokio::test]
async fn a_value_of_another_type_is_named_with_its_place() {
    let specs = [
        "bootstrap: kafka:9092",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {partitions: three}\n",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {partitions: '3'}\n",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {config: {retention.ms: {days: 7}}}\n",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {config: {cleanup.policy: [[delete]]}}\n",
        "bootstrap: [kafka:9092]\ntopics: [a, b]\n",
        "bootstrap: [kafka:9092]\nreassign: 50MiB\n",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {reassign: {throttle: 5MiB, rate: 2}}\n",
        "topics: {}",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {partitions: .inf}\n",
        "bootstrap: [kafka:9092]\ntopics:\n  a: {config: {min.cleanable.dirty.ratio: .nan}}\n",
    ];
    let mut shown = String::new();
    for spec in specs {
        shown += &refused(spec).await;
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn a_topic_with_nothing_after_its_name_is_one_with_the_defaults() {
    assert_eq!(refused("bootstrap: [kafka:9092]\ntopics:\n  a:\n").await, "exit null: \n");
}
