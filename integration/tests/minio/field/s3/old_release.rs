//! Earlier releases of MinIO. The one of October 2022 attaches policies in another way, and drops fields of access keys.

use integration::minio::{ROOT, Server, Setup};
use integration::shell;

const SPEC: &str = r#"
policies: {app: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*"}]}}}
users:
  open: {secretKey: {secret: root_password}, policies: [app, readwrite]}
  closed: {secretKey: {secret: root_password}, policies: [app], status: disabled}
groups: {team: {members: [open], policies: [app]}}
accessKeys: {ci-key: {user: open, secretKey: {secret: root_password}, policy: app}}
buckets:
  data: {versioning: enabled, quota: 1GiB, tags: {a: b}, anonymous: download, lifecycle: [{prefix: tmp/, expireDays: 3}]}
  locked: {objectLock: {mode: GOVERNANCE, days: 1}}
"#;

#[test]
#[ignore = "needs an old release of MinIO, which takes long to build: just field s3"]
fn an_old_release_has_the_whole_spec() {
    for image in ["dayzero/minio:2022-10", "dayzero/minio:2023-11", "dayzero/minio:2024-08"] {
        has_the_whole_spec(image);
    }
}

fn has_the_whole_spec(image: &'static str) {
    let server = Server::start(&Setup { image: Some(image), ..Setup::default() });
    server.ready();
    server.init(SPEC).run().expect(0, "changed");
    server.init(SPEC).run().expect(0, "unchanged");
    let closed = server.mc(&["admin", "user", "info", "t", "closed"]).ok();
    assert!(closed.contains("disabled") && closed.contains("app"), "{closed}");
    let less =
        SPEC.replace("policies: [app, readwrite]", "policies: [app, {name: readwrite, state: absent}]");
    server.init(&less).run().expect(0, "changed");
    server.init(&less).run().expect(0, "unchanged");
    let open = server.mc(&["admin", "user", "info", "t", "open"]).ok();
    assert!(open.contains("app") && !open.contains("readwrite"), "{open}");
    let ended = server.init(&with_an_end()).run();
    if image == "dayzero/minio:2022-10" {
        // The release takes the end of an access key and drops it, so the key would stay open for ever.
        let ended = ended.expect(76, "failed");
        let first = "RELEASE.2023-02-27T18-10-45Z is the first release of MinIO that stores it";
        assert!(ended.error().contains(first), "{}", ended.stdout);
        server.init("accessKeys: {ends: {state: absent}}\n").args(&["plan"]).run().expect(0, "unchanged");
    } else {
        ended.expect(0, "changed");
    }
}

/// An access key that ends in a month.
fn with_an_end() -> String {
    let end = shell("date --utc --date '+30 days' +%FT%TZ").ok();
    format!(
        "accessKeys: {{ends: {{user: open, secretKey: {{secret: root_password}}, expires: \"{}\"}}}}\n",
        end.trim()
    )
}

/// An account that may not ask for the release finds out by a read after the write.
#[test]
#[ignore = "needs an old release of MinIO, which takes long to build: just field s3"]
fn texts_that_an_old_release_drops_are_told_and_no_new_access_key_is_left() {
    let image = Some("dayzero/minio:2022-10");
    let server = Server::start(&Setup { image, ..Setup::default() });
    server.ready();
    server.init(PROVISIONER).run().expect(0, "changed");
    let run = |account: (&str, &str), fields: &str, args: &[&str]| {
        let spec =
            format!("accessKeys: {{ci-key: {{user: open, secretKey: {{secret: root_password}}{fields}}}}}\n");
        server.init_as(account, "endpoint: http://minio:9000", &spec).args(args).run()
    };
    // The users of this test have the secret key of root.
    let (asks, asks_not) = (ROOT, ("provisioner", ROOT.1));
    let absent = "accessKeys: {ci-key: {state: absent}}\n";
    for (fields, at) in [
        (", name: ci", "accessKeys.ci-key.name"),
        (", description: CI uploads", "accessKeys.ci-key.description"),
        (", name: ci, status: disabled", "accessKeys.ci-key.name"),
    ] {
        run(asks_not, fields, &["plan"]).expect(3, "drift");
        for (account, command) in [(asks, "plan"), (asks, "apply"), (asks_not, "apply"), (asks_not, "apply")]
        {
            let ended = run(account, fields, &[command]).expect(76, "failed");
            let first = "RELEASE.2023-05-18T00-05-36Z is the first release of MinIO that stores it";
            assert!(ended.error().contains(at) && ended.error().contains(first), "{}", ended.stdout);
            server.init(absent).args(&["plan"]).run().expect(0, "unchanged");
        }
    }
    // An access key that is there stays as it is.
    run(asks_not, "", &[]).expect(0, "changed");
    run(asks_not, ", name: ci", &[]).expect(76, "failed");
    run(asks_not, "", &[]).expect(0, "unchanged");
}

/// A user with access keys, and an account that may make them and not ask for the release.
const PROVISIONER: &str = r#"
policies:
  makes-keys: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["admin:GetUser", "admin:ListServiceAccounts", "admin:CreateServiceAccount", "admin:UpdateServiceAccount", "admin:RemoveServiceAccount"]}, {Effect: Allow, Action: ["s3:ListAllMyBuckets"], Resource: ["arn:aws:s3:::*"]}]}}
users:
  open: {secretKey: {secret: root_password}}
  provisioner: {secretKey: {secret: root_password}, policies: [makes-keys]}
"#;
