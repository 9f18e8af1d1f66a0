//! Tests of validation: all violations of a spec are reported at once, each with its place.

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

#[tokio::test]
async fn violations_of_nodes_are_listed() {
    insta::assert_snapshot!(refused(include_str!("fixtures/nodes.yaml")).await);
}

#[tokio::test]
async fn violations_of_sentinels_are_listed() {
    insta::assert_snapshot!(refused(include_str!("fixtures/sentinels.yaml")).await);
}

#[tokio::test]
async fn violations_of_users_are_listed() {
    insta::assert_snapshot!(refused(include_str!("fixtures/users.yaml")).await);
}

#[tokio::test]
async fn violations_of_parameters_files_and_certificates_are_listed() {
    insta::assert_snapshot!(refused(include_str!("fixtures/config.yaml")).await);
}

#[tokio::test]
async fn violations_of_modes_are_listed() {
    let mut shown = String::new();
    for spec in [
        "{mode: cluster, nodes: [a:1, b:1, c:1, d:1], replicasPerPrimary: 2}",
        "{mode: cluster, nodes: [a:1, b:1, c:1, d:1], replicasPerPrimary: 1}",
        "{mode: cluster, nodes: []}",
        "{mode: standalone, nodes: [a:1, b:1], announceHostnames: true}",
        "{mode: replication, nodes: [a:1], replicasPerPrimary: 1}",
        "{mode: sentinel, nodes: [a:1]}",
        "{mode: replication, nodes: [a:1, b:1], rebalance: true, forget: [c:1]}",
        "{mode: cluster, nodes: [a:1, {endpoint: 'b:1', drain: true}], rebalance: true, forget: [a:1, 10.0.0.1:1, abc]}",
        "{mode: cluster, nodes: [{endpoint: 'a:1', drain: true}]}",
        "{mode: replication, nodes: [a:1, b:1], sentinels: {nodes: [c:1], monitor: main}}",
        "{mode: cluster, nodes: [{endpoint: 'a:1', replicas: 5}], replicasPerPrimary: 1, announceHostnames: true}",
        "{mode: replication, nodes: [{endpoint: 'a:1', replicas: 2}, {endpoint: 'b:1', replicas: 0}]}",
        "{mode: sentinel, nodes: [a:1, {endpoint: 'b:1', replicas: 2}], sentinels: {nodes: [c:1], monitor: main}}",
        "{mode: standalone, nodes: [{endpoint: 'a:1', replicas: 2}]}",
        "{mode: standalone, nodes: [a:1], user: admin}",
        "{mode: standalone, nodes: [a:1], password: hunter2}",
    ] {
        writeln!(shown, "{spec}\n{}", refused(spec).await).unwrap();
    }
    insta::assert_snapshot!(shown);
}

/// A PEM file that contains no certificate is a violation, because otherwise each handshake would fail.
#[tokio::test]
async fn a_pem_file_around_garbage_is_no_certificate() {
    let garbage = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/offline/fixtures/garbage.pem");
    for key in ["ca", "certificate"] {
        let own = if key == "certificate" { ", key: {secret: k}" } else { "" };
        let spec = format!("{{mode: standalone, nodes: [a:1], tls: {{{key}: {{file: {garbage}}}{own}}}}}");
        let refused = refused(&spec).await;
        assert!(refused.starts_with("exit 65") && refused.contains(&format!("tls.{key}")), "{refused}");
    }
}

#[tokio::test]
async fn tls_without_any_key_trusts_the_public_authorities() {
    let valid = report(Command::Validate, "{mode: standalone, nodes: [a:1], tls: {}}").await;
    assert_eq!(serde_json::to_value(valid).unwrap()["outcome"], "valid");
}
