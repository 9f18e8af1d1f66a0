//! What every image promises, whatever its tool: one binary, any user, and help with a secret that cannot be read.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod reproducible;

use integration::{Ended, Init, docker, tools};

const SPEC: &str = "endpoint: nobody-here:5432\nuser: postgres\npassword: {secret: admin}\ntls: disable\n";

#[test]
fn every_image_is_one_static_binary_with_labels_and_a_help() {
    for tool in tools() {
        let image = format!("dayzero/{tool}:dev");
        let inspect = |format: &str| docker(&["inspect", "--format", format, &image]).ok();
        assert_eq!(inspect("{{.Config.User}}").trim(), "65532:65532");
        assert_eq!(inspect("{{len .RootFS.Layers}}").trim(), "1");
        let labels = inspect("{{json .Config.Labels}}");
        for label in ["title", "version", "revision", "source", "licenses"] {
            assert!(labels.contains(&format!("org.opencontainers.image.{label}")), "{labels}");
        }
        let hardened =
            ["run", "--rm", "--network", "none", "--user", "12345:12345", "--read-only", "--cap-drop", "ALL"];
        let help = docker(&[hardened.as_slice(), &[&image, "--help"]].concat()).ok();
        assert!(help.contains(&format!("Usage: {tool}")), "{help}");
    }
}

/// Uncompressed bytes of one image, and of all of them together.
const BUDGET: u64 = 6_000_000;
const BUDGET_OF_ALL: u64 = 22_000_000;

#[test]
fn every_image_is_within_its_budget() {
    let size = |tool: &String| {
        let image = format!("dayzero/{tool}:dev");
        let size = docker(&["image", "inspect", "--format", "{{.Size}}", &image]).ok();
        size.trim().parse::<u64>().unwrap_or_else(|error| panic!("the size of {image} is `{size}`: {error}"))
    };
    let sizes: Vec<(String, u64)> = tools().into_iter().map(|tool| (tool.clone(), size(&tool))).collect();
    assert!(sizes.iter().all(|(_, size)| *size <= BUDGET), "one of {sizes:?} is over {BUDGET} bytes");
    assert!(
        sizes.iter().map(|(_, size)| size).sum::<u64>() <= BUDGET_OF_ALL,
        "{sizes:?}: over {BUDGET_OF_ALL} bytes"
    );
}

fn refused(init: Init) -> Ended {
    let ended = init.network("none").run().expect(78, "failed");
    assert_eq!(ended.report["error"]["kind"], "secret");
    assert!(
        !ended.stdout.contains("canary") && !ended.log.contains("canary"),
        "{}{}",
        ended.stdout,
        ended.log
    );
    ended
}

/// SEC-AUTO-001
#[test]
fn a_secret_that_is_missing_empty_or_binary_is_named_with_the_reason() {
    let init = || Init::new("pg-init", SPEC);
    assert!(refused(init()).error().contains("/run/secrets"));
    assert!(refused(init().secret("admin", "")).error().contains("it is empty"));
    assert!(refused(init().secret("admin", "canary\0")).error().contains("NUL"));
}

#[test]
fn a_secret_that_this_user_may_not_read_comes_with_its_owner_and_what_helps() {
    let ended = refused(Init::new("pg-init", SPEC).secret_with_mode("admin", "canary", 0o600));
    let error = ended.error();
    for part in ["permission denied", "belongs to", "mode 0600", "uid 12345"] {
        assert!(error.contains(part), "no `{part}` in: {error}");
    }
    let remedy = ended.report["error"]["remedy"].as_str().unwrap_or_default();
    for part in ["${UID}:${GID}", "0640", "group_add", "0644", "0700"] {
        assert!(remedy.contains(part), "no `{part}` in: {remedy}");
    }
}
