//! Users of Versity's gateway, which own buckets and have no policies.

use std::time::Duration;

use integration::{Ended, eventually};

use crate::beds::{self, Bed};

const SECRETS: [(&str, &str); 2] = [("app", "canary-app-5ecret"), ("other", "canary-other-5ecret")];
const ONE: &str = "{bucket: one, level: owner}";
const TWO: &str = "{bucket: two, level: owner}";

fn run(gateway: &Bed, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
    let ended = gateway.run_with(spec, args, secrets);
    assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    ended
}

/// Two users, each with the buckets that it owns.
fn owned(app: &str, other: &str) -> String {
    format!(
        "users:\n  app: {{secretKey: {{secret: app}}, access: [{app}]}}\n  other: {{secretKey: {{secret: other}}, access: [{other}]}}\n\
         buckets: {{one: {{}}, two: {{}}}}\n"
    )
}

/// The exit of a plan of a user for a bucket: 0 for its own one, 4 for one of somebody else, 77 for a wrong secret key.
fn plan_as(gateway: &Bed, (key, secret): (&str, &str), bucket: &str) -> i32 {
    let spec = format!(
        "credentials: {{accessKey: {key}, secretKey: {{secret: its}}}}\nbuckets: {{{bucket}: {{}}}}\n"
    );
    gateway.as_account(&spec, ("its", secret)).exit
}

/// An account is refused. The gateway has accounts in its memory for some seconds, and may have one that it removed.
fn is_refused(gateway: &Bed, account: (&str, &str)) {
    eventually("the account is refused", Duration::from_secs(60), || plan_as(gateway, account, "one") == 77);
}

#[test]
fn users_own_the_buckets_that_the_spec_gives_them() {
    let gateway = beds::versitygw();
    run(&gateway, &owned(ONE, TWO), &["plan"], &SECRETS).expect(3, "drift");
    run(&gateway, &owned(ONE, TWO), &[], &SECRETS).expect(0, "changed");
    run(&gateway, &owned(ONE, TWO), &[], &SECRETS).expect(0, "unchanged");
    run(&gateway, &owned(ONE, TWO), &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
    assert_eq!(plan_as(&gateway, SECRETS[0], "one"), 0);
    assert_eq!(plan_as(&gateway, SECRETS[0], "two"), 4);
    // A rotated secret key is set once, and the former one is refused.
    let rotated = [("app", "canary-app-again"), SECRETS[1]];
    let ended = run(&gateway, &owned(ONE, TWO), &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user app: applied"]);
    run(&gateway, &owned(ONE, TWO), &[], &rotated).expect(0, "unchanged");
    is_refused(&gateway, SECRETS[0]);
    assert_eq!(plan_as(&gateway, rotated[0], "one"), 0);
    // A bucket changes its owner, and a user that is removed leaves its buckets where they are.
    let both = owned("", &format!("{ONE}, {TWO}"));
    let ended = run(&gateway, &both, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["set_owner one: applied"]);
    assert_eq!(plan_as(&gateway, rotated[0], "one"), 4);
    let without = "users: {app: {state: absent}}\nbuckets: {one: {}, two: {}}\n";
    let ended = run(&gateway, without, &[], &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["remove_user app: applied"]);
    run(&gateway, without, &[], &[]).expect(0, "unchanged");
    is_refused(&gateway, rotated[0]);
    // The export of the gateway changes nothing there.
    let export = run(&gateway, "server: versitygw\n", &["export"], &[]);
    assert!(export.stdout.contains("level: owner") && !export.stdout.contains("app:"), "{}", export.stdout);
    // A user that somebody removed is made again.
    run(&gateway, &both, &[], &rotated).expect(0, "changed");
    run(&gateway, &both, &[], &rotated).expect(0, "unchanged");
}

/// The gateway removes the policy of a bucket whose owner changes.
#[test]
fn a_bucket_keeps_its_policy_when_it_changes_its_owner() {
    let gateway = beds::versitygw();
    let open = |spec: &str| spec.replace("one: {}", "one: {anonymous: download}");
    run(&gateway, &open(&owned(ONE, TWO)), &[], &SECRETS).expect(0, "changed");
    let both = owned("", &format!("{ONE}, {TWO}"));
    let ended = run(&gateway, &both, &[], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("declare it in `buckets.one.policy`"), "{}", ended.stdout);
    run(&gateway, &open(&owned(ONE, TWO)), &[], &SECRETS).expect(0, "unchanged");
    let ended = run(&gateway, &open(&both), &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["set_owner one: applied", "set_bucket_policy one: applied"]);
    run(&gateway, &open(&both), &[], &SECRETS).expect(0, "unchanged");
}

#[test]
fn what_the_gateway_does_not_have_of_accounts_is_told_before_anything_is_written() {
    let gateway = beds::versitygw();
    let app = "users: {app: {secretKey: {secret: app}";
    for (spec, at) in [
        (format!("{app}, access: [{{bucket: one, level: read}}]}}}}"), "users.app.access, bucket one"),
        (format!("{app}, policies: [readwrite]}}}}"), "users.app.policies"),
        (format!("{app}, status: disabled}}}}"), "users.app.status"),
        (format!("{app}}}}}\ngroups: {{team: {{members: [app]}}}}"), "groups.team"),
        (format!("{app}}}}}\naccessKeys: {{app-ci: {{state: absent}}}}"), "accessKeys.app-ci"),
    ] {
        for command in ["plan", "apply"] {
            let ended = run(&gateway, &format!("{spec}\nbuckets: {{one: {{}}}}\n"), &[command], &SECRETS);
            let ended = ended.expect(76, "failed");
            assert!(ended.error().contains(at), "{spec}: {}", ended.stdout);
            run(&gateway, "buckets: {one: {}}\n", &["plan"], &[]).expect(3, "drift");
        }
    }
    let ended = run(&gateway, &owned(ONE, ONE), &[], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("a bucket has one owner on this server"), "{}", ended.stdout);
    let nowhere = owned(ONE, "{bucket: nowhere, level: owner}");
    let ended = run(&gateway, &nowhere, &[], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("neither declared here nor on the server"), "{}", ended.stdout);
}

#[test]
fn accounts_of_the_gateway_need_a_place_and_an_administrator() {
    let alone = beds::single_user_versitygw();
    let ended = run(&alone, &owned(ONE, TWO), &["plan"], &SECRETS).expect(76, "failed");
    assert!(ended.error().contains("start it with --iam-dir"), "{}", ended.stdout);
    // A user that is no administrator is refused by the gateway, and root is no user of a spec.
    let gateway = beds::versitygw();
    run(&gateway, &owned(ONE, TWO), &[], &SECRETS).expect(0, "changed");
    let as_app =
        "credentials: {accessKey: app, secretKey: {secret: app}}\nusers: {new: {secretKey: {secret: app}}}\n";
    let ended = gateway.as_account(as_app, SECRETS[0]).expect(77, "failed");
    let remedy = ended.report["error"]["remedy"].as_str().unwrap_or_default();
    assert!(remedy.contains("as root of the gateway, or as a user of the role admin"), "{}", ended.stdout);
}
