//! Refusals before the first write on SeaweedFS: names, policies and parts of access keys that it does not take.

use super::{SECRETS, SPEC, run};
use crate::beds::{self, Bed};

const ONE: &str = "buckets: {one: {}}\n";

/// Expects that a plan and a run are refused with these words, and that nothing was written.
fn is_refused(weed: &Bed, spec: &str, words: &str) {
    for command in ["plan", "apply"] {
        let ended = run(weed, spec, &[command], &SECRETS).expect(76, "failed");
        assert!(ended.error().contains(words), "{words}: {}", ended.stdout);
    }
    run(weed, ONE, &["plan"], &[]).expect(3, "drift");
}

#[test]
#[ignore = "is run by: just field s3"]
fn an_api_that_only_reads_or_is_off_is_told() {
    is_refused(&beds::seaweedfs_with(&[]), SPEC, "-s3.iam.readOnly=false");
    let off = beds::seaweedfs_with(&["-s3.iam=false"]);
    is_refused(&off, &format!("server: seaweedfs\n{SPEC}"), "has no IAM API");
    is_refused(&off, SPEC, "has no MinIO admin API");
}

#[test]
#[ignore = "is run by: just field s3"]
fn names_and_parts_that_it_does_not_take_are_told() {
    let weed = beds::seaweedfs_with_iam();
    let secret = "secretKey: {secret: app}";
    let user = |name: &str, more: &str| format!("users: {{{name}: {{{secret}{more}}}}}\n{ONE}");
    for (spec, words) in [
        (user("my-app", ""), "4 to 128 letters and digits"),
        (user("abc", ""), "4 to 128 letters and digits"),
        (
            user("my.app", ", accessKey: myapp, access: [{bucket: one, level: read}]"),
            "policy `dayzero-my.app`",
        ),
        (
            "server: seaweedfs\nbuckets: {one: {quota: 1GiB}}\n".to_owned(),
            "`s3.bucket.quota` of `weed shell`",
        ),
        (format!("accessKeys: {{second1: {{{secret}}}}}\n{ONE}"), "write its `user`"),
        (
            format!("{}accessKeys: {{second1: {{user: myapp, name: short, {secret}}}}}\n", user("myapp", "")),
            "no name, description, policy or end",
        ),
        (format!("groups: {{readers: {{status: disabled}}}}\n{ONE}"), "groups.readers.status"),
    ] {
        is_refused(&weed, &spec, words);
    }
    // The users of its own configuration stay as they are.
    let own = "users: {admin: {accessKey: admin1, secretKey: {secret: app}}, fixed: {accessKey: admin-weed-key, state: absent}}\n";
    let ended = run(&weed, own, &["plan"], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("its own configuration"), "{}", ended.stdout);
    // A policy with what it does not know is made, and never altered.
    let policy = |effect: &str| {
        format!(
            "policies: {{p: {{document: {{Version: \"2012-10-17\", Statement: [{{Effect: {effect}, Action: \"s3:GetObject\", Resource: \"*\"}}]}}}}}}\n"
        )
    };
    run(&weed, &policy("Allow"), &[], &[]).expect(0, "changed");
    let ended = run(&weed, &policy("Deny"), &["plan"], &[]).expect(76, "failed");
    assert!(ended.error().contains("MalformedPolicyDocument"), "{}", ended.stdout);
}
