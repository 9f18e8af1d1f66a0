//! Policies that are parts of users on Ceph's gateway: by levels, and by name.

use super::{SECRETS, admin, run};
use crate::beds;

const APP: (&str, &str) = ("app1", SECRETS[0].1);
/// A user whose name has a character that a policy there cannot have, and one with a policy by name.
const SPEC: &str = r#"
policies:
  look: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:ListBucket", Resource: "arn:aws:s3:::two"}]}}
users:
  my_app: {accessKey: app1, secretKey: {secret: app}, policies: [look], access: [{bucket: one, level: write}, {bucket: two, level: read}]}
  other: {secretKey: {secret: other}, policies: [look]}
buckets: {one: {}, two: {}, three: {}}
"#;

const MORE: &str = r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetBucketVersioning", Resource: "arn:aws:s3:::three"}]}"#;

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn levels_and_policies_let_users_in_and_are_set_again() {
    let ceph = beds::ceph();
    let planned = run(&ceph, SPEC, &["plan"], &SECRETS).expect(3, "drift");
    let ended = run(&ceph, SPEC, &["apply", "--log", "trace"], &SECRETS).expect(0, "changed");
    assert_eq!(planned.operations(), ended.operations());
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "unchanged");
    for bucket in ["one", "two", "three"] {
        assert_eq!(ceph.signed(ceph.account(), "PUT", &format!("/{bucket}/there")), 200);
    }
    let other = ("other", SECRETS[1].1);
    assert_eq!(ceph.tried(APP, "one"), [200, 200, 200, 403]);
    assert_eq!(ceph.tried(APP, "two"), [200, 200, 403, 403]);
    assert_eq!(ceph.tried(APP, "three"), [403; 4]);
    assert_eq!(ceph.tried(other, "two"), [200, 403, 403, 403]);
    assert_eq!(ceph.signed(APP, "GET", "/one?uploads="), 200);
    assert_eq!(ceph.signed(APP, "DELETE", "/one/put-by-app1"), 204);
    // The policies stay with a new secret key, and so does one that the spec does not name.
    let more = SPEC.replace("  look: ", &format!("  more: {{document: {MORE}}}\n  look: "));
    let ended = run(&ceph, &more.replace("[look], access", "[look, more], access"), &[], &SECRETS);
    assert_eq!(ended.expect(0, "changed").changes(), ["set_user_policy app1: applied"]);
    assert_eq!(ceph.tried(APP, "three"), [403, 403, 403, 200]);
    let rotated = [("app", "canary-app-again"), SECRETS[1], SECRETS[2]];
    let ended = run(&ceph, SPEC, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user app1: applied"]);
    assert_eq!(ceph.tried(("app1", rotated[0].1), "two"), [200, 200, 403, 403]);
    assert_eq!(ceph.tried(("app1", rotated[0].1), "three"), [403, 403, 403, 200]);
    // Less than before, and nothing at the end.
    let less = SPEC.replace("level: write", "level: read");
    let ended = run(&ceph, &less, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["set_user_policy app1: applied"]);
    run(&ceph, &less, &[], &rotated).expect(0, "unchanged");
    assert_eq!(ceph.tried(("app1", rotated[0].1), "one"), [200, 200, 403, 403]);
    let none = "users: {my_app: {accessKey: app1, secretKey: {secret: app}, policies: [{name: look, state: absent}], access: []}}\n";
    let ended = run(&ceph, none, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["detach_policies app1: applied"]);
    run(&ceph, none, &[], &rotated).expect(0, "unchanged");
    for bucket in ["one", "two"] {
        assert_eq!(ceph.tried(("app1", rotated[0].1), bucket), [403; 4], "{bucket}");
    }
    assert_eq!(ceph.tried(other, "two"), [200, 403, 403, 403]);
}

/// A bucket that is owned needs no policy, and the levels of before go with it.
#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn an_owner_has_no_policy_and_an_export_has_the_levels() {
    let ceph = beds::ceph();
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    let export = run(&ceph, "server: ceph\n", &["export"], &[]);
    for part in ["level: write", "level: read", "look:", "my_app:"] {
        assert!(export.stdout.contains(part), "{part}: {}", export.stdout);
    }
    assert!(!export.stdout.contains("dayzero-access"), "{}", export.stdout);
    // An empty gateway becomes one like it, with the buckets of the users too.
    admin(
        &ceph,
        "subuser create --uid=other --subuser=other:ro --access=read --key-type=s3 --access-key=othersub --secret-key=sub-5ecret",
    );
    let with_owner = SPEC.replace("level: write", "level: owner");
    run(&ceph, &with_owner, &[], &SECRETS).expect(0, "changed");
    let export = run(&ceph, "server: ceph\n", &["export"], &[]);
    assert!(
        export.stdout.contains("#   accessKeys.othersub: this access key of a subuser"),
        "{}",
        export.stdout
    );
    let empty = beds::ceph();
    let secrets =
        [("own", empty.account().1), ("my_app_secret_key", APP.1), ("other_secret_key", SECRETS[1].1)];
    empty.whole_with(&export.stdout, &secrets).expect(0, "changed");
    empty.whole_with(&export.stdout, &secrets).expect(0, "unchanged");
    assert_eq!(empty.tried(APP, "one")[3], 200);
    let owner = SPEC.replace("level: write", "level: owner").replace("level: read", "level: owner");
    let ended = run(&ceph, &owner, &[], &SECRETS).expect(0, "changed");
    assert_eq!(ended.changes(), ["detach_policies app1: applied", "set_owner two: applied"]);
    run(&ceph, &owner, &[], &SECRETS).expect(0, "unchanged");
    assert_eq!(ceph.tried(APP, "one")[3], 200);
}
