//! A MinIO of October 2022, which attaches policies in another way.

use integration::minio::{Server, Setup};
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
    let image = Some("dayzero/minio:old");
    let server = Server::start(&Setup { image, ..Setup::default() });
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
    // The release takes the end of an access key and drops it, so the key would stay open for ever.
    let end = shell("date --utc --date '+30 days' +%FT%TZ").ok();
    let spec = format!(
        "accessKeys: {{ends: {{user: open, secretKey: {{secret: root_password}}, expires: \"{}\"}}}}\n",
        end.trim()
    );
    let ended = server.init(&spec).run().expect(76, "failed");
    assert!(
        ended.error().contains("RELEASE.2023-02-27T18-10-45Z is the first that stores it"),
        "{}",
        ended.stdout
    );
    server.init("accessKeys: {ends: {state: absent}}\n").args(&["plan"]).run().expect(0, "unchanged");
}
