//! Ceph's gateway by its admin ops API: users with their keys, the owners and quotas of buckets.

mod policies;
mod refusals;

use integration::Ended;

use crate::beds::{self, Bed};

const SECRETS: [(&str, &str); 3] =
    [("app", "canary-app-5ecret"), ("other", "canary-other-5ecret"), ("ci", "canary-ci-5ecret")];
/// Two users, a further key of the first, and a bucket of each.
const SPEC: &str = r"
users:
  app: {secretKey: {secret: app}, access: [{bucket: one, level: owner}]}
  other: {accessKey: OTHERKEY, secretKey: {secret: other}, status: enabled, access: [{bucket: two, level: owner}]}
accessKeys:
  app-ci: {user: app, secretKey: {secret: ci}}
  own-ci: {secretKey: {secret: ci}}
buckets:
  one: {quota: 1GiB, versioning: enabled, lifecycle: [{id: old, prefix: tmp/, expireDays: 9}]}
  two: {tags: {team: a}}
";

fn run(ceph: &Bed, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
    let ended = ceph.run_with(spec, args, secrets);
    assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    ended
}

/// The exit of a plan of a key for a bucket: 0 for its own one, 4 for one of somebody else, 77 for a key that is
/// refused.
fn plan_as(ceph: &Bed, key: &str, secret: &str, bucket: &str) -> i32 {
    let spec = format!(
        "credentials: {{accessKey: {key}, secretKey: {{secret: its}}}}\nbuckets: {{{bucket}: {{}}}}\n"
    );
    ceph.as_account(&spec, ("its", secret)).exit
}

fn admin(ceph: &Bed, command: &str) -> String {
    ceph.exec(&format!("radosgw-admin --name client.rgw {command}"))
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn users_get_their_keys_and_own_the_buckets_that_the_spec_gives_them() {
    let ceph = beds::ceph();
    let planned = run(&ceph, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    let ended = run(&ceph, SPEC, &["apply", "--log", "trace"], &SECRETS).expect(0, "changed");
    assert_eq!(planned.operations(), ended.operations());
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "unchanged");
    run(&ceph, SPEC, &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
    for (key, secret, bucket, exit) in [
        ("app", SECRETS[0].1, "one", 0),
        ("app", SECRETS[0].1, "two", 4),
        ("app-ci", SECRETS[2].1, "one", 0),
        ("OTHERKEY", SECRETS[1].1, "two", 0),
        ("own-ci", SECRETS[2].1, "one", 0),
        ("app", "another-5ecret", "one", 77),
    ] {
        assert_eq!(plan_as(&ceph, key, secret, bucket), exit, "{key} {bucket}");
    }
    // The uid is the label, and the gateway's own log has no secret key, which it would have of a query.
    assert!(admin(&ceph, "user info --uid=other").contains("OTHERKEY"));
    let log = ceph.log();
    assert!(log.contains("PUT /admin/user?uid=app") && !log.contains("canary-app"), "{log}");
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn what_drifts_is_set_again_and_what_the_spec_does_not_name_is_left() {
    let ceph = beds::ceph();
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    for command in [
        "user create --uid=byhand --display-name=hand --access-key=byhand --secret=hand-5ecret",
        "key create --uid=app --access-key=third --secret=third-5ecret",
        "user suspend --uid=other",
        "key create --uid=app --access-key=app --secret=altered-5ecret",
        "key rm --uid=app --access-key=app-ci",
        "bucket link --bucket=one --uid=byhand",
        "quota set --quota-scope=bucket --bucket=one --max-size=5M --max-objects=7",
    ] {
        admin(&ceph, command);
    }
    let ended = run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    assert_eq!(
        ended.changes(),
        [
            "alter_user OTHERKEY: applied",
            "alter_user app: applied",
            "create_access_key app-ci: applied",
            "set_owner one: applied",
            "set_quota one: applied"
        ]
    );
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(plan_as(&ceph, "third", "third-5ecret", "one"), 0);
    assert_eq!(plan_as(&ceph, "byhand", "hand-5ecret", "three"), 3);
    assert!(admin(&ceph, "bucket stats --bucket=one").contains("\"max_objects\": 7"));
    // A rotated secret key is set once, and the former one is refused.
    let rotated = [("app", "canary-app-again"), SECRETS[1], SECRETS[2]];
    let ended = run(&ceph, SPEC, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user app: applied"]);
    run(&ceph, SPEC, &[], &rotated).expect(0, "unchanged");
    assert_eq!(plan_as(&ceph, "app", SECRETS[0].1, "one"), 77);
    assert_eq!(plan_as(&ceph, "app", rotated[0].1, "one"), 0);
    assert_eq!(plan_as(&ceph, "third", "third-5ecret", "one"), 0);
    // A disabled user stays so, and its secret key is compared all the same.
    let disabled = SPEC.replace("status: enabled", "status: disabled");
    run(&ceph, &disabled, &[], &rotated).expect(0, "changed");
    run(&ceph, &disabled, &[], &rotated).expect(0, "unchanged");
    assert_eq!(plan_as(&ceph, "OTHERKEY", SECRETS[1].1, "two"), 77);
    let without = SPEC.replace("status: enabled, ", "");
    run(&ceph, &without, &[], &rotated).expect(0, "unchanged");
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn users_and_keys_are_taken_away_and_an_export_changes_nothing() {
    let ceph = beds::ceph();
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    admin(&ceph, "quota set --quota-scope=bucket --bucket=one --max-size=1G --max-objects=7");
    let export = run(&ceph, "server: ceph\n", &["export"], &[]);
    assert!(export.stdout.contains("buckets.one: its limit of the number of objects"), "{}", export.stdout);
    for part in ["accessKey: OTHERKEY", "level: owner", "app-ci:", "own-ci:"] {
        assert!(export.stdout.contains(part), "{part}: {}", export.stdout);
    }
    let ended = run(&ceph, "users: {app: {state: absent}}\n", &["plan"], &[]).expect(4, "conflict");
    assert!(ended.stdout.contains("this one owns one"), "{}", ended.stdout);
    let moved = "users: {other: {accessKey: OTHERKEY, secretKey: {secret: other}, access: [{bucket: one, level: owner}, {bucket: two, level: owner}]}}\n";
    let ended = run(&ceph, moved, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["set_owner one: applied"]);
    assert_eq!(plan_as(&ceph, "app", SECRETS[0].1, "one"), 4);
    let absent = "users: {app: {state: absent}}\naccessKeys: {own-ci: {state: absent}}\n";
    let ended = run(&ceph, absent, &[], &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["remove_access_key own-ci: applied", "remove_user app: applied"]);
    run(&ceph, absent, &[], &[]).expect(0, "unchanged");
    for key in ["app", "app-ci", "own-ci"] {
        assert_eq!(plan_as(&ceph, key, SECRETS[2].1, "one"), 77, "{key}");
    }
    // A quota is taken away by 0, and everything is there again afterwards.
    run(&ceph, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "unchanged");
}
