//! Promises of every image, whatever its tool: one binary, any user, and help with a secret that cannot be read.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod dockerfile;
mod gate;
mod hooks;
mod layout;
mod limits;
mod release;
mod reproducible;
mod sizes;
mod versions;

use integration::{Ended, Init, docker, image, tools};

const SPEC: &str = "endpoint: nobody-here:5432\nuser: postgres\npassword: {secret: admin}\ntls: disable\n";

#[test]
fn every_image_is_one_static_binary_with_labels_and_a_help() {
    for tool in tools() {
        let image = image(&tool);
        let inspect = |format: &str| docker(&["inspect", "--format", format, &image]).ok();
        assert_eq!(inspect("{{.Config.User}}").trim(), "65532:65532");
        assert_eq!(inspect("{{len .RootFS.Layers}}").trim(), "1");
        let labels = inspect("{{json .Config.Labels}}");
        for label in ["title", "description", "version", "revision", "licenses"] {
            assert!(labels.contains(&format!("org.opencontainers.image.{label}")), "{labels}");
        }
        let hardened =
            ["run", "--rm", "--network", "none", "--user", "12345:12345", "--read-only", "--cap-drop", "ALL"];
        let help = docker(&[hardened.as_slice(), &[&image, "--help"]].concat()).ok();
        assert!(help.contains(&format!("Usage: {tool}")), "{help}");
    }
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
    for part in [
        "${UID}:${GID}",
        "0640",
        "group_add",
        "0644",
        "0700",
        "--secret NAME,uid=65532,mode=0400",
        "fsGroup: 65532",
        "defaultMode: 0440",
    ] {
        assert!(remedy.contains(part), "no `{part}` in: {remedy}");
    }
}
