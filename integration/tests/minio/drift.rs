//! Every property changed with `mc` and set back; what the spec does not name stays.

use integration::minio::Server;

use crate::{FULL, whole};

/// Each command of `mc`, and the changes that set it back.
const DRIFTS: [(&str, &[&str]); 30] = [
    ("mc admin policy create t from-file /tmp/narrow.json", &["alter_policy from-file"]),
    (
        "mc admin policy detach t loki-rw --user loki; mc admin policy rm t loki-rw",
        &["create_policy loki-rw", "attach_policies loki"],
    ),
    ("mc rb t/cdn", &["create_bucket cdn", "set_bucket_policy cdn"]),
    ("mc admin policy create t loki-rw /tmp/narrow.json", &["alter_policy loki-rw"]),
    ("mc admin user add t loki another-secret", &["alter_user loki"]),
    ("mc admin user disable t loki", &["alter_user loki"]),
    ("mc admin policy detach t loki-rw --user loki", &["attach_policies loki"]),
    ("mc admin user enable t former", &["disable_user former"]),
    ("mc admin user rm t former", &["create_user former", "attach_policies former", "disable_user former"]),
    (
        "mc admin user enable t former; mc admin policy detach t readonly --user former; mc admin user disable t former",
        &["enable_user_temporarily former", "attach_policies former", "disable_user former"],
    ),
    ("mc admin group rm t writers loki", &["add_members writers"]),
    // A disabled group does not show its policies.
    ("mc admin group disable t writers", &["alter_group writers", "attach_policies writers"]),
    ("mc admin policy detach t readwrite --group writers", &["attach_policies writers"]),
    ("mc admin accesskey edit t loki-ci --secret-key another-secret", &["alter_access_key loki-ci"]),
    ("mc admin accesskey edit t loki-ci --policy /tmp/narrow.json", &["alter_access_key loki-ci"]),
    ("mc admin accesskey edit t loki-ci --description other", &["alter_access_key loki-ci"]),
    ("mc admin accesskey edit t loki-ci --name other", &["alter_access_key loki-ci"]),
    ("mc admin accesskey disable t loki-ci", &["alter_access_key loki-ci"]),
    ("mc admin accesskey rm t loki-ci", &["create_access_key loki-ci"]),
    ("mc version suspend t/loki", &["set_versioning loki"]),
    ("mc quota set t/loki --size 5GiB", &["set_quota loki"]),
    ("mc quota clear t/loki", &["set_quota loki"]),
    ("mc tag set t/loki team=other", &["set_tags loki"]),
    ("mc tag remove t/loki", &["set_tags loki"]),
    ("mc ilm rule edit t/loki --id expire-chunks --expire-days 10", &["set_lifecycle loki"]),
    ("mc ilm rule rm t/loki --id old-versions", &["set_lifecycle loki"]),
    ("mc retention set --default COMPLIANCE 5d t/audit", &["set_object_lock audit"]),
    ("mc anonymous set public t/cdn", &["set_bucket_policy cdn"]),
    ("mc anonymous set none t/cdn", &["set_bucket_policy cdn"]),
    ("mc anonymous set download t/partners", &["set_bucket_policy partners"]),
];

