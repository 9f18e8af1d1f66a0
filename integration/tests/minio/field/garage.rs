//! Garage by its admin API: the first layout, keys with their permissions on buckets, quotas.

mod exported;
mod refusals;

use integration::Ended;

use crate::beds::{self, Bed};

const APP: &str = "GK00000000000000000000000a";
const OTHER: &str = "GK00000000000000000000000b";
const SECRETS: [(&str, &str); 2] = [("app", "canary-app-0123456789"), ("other", "canary-other-0123456789")];
/// Two buckets, and two keys.
const SPEC: &str = r#"
users:
  app: {accessKey: GK00000000000000000000000a, secretKey: {secret: app}, access: [{bucket: one, level: write}, {bucket: two, level: read}]}
  other: {accessKey: GK00000000000000000000000b, secretKey: {secret: other}, access: [{bucket: two, level: owner}]}
buckets:
  one: {quota: 1GiB, lifecycle: [{id: old, prefix: tmp/, expireDays: 9}]}
  two: {cors: [{allowedOrigins: ["https://app.example"], allowedMethods: [GET]}]}
"#;

fn run(garage: &Bed, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
    let ended = garage.run_with(spec, args, secrets);
    assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    ended
}

/// The exit of a plan of a key for a bucket: 0 for one that it may read, 4 for one of somebody else, 76 or 77 for a
/// secret key that is not its own.
fn plan_as(garage: &Bed, key: &str, secret: &str, bucket: &str) -> i32 {
    let spec = format!(
        "credentials: {{accessKey: {key}, secretKey: {{secret: its}}}}\nbuckets: {{{bucket}: {{}}}}\n"
    );
    garage.as_account(&spec, ("its", secret)).exit
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn a_fresh_garage_gets_its_layout_its_keys_and_its_buckets() {
    let garage = beds::fresh_garage();
    let planned = run(&garage, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    let ended = run(&garage, SPEC, &["apply", "--log", "trace"], &SECRETS).expect(0, "changed");
    assert_eq!(planned.operations(), ended.operations());
    let mut operations = ended.operations();
    operations.dedup();
    assert_eq!(
        operations,
        [
            "assign_layout",
            "import_key",
            "create_bucket",
            "allow_key",
            "set_quota",
            "set_lifecycle",
            "set_cors"
        ]
    );
    run(&garage, SPEC, &[], &SECRETS).expect(0, "unchanged");
    run(&garage, SPEC, &["plan"], &SECRETS).expect(0, "unchanged");
    run(&garage, SPEC, &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
    for (key, (_, secret), bucket, exit) in
        [(APP, SECRETS[0], "one", 0), (APP, SECRETS[0], "two", 0), (OTHER, SECRETS[1], "one", 4)]
    {
        assert_eq!(plan_as(&garage, key, secret, bucket), exit, "{key} {bucket}");
    }
    // Nothing of a layout that exists is altered.
    let other = garage.head_with("capacity: 1GB", "capacity: 2GB, zone: elsewhere");
    garage.whole(&format!("{other}{SPEC}"), &SECRETS).expect(0, "unchanged");
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn what_drifts_is_set_again_and_what_is_left_out_is_taken_away() {
    let garage = beds::fresh_garage();
    run(&garage, SPEC, &[], &SECRETS).expect(0, "changed");
    // A key is removed, permissions are given and taken away, and a quota is lost.
    for command in [
        "bucket deny one --key GK00000000000000000000000a --write",
        "bucket allow two --key GK00000000000000000000000a --owner",
        "bucket create three",
        "bucket allow three --key GK00000000000000000000000b --read",
        "bucket set-quotas one --max-size 5MB --max-objects 7",
    ] {
        garage.exec(&format!("garage {command}"));
    }
    run(&garage, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    let ended = run(&garage, SPEC, &[], &SECRETS).expect(0, "changed");
    assert_eq!(
        ended.changes(),
        [
            "allow_key one: applied",
            "deny_key three: applied",
            "deny_key two: applied",
            "set_quota one: applied"
        ]
    );
    run(&garage, SPEC, &[], &SECRETS).expect(0, "unchanged");
    let info = garage.exec("garage bucket info one");
    assert!(info.to_lowercase().contains("maximum number of objects") && info.contains('7'), "{info}");
    // `access: []` takes everything away, and without `access` everything is left.
    let nothing =
        "users: {app: {accessKey: GK00000000000000000000000a, secretKey: {secret: app}, access: []}}\n";
    let ended = run(&garage, nothing, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.operations(), ["deny_key", "deny_key"]);
    let left = "users: {other: {accessKey: GK00000000000000000000000b, secretKey: {secret: other}}}\n";
    run(&garage, left, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(plan_as(&garage, APP, SECRETS[0].1, "one"), 4);
    assert_eq!(plan_as(&garage, OTHER, SECRETS[1].1, "two"), 0);
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn a_secret_key_is_rotated_by_a_new_key() {
    let garage = beds::fresh_garage();
    let names = [("first", APP), ("second", OTHER)];
    let secrets = [names[0], names[1], SECRETS[0], SECRETS[1]];
    let one = "users: {app: {accessKey: {secret: first}, secretKey: {secret: app}, access: [{bucket: one, level: write}]}}\nbuckets: {one: {}}\n";
    run(&garage, one, &[], &secrets).expect(0, "changed");
    let other = [names[0], ("app", "canary-again-0123456789")];
    let ended = run(&garage, one, &[], &other).expect(4, "conflict");
    assert!(ended.stdout.contains("Garage changes no secret key"), "{}", ended.stdout);
    assert!(!ended.stdout.contains(APP), "{}", ended.stdout);
    let both = "users:\n  app: {accessKey: {secret: second}, secretKey: {secret: other}, access: [{bucket: one, level: write}]}\n  former: {accessKey: {secret: first}, state: absent}\nbuckets: {one: {}}\n";
    let ended = run(&garage, both, &[], &secrets).expect(0, "changed");
    assert_eq!(ended.operations(), ["import_key", "allow_key", "delete_key"]);
    run(&garage, both, &[], &secrets).expect(0, "unchanged");
    assert_eq!(plan_as(&garage, OTHER, SECRETS[1].1, "one"), 0);
    assert_ne!(plan_as(&garage, APP, SECRETS[0].1, "one"), 0);
    // Garage never takes the name of a key that was removed.
    let ended = run(&garage, one, &[], &secrets).expect(76, "failed");
    assert!(ended.stdout.contains("openssl rand -hex 12"), "{}", ended.stdout);
}

/// A bucket that was made by S3 has its name for the account alone.
#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn a_bucket_that_was_made_by_s3_gets_a_name_for_all() {
    let garage = beds::garage_with_admin(&["server", "--single-node", "--default-access-key"]);
    let bare = garage.head_without_admin();
    garage.whole(&format!("{bare}buckets: {{one: {{}}}}\n"), &[]).expect(0, "changed");
    let spec = "users: {app: {accessKey: GK00000000000000000000000a, secretKey: {secret: app}, access: [{bucket: one, level: read}]}}\nbuckets: {one: {quota: 1GB}}\n";
    let ended = run(&garage, spec, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.operations(), ["import_key", "add_alias", "allow_key", "set_quota"]);
    run(&garage, spec, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(plan_as(&garage, APP, SECRETS[0].1, "one"), 0);
}
