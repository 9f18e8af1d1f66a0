//! A property that the spec does not name is left as it is, also where a new object would get a default.

use integration::Ended;
use integration::minio::Server;

const SPEC: &str = "
users: {app: {secretKey: {secret: app}, policies: [readwrite]}}
groups: {team: {members: [app]}}
accessKeys: {app-key: {user: app, secretKey: {secret: key}, description: first}}
buckets:
  data: {lifecycle: [{id: old, prefix: tmp/, expireDays: 9}]}
  held: {objectLock: {}}
";

fn run(server: &Server, spec: &str) -> Ended {
    server.init(spec).secret("app", "app-5ecret").secret("key", "key-5ecret").run()
}

#[test]
fn who_was_disabled_by_hand_stays_so() {
    let server = Server::new();
    run(&server, SPEC).expect(0, "changed");
    let user = || server.mc(&["admin", "user", "info", "t", "app"]).ok();
    let key = || server.mc(&["admin", "accesskey", "info", "t", "app-key"]).ok();
    let group = || server.mc(&["admin", "group", "info", "t", "team"]).ok();
    assert!(
        user().contains("Status: enabled")
            && key().contains("Status: enabled")
            && group().contains("Status: enabled")
    );
    server
        .shell("set -e; mc admin accesskey disable t app-key; mc admin group disable t team; mc admin user disable t app")
        .ok();
    run(&server, SPEC).expect(0, "unchanged");
    assert!(
        user().contains("Status: disabled") && group().contains("Status: disabled"),
        "{} {}",
        user(),
        group()
    );
    assert!(key().contains("Status: disabled"), "{}", key());
    // Nor are they enabled by what else is to be changed about them.
    let more = SPEC
        .replace("policies: [readwrite]}", "policies: [readwrite, diagnostics]}")
        .replace("members: [app]}", "members: [app, beside]}")
        .replace("description: first", "description: second");
    server.mc(&["admin", "user", "add", "t", "beside", "beside-5ecret"]).ok();
    run(&server, &more).expect(0, "changed");
    run(&server, &more).expect(0, "unchanged");
    assert!(user().contains("Status: disabled") && user().contains("diagnostics"), "{}", user());
    assert!(group().contains("Status: disabled") && group().contains("beside"), "{}", group());
    assert!(key().contains("Status: disabled") && key().contains("second"), "{}", key());
    assert_ne!(server.mc_as(("app", "app-5ecret"), &["ls", "t"]).exit, 0);
    // The policies of a disabled group cannot be read, so whether one is attached is not known.
    let attached = more.replace("members: [app, beside]", "policies: [readonly]");
    let ended = run(&server, &attached).expect(4, "conflict");
    assert!(ended.stdout.contains("the group is disabled"), "{}", ended.stdout);
}

#[test]
fn what_was_stopped_or_set_by_hand_stays_so() {
    let server = Server::new();
    run(&server, SPEC).expect(0, "changed");
    server
        .shell(
            "set -e; mc ilm rule edit t/data --id old --disable; mc retention set --default COMPLIANCE 30d t/held;
             mc version enable t/data --excluded-prefixes tmp/,x/ --exclude-folders",
        )
        .ok();
    run(&server, SPEC).expect(0, "unchanged");
    let later = SPEC.replace("expireDays: 9", "expireDays: 5");
    run(&server, &later).expect(0, "changed");
    run(&server, &later).expect(0, "unchanged");
    let rules = server.mc(&["ilm", "rule", "export", "t/data"]).ok();
    assert!(rules.contains("\"Disabled\"") && rules.contains("\"Days\":5"), "{rules}");
    let retention = server.mc(&["retention", "info", "--default", "t/held"]).ok();
    assert!(retention.contains("COMPLIANCE"), "{retention}");
    let versioned = SPEC.replace("data: {", "data: {versioning: enabled, ");
    run(&server, &versioned).expect(0, "changed");
    let versioning = server.mc(&["--json", "version", "info", "t/data"]).ok();
    assert!(versioning.contains("tmp/") && versioning.contains("xcludeFolders"), "{versioning}");
}