#[test]
fn whatever_is_changed_by_hand_is_set_back() {
    let server = Server::new();
    whole(server.init(FULL)).run().expect(0, "changed");
    let narrow = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::loki/*"]}]}"#;
    server.shell(&format!("echo '{narrow}' >/tmp/narrow.json")).ok();
    for (drift, healing) in DRIFTS {
        server.shell(&format!("set -e; {drift}")).ok();
        let init = || whole(server.init(FULL));
        init().args(&["plan"]).run_inside(server.name()).expect(3, "drift");
        let healed = init().run_inside(server.name()).expect(0, "changed");
        let expected: Vec<_> = healing.iter().map(|change| format!("{change}: applied")).collect();
        assert_eq!(healed.changes(), expected, "{drift}");
        init().run_inside(server.name()).expect(0, "unchanged");
    }
}

/// The other fields of lifecycle rules, and the other values of versioning, quota and object lock.
const RULES: &str = r"
buckets:
  rules:
    versioning: suspended
    quota: 10GB
    tags: {one: a, two: b}
    lifecycle:
      - {id: tagged, status: enabled, prefix: a/, tags: {kind: tmp, age: old}, expireDays: 5}
      - {id: kept, expireNoncurrentDays: 7, keepNoncurrentVersions: 3}
      - {id: markers, prefix: m/, expireDeleteMarkers: true}
      - {id: asleep, status: disabled, prefix: z/, expireDays: 9}
  worm: {objectLock: {mode: COMPLIANCE, years: 1}}
  bare: {objectLock: {}}
  closed: {anonymous: none}
  drop: {anonymous: upload}
";

const RULES_DRIFTS: [(&str, &str); 15] = [
    ("mc version enable t/rules", "set_versioning rules"),
    ("mc quota set t/rules --size 10GiB", "set_quota rules"),
    ("mc tag set t/rules 'one=a&two=c'", "set_tags rules"),
    ("mc tag set t/rules one=a", "set_tags rules"),
    ("mc ilm rule edit t/rules --id tagged --prefix b/", "set_lifecycle rules"),
    ("mc ilm rule edit t/rules --id tagged --tags kind=tmp", "set_lifecycle rules"),
    ("mc ilm rule edit t/rules --id tagged --disable", "set_lifecycle rules"),
    ("mc ilm rule edit t/rules --id kept --noncurrent-expire-newer 9", "set_lifecycle rules"),
    ("mc ilm rule edit t/rules --id kept --noncurrent-expire-days 8", "set_lifecycle rules"),
    ("mc ilm rule rm t/rules --id markers", "set_lifecycle rules"),
    ("mc ilm rule edit t/rules --id asleep --enable", "set_lifecycle rules"),
    ("mc ilm rule rm t/rules --all --force", "set_lifecycle rules"),
    ("mc retention set --default COMPLIANCE 30d t/worm", "set_object_lock worm"),
    ("mc retention clear --default t/worm", "set_object_lock worm"),
    ("mc anonymous set download t/closed", "set_bucket_policy closed"),
];

#[test]
fn every_rule_and_every_other_value_is_set_back_too() {
    let server = Server::new();
    server.init(RULES).run().expect(0, "changed");
    server.init(RULES).run().expect(0, "unchanged");
    for (args, shown) in [
        (["quota", "info", "t/rules"], "Bucket `rules` has hard quota of 9.3 GiB"),
        (["version", "info", "t/rules"], "t/rules is un-versioned"),
        (["anonymous", "get", "t/drop"], "Access permission for `t/drop` is `upload`"),
    ] {
        assert_eq!(server.mc(&args).ok().trim_end(), shown);
    }
    for (drift, healing) in RULES_DRIFTS {
        server.shell(&format!("set -e; {drift}")).ok();
        let healed = server.init(RULES).run_inside(server.name()).expect(0, "changed");
        assert_eq!(healed.changes(), [format!("{healing}: applied")], "{drift}");
    }
    server.init(RULES).run().expect(0, "unchanged");
    assert_eq!(
        server.mc(&["retention", "info", "--default", "t/worm"]).ok().trim_end(),
        "Object locking 'COMPLIANCE' is configured for 1YEARS."
    );
}

#[test]
fn what_the_spec_does_not_name_stays() {
    let server = Server::new();
    whole(server.init(FULL)).run().expect(0, "changed");
    server.shell("set -e; mc tag set t/loki 'team=other&mine=1'; mc ilm rule add t/loki --prefix mine/ --expire-days 77; \
        mc admin policy attach t writeonly --user loki; mc admin user add t mine mine-5ecret; mc admin group add t writers mine; \
        mc mb t/mine; mc ilm rule rm t/loki --id old-versions").ok();
    whole(server.init(FULL)).run().expect(0, "changed");
    assert!(server.mc(&["tag", "list", "t/loki"]).ok().contains("mine : 1"));
    assert!(server.mc(&["ilm", "rule", "export", "t/loki"]).ok().contains("mine/"));
    assert!(server.mc(&["admin", "user", "info", "t", "loki"]).ok().contains("loki-rw,writeonly"));
    assert!(server.mc(&["admin", "group", "info", "t", "writers"]).ok().contains("mine"));
    assert!(server.mc(&["ls", "t"]).ok().contains("mine"));
}

#[test]
fn a_rotated_secret_is_the_only_one_that_works() {
    let server = Server::new();
    let spec = "users: {app: {secretKey: {secret: app}, policies: [readwrite]}, other: {secretKey: {secret: other}, policies: [readwrite]}}\n";
    let run = |secret: &str| server.init(spec).secret("app", secret).secret("other", "other-5ecret").run();
    run("before-5ecret").expect(0, "changed");
    let rotated = run("after-5ecret").expect(0, "changed");
    assert_eq!(rotated.changes(), ["alter_user app: applied"]);
    assert_ne!(server.mc_as(("app", "before-5ecret"), &["ls", "t"]).exit, 0);
    server.mc_as(("app", "after-5ecret"), &["ls", "t"]).ok();
    server.mc_as(("other", "other-5ecret"), &["ls", "t"]).ok();
}

#[test]
fn a_policy_that_the_server_cannot_read_is_written_again() {
    let server = Server::new();
    whole(server.init(FULL)).run().expect(0, "changed");
    let poison = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":["s3:Get*"],"Resource":["arn:aws:s3:::x/*"]}]}"#;
    server.policy("loki-rw", poison);
    whole(server.init(FULL)).run().expect(0, "changed");
    whole(server.init(FULL)).run().expect(0, "unchanged");
}
