//! SeaweedFS by the IAM API at its S3 endpoint: users with their secret keys, levels of access, policies, groups and
//! access keys.

mod refusals;

use std::time::Duration;

use integration::{Ended, eventually};

use crate::beds::{self, Bed};

const APP: (&str, &str) = ("app1", "canary-app-0123456789");
const OTHER: (&str, &str) = ("other1", "canary-other+/=& 0123456789");
const SECRETS: [(&str, &str); 2] = [("app", APP.1), ("other", OTHER.1)];
/// Two users with levels of access.
const SPEC: &str = "
users:
  app: {accessKey: app1, secretKey: {secret: app}, access: [{bucket: one, level: write}, {bucket: two, level: read}]}
  other: {accessKey: other1, secretKey: {secret: other}, access: [{bucket: two, level: owner}]}
buckets: {one: {}, two: {}, three: {}}
";

fn run(weed: &Bed, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
    let ended = weed.run_with(spec, args, secrets);
    assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    ended
}

const NOTHING: [u16; 4] = [403; 4];
const READ: [u16; 4] = [200, 200, 403, 403];
const WRITE: [u16; 4] = [200, 200, 200, 403];
const OWNER: [u16; 4] = [200; 4];

/// A server with the spec, and an object in each bucket.
fn provisioned() -> Bed {
    let weed = beds::seaweedfs_with_iam();
    let planned = run(&weed, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    let ended = run(&weed, SPEC, &["apply", "--log", "trace"], &SECRETS).expect(0, "changed");
    assert_eq!(planned.operations(), ended.operations());
    for bucket in ["one", "two", "three"] {
        assert_eq!(weed.signed(weed.account(), "PUT", &format!("/{bucket}/there")), 200);
    }
    weed
}

#[test]
#[ignore = "is run by: just field s3"]
fn users_may_with_each_bucket_what_their_level_says() {
    let weed = provisioned();
    run(&weed, SPEC, &[], &SECRETS).expect(0, "unchanged");
    run(&weed, SPEC, &["plan"], &SECRETS).expect(0, "unchanged");
    run(&weed, SPEC, &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
    for (account, bucket, answers) in [
        (APP, "one", WRITE),
        (APP, "two", READ),
        (APP, "three", NOTHING),
        (OTHER, "one", NOTHING),
        (OTHER, "two", OWNER),
    ] {
        assert_eq!(weed.tried(account, bucket), answers, "{account:?} {bucket}");
    }
    // Uploads in parts are listed, no bucket is made, and no user is read.
    assert_eq!(weed.signed(APP, "GET", "/one?uploads="), 200);
    assert_eq!(weed.signed(APP, "DELETE", "/one/put-by-app1"), 204);
    assert_eq!(weed.signed(OTHER, "PUT", "/four"), 403);
    // Other levels are one change of one policy, and no level takes it away.
    let other =
        SPEC.replace("one, level: write", "one, level: read").replace(", {bucket: two, level: read}", "");
    let ended = run(&weed, &other, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_policy dayzero-app: applied"]);
    run(&weed, &other, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!([weed.tried(APP, "one"), weed.tried(APP, "two")], [READ, NOTHING]);
    let ended = run(&weed, SPEC, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_policy dayzero-app: applied"]);
    assert_eq!(weed.tried(APP, "one"), WRITE);
    let none = "users: {app: {accessKey: app1, secretKey: {secret: app}, access: []}}\n";
    let ended = run(&weed, none, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["detach_policies app1: applied"]);
    run(&weed, none, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(weed.tried(APP, "one"), NOTHING);
}

#[test]
#[ignore = "is run by: just field s3"]
fn what_drifts_is_set_again_and_survives_a_restart() {
    let weed = provisioned();
    // A user by hand, whom the spec does not name.
    weed.iam("Action=CreateUser&UserName=byhand");
    weed.iam("Action=CreateAccessKey&UserName=byhand&AccessKeyId=byhand1&SecretAccessKey=byhand-5ecret");
    for (by_hand, change) in [
        ("Action=DeleteAccessKey&UserName=app1&AccessKeyId=app1", "alter_user app1: applied"),
        (
            "Action=DetachUserPolicy&UserName=app1&PolicyArn=arn:aws:iam:::policy/dayzero-app",
            "attach_policies app1: applied",
        ),
        ("Action=DeleteUser&UserName=other1", "create_user other1: applied"),
    ] {
        let answer = weed.iam(by_hand);
        assert!(!answer.contains("<Error>"), "{answer}");
        run(&weed, SPEC, &["plan"], &SECRETS).expect(3, "drift");
        let ended = run(&weed, SPEC, &[], &SECRETS).expect(0, "changed");
        assert_eq!(ended.changes().first().map(String::as_str), Some(change), "{by_hand}");
        run(&weed, SPEC, &[], &SECRETS).expect(0, "unchanged");
    }
    // A policy that is another.
    let other = "Action=CreatePolicyVersion&SetAsDefault=true&PolicyArn=arn:aws:iam:::policy/dayzero-other&PolicyDocument=\
                 {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"*\"}]}";
    assert!(weed.iam(other).contains("CreatePolicyVersionResult"));
    assert_eq!(weed.tried(OTHER, "one"), [403, 200, 403, 403]);
    let ended = run(&weed, SPEC, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_policy dayzero-other: applied"]);
    assert_eq!(weed.tried(OTHER, "one"), NOTHING);
    weed.restart();
    run(&weed, SPEC, &[], &SECRETS).expect(0, "unchanged");
    // Objects are there some seconds after their server listens.
    let reads =
        || weed.signed(APP, "GET", "/one/there") == 200 && weed.signed(APP, "PUT", "/one/again") == 200;
    eventually("objects are there", Duration::from_secs(60), reads);
    assert_eq!([weed.tried(APP, "one"), weed.tried(OTHER, "two")], [WRITE, OWNER]);
    assert_eq!(weed.signed(("byhand1", "byhand-5ecret"), "GET", "/one"), 403);
    assert!(weed.iam("Action=ListAccessKeys&UserName=byhand").contains("<AccessKeyId>byhand1<"));
}

#[test]
#[ignore = "is run by: just field s3"]
fn a_secret_key_is_rotated_and_a_user_is_disabled_and_removed() {
    let weed = provisioned();
    let rotated = [("app", "canary-again-0123456789"), SECRETS[1]];
    let again = (APP.0, rotated[0].1);
    let ended = run(&weed, SPEC, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user app1: applied"]);
    run(&weed, SPEC, &[], &rotated).expect(0, "unchanged");
    assert_eq!([weed.tried(APP, "one"), weed.tried(again, "one")], [NOTHING, WRITE]);
    // A disabled user keeps its policies, and a new one can do nothing at any time.
    let status =
        |status: &str| SPEC.replace("{accessKey: app1,", &format!("{{accessKey: app1, status: {status},"));
    let ended = run(&weed, &status("disabled"), &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["disable_user app1: applied"]);
    run(&weed, &status("disabled"), &[], &rotated).expect(0, "unchanged");
    run(&weed, &status("disabled"), &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
    run(&weed, SPEC, &[], &rotated).expect(0, "unchanged");
    assert_eq!(weed.tried(again, "one"), NOTHING);
    let ended = run(&weed, &status("enabled"), &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user app1: applied"]);
    assert_eq!(weed.tried(again, "one"), WRITE);
    // An access key that somebody has deactivated.
    weed.iam("Action=UpdateAccessKey&UserName=app1&AccessKeyId=app1&Status=Inactive");
    run(&weed, SPEC, &[], &rotated).expect(0, "unchanged");
    run(&weed, &status("enabled"), &[], &rotated).expect(0, "changed");
    run(&weed, &status("enabled"), &[], &rotated).expect(0, "unchanged");
    assert_eq!(weed.tried(again, "one"), WRITE);
    let absent = "users: {app: {accessKey: app1, state: absent}}\nbuckets: {one: {}}\n";
    let ended = run(&weed, absent, &[], &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["remove_user app1: applied"]);
    run(&weed, absent, &[], &[]).expect(0, "unchanged");
    assert_eq!([weed.tried(again, "one"), weed.tried(OTHER, "two")], [NOTHING, OWNER]);
    let ended = run(&weed, &status("disabled"), &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["create_user app1: applied", "attach_policies app1: applied"]);
    run(&weed, &status("disabled"), &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(weed.tried(APP, "one"), NOTHING);
}

const GROUPS: &str = r#"
policies: {look: {document: {Version: "2012-10-17", Statement: [
  {Effect: Allow, Action: ["s3:ListBucket", "s3:GetObject"], Resource: ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]}]}}}
users: {app: {accessKey: app1, secretKey: {secret: app}}, other: {accessKey: other1, secretKey: {secret: other}, policies: [look]}}
groups: {readers: {members: [app], policies: [look]}}
accessKeys: {second1: {user: other, secretKey: {secret: second}}}
buckets: {one: {}}
"#;

#[test]
#[ignore = "is run by: just field s3"]
fn groups_policies_and_access_keys_are_those_of_the_spec() {
    let weed = beds::seaweedfs_with_iam();
    let secrets = [SECRETS[0], SECRETS[1], ("second", "canary-second-0123456789")];
    let second = ("second1", secrets[2].1);
    let ended = run(&weed, GROUPS, &[], &secrets).expect(0, "changed");
    assert_eq!(ended.operations().len(), 8, "{:?}", ended.operations());
    run(&weed, GROUPS, &[], &secrets).expect(0, "unchanged");
    weed.signed(weed.account(), "PUT", "/one/there");
    for account in [APP, OTHER, second] {
        assert_eq!(weed.tried(account, "one"), READ, "{account:?}");
    }
    let rotated = [SECRETS[0], SECRETS[1], ("second", "canary-again-0123456789")];
    let ended = run(&weed, GROUPS, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_access_key second1: applied"]);
    assert_eq!(weed.tried(second, "one"), NOTHING);
    let off = GROUPS.replace("{user: other,", "{user: other, status: disabled,");
    let ended = run(&weed, &off, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_access_key second1: applied"]);
    run(&weed, &off, &[], &rotated).expect(0, "unchanged");
    assert_eq!([weed.tried(OTHER, "one"), weed.tried(("second1", rotated[2].1), "one")], [READ, NOTHING]);
    let less = "users: {app: {accessKey: app1, secretKey: {secret: app}}, other: {accessKey: other1, secretKey: {secret: other}, policies: [{name: look, state: absent}]}}\n\
                groups: {readers: {members: [{name: app, state: absent}], policies: [look]}}\n\
                accessKeys: {second1: {state: absent}}\n";
    let ended = run(&weed, less, &[], &secrets).expect(0, "changed");
    assert_eq!(
        ended.changes(),
        [
            "detach_policies other1: applied",
            "remove_members readers: applied",
            "remove_access_key second1: applied"
        ]
    );
    run(&weed, less, &[], &secrets).expect(0, "unchanged");
    for account in [APP, OTHER, second] {
        assert_eq!(weed.tried(account, "one"), NOTHING, "{account:?}");
    }
    // The export names all of it, and changes nothing where it comes from.
    run(&weed, GROUPS, &[], &secrets).expect(0, "changed");
    let inline = "Action=PutUserPolicy&UserName=app1&PolicyName=byhand&PolicyDocument=\
                  {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::one/*\"}]}";
    assert!(weed.iam(inline).contains("PutUserPolicyResponse"));
    let export = run(&weed, "server: seaweedfs\n", &["export"], &[]);
    assert!(export.stdout.contains("its inline policy byhand"), "{}", export.stdout);
    for part in ["look:", "app1:", "readers:", "second1:"] {
        assert!(export.stdout.contains(part), "{part}: {}", export.stdout);
    }
}
