//! A change that cannot be made is refused before anything is written.

use integration::Init;
use integration::minio::{ROOT, Server, Setup};

#[test]
fn a_wrong_root_secret_and_a_wrong_root_name_end_the_run_at_once() {
    let server = Server::new();
    let run = |user: &str, secret: &str| {
        let init = server.init_as((user, secret), "endpoint: http://minio:9000", "buckets: {abc: {}}\n");
        init.run().expect(77, "failed")
    };
    assert!(run(integration::minio::ROOT.0, "wrong-5ecret").error().contains("SignatureDoesNotMatch"));
    let unknown = run("nobody-here", "wrong-5ecret");
    assert!(unknown.error().contains("InvalidAccessKeyId"));
    assert!(!unknown.stdout.contains("nobody-here") && !unknown.log.contains("nobody-here"));
}

#[test]
fn conflicts_are_all_told_and_nothing_is_done() {
    let server = Server::new();
    server.mc(&["mb", "t/lockless"]).ok();
    let spec = r"
users: {one: {secretKey: {secret: one}, policies: [nowhere]}}
groups: {team: {members: [ghost]}}
accessKeys: {key: {user: ghost, secretKey: {secret: one}, policy: nowhere}}
buckets: {lockless: {objectLock: {mode: GOVERNANCE, days: 1}}, beside: {}}
";
    let ended = server.init(spec).secret("one", "one-5ecret").run().expect(4, "conflict");
    let conflicts = ended.report["conflicts"].as_array().cloned().unwrap_or_default();
    let at: Vec<_> = conflicts.iter().filter_map(|conflict| conflict["at"].as_str()).collect();
    let expected = [
        "accessKeys.key.policy",
        "accessKeys.key.user",
        "buckets.lockless.objectLock",
        "groups.team.members",
        "users.one.policies",
    ];
    assert_eq!(at, expected);
    assert!(!server.mc(&["ls", "t"]).ok().contains("beside"));
    assert!(!server.mc(&["admin", "user", "list", "t"]).ok().contains("one"));
}

#[test]
fn what_minio_would_drop_or_misread_is_refused_before_anything_is_written() {
    let server = Server::new();
    for (spec, words) in [
        (
            "buckets: {first: {}, rules: {lifecycle: [{abortIncompleteUploadDays: 3}]}}\n",
            "abortIncompleteUploadDays",
        ),
        (
            "buckets: {first: {}, web: {cors: [{allowedOrigins: [\"*\"], allowedMethods: [GET]}]}}\n",
            "buckets.web.cors",
        ),
        ("buckets: {first: {}, crypt: {encryption: sse-s3}}\n", "no key to encrypt with"),
        (
            "buckets: {first: {}, news: {notifications: [{target: \"arn:minio:sqs::x:webhook\", events: [\"s3:ObjectCreated:*\"]}]}}\n",
            "is not configured there",
        ),
        (
            "buckets: {first: {}}\npolicies: {p: {document: {Version: \"2012-10-17\", Statement: [{Effect: Deny, NotAction: \"s3:*\", Resource: \"*\"}]}}}\n",
            "NotAction",
        ),
    ] {
        let ended = server.init(spec).refused(76);
        assert!(ended.error().contains(words), "{}", ended.stdout);
        assert!(!server.mc(&["ls", "t"]).ok().contains("first"), "{spec}");
    }
}

#[test]
fn a_policy_that_the_server_rejects_is_told_in_its_words() {
    let server = Server::new();
    let spec = "policies: {p: {document: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:NoSuchThing\", Resource: \"*\"}]}}}\nbuckets: {later: {}}\n";
    let ended = server.init(spec).refused(76);
    assert!(ended.error().contains("XMinioMalformedIAMPolicy"), "{}", ended.stdout);
    assert_eq!(ended.changes(), ["create_policy p: failed", "create_bucket later: skipped"]);
}

#[test]
fn what_minio_does_not_take_for_a_new_access_key_is_told_before_anything_is_written() {
    let server = Server::new();
    let run = |name: &str, secret: &str| {
        let spec = "users: {app: {secretKey: {secret: app}}}\naccessKeys: {key: {user: app, accessKey: {secret: name}, secretKey: {secret: key}}}\n";
        server.init(spec).secret("app", "app-5ecret").secret("name", name).secret("key", secret).run()
    };
    let (long, name) = ("0123456789abcdef".repeat(4), "n".repeat(21));
    for (name, secret, words) in [
        ("short", long.as_str(), "MinIO takes at most 40"),
        (name.as_str(), "key-5ecret", "MinIO takes at most 20"),
    ] {
        let ended = run(name, secret).expect(78, "failed");
        assert!(ended.error().contains(words), "{}", ended.stdout);
        assert!(!server.mc(&["admin", "user", "list", "t"]).ok().contains("app"));
    }
    run("n2345678901234567890", &long[..40]).expect(0, "changed");
    // One that is there takes a longer one.
    run("n2345678901234567890", &long).expect(0, "changed");
    run("n2345678901234567890", &long).expect(0, "unchanged");
}

/// MinIO takes 20 KiB for a policy, and 4 KiB for the same policy on an access key.
#[test]
fn a_policy_that_is_too_long_for_an_access_key_is_told_before_anything_is_written() {
    let server = Server::new();
    let run = |buckets: usize| {
        let resources: Vec<_> = (0..buckets).map(|n| format!("arn:aws:s3:::bucket-{n:03}/*")).collect();
        let spec = format!(
            "policies: {{long: {{document: {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, Action: \"s3:GetObject\", Resource: {resources:?}}}]}}}}}}\n\
             users: {{app: {{secretKey: {{secret: app}}, policies: [long]}}}}\n\
             accessKeys: {{ci-key: {{user: app, secretKey: {{secret: app}}, policy: long}}}}\n"
        );
        server.init(&spec).secret("app", "app-5ecret").run()
    };
    let ended = run(150).expect(76, "failed");
    assert!(ended.error().contains("accessKeys.ci-key.policy"), "{}", ended.stdout);
    assert!(!server.mc(&["admin", "user", "list", "t"]).ok().contains("app"));
    assert!(!server.mc(&["admin", "policy", "list", "t"]).ok().contains("long"));
    run(100).expect(0, "changed");
    run(100).expect(0, "unchanged");
}

#[test]
fn a_short_secret_is_told_before_the_first_packet() {
    let spec =
        "endpoint: http://nowhere:9000\ncredentials: {accessKey: root-user, secretKey: {secret: short}}\n";
    let run = |rest: &str, timeout: &str| {
        let init =
            Init::new("minio-init", &format!("{spec}{rest}")).network("none").secret("short", "seven77");
        init.args(&["--timeout", timeout]).run()
    };
    let ended = run("users: {app: {secretKey: {secret: short}}}\n", "20s").expect(78, "failed");
    assert!(ended.error().contains("at least 8"));
    // The provisioning account is there already, and other servers have shorter keys.
    run("buckets: {first: {}}\n", "1s").expect(69, "failed");
}

/// A server with a key to encrypt with, a notification target and a region.
fn equipped() -> Server {
    let settings = [
        &format!("MINIO_KMS_SECRET_KEY=key:{}=", "A".repeat(43)),
        "MINIO_SITE_REGION=eu-x",
        "MINIO_NOTIFY_WEBHOOK_ENABLE_a=on",
        "MINIO_NOTIFY_WEBHOOK_ENDPOINT_a=http://localhost:9/",
        "MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_a=/tmp/q",
    ];
    let docker: Vec<&str> = settings.into_iter().flat_map(|setting| ["--env", setting]).collect();
    let server = Server::start(&Setup { docker: &docker, ..Setup::default() });
    server.ready();
    server
}

const EQUIPPED: &str = "endpoint: http://minio:9000\nregion: eu-x";
const BOTH: &str = r#"
buckets:
  crypt: {encryption: sse-s3}
  news: {notifications: [{target: "arn:minio:sqs:eu-x:a:webhook", events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"], prefix: in/, suffix: .json}]}
"#;

#[test]
fn encryption_notifications_and_a_region_work_where_the_server_has_them() {
    let server = equipped();
    let run = || server.init_at(EQUIPPED, BOTH).run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
    assert!(server.mc(&["encrypt", "info", "t/crypt"]).ok().contains("sse-s3"));
    let events = server.mc(&["event", "list", "t/news"]).ok();
    assert!(
        events.contains("s3:ObjectCreated:*,s3:ObjectRemoved:Delete") && events.contains("prefix=\"in/\""),
        "{events}"
    );
    server.shell("mc encrypt clear t/crypt && mc event rm t/news --force").ok();
    let healed = run().expect(0, "changed");
    assert_eq!(healed.changes(), ["set_encryption crypt: applied", "set_notifications news: applied"]);
    let elsewhere = server.init(BOTH).run().expect(76, "failed");
    assert!(elsewhere.error().contains("AuthorizationHeaderMalformed"), "{}", elsewhere.stdout);
}

/// `ServerInfo` and `KMSKeyStatus` only make a mistake show earlier.
#[test]
fn what_a_server_has_need_not_be_shown_to_the_account() {
    let server = equipped();
    let everything = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}"#;
    server.policy("s3-alone", everything);
    server
        .shell("mc admin user add t s3-alone s3-5ecret && mc admin policy attach t s3-alone --user s3-alone")
        .ok();
    let run = |spec: &str| server.init_as(("s3-alone", "s3-5ecret"), EQUIPPED, spec).run();
    run(BOTH).expect(0, "changed");
    run(BOTH).expect(0, "unchanged");
    let ended = run(&BOTH.replace(":a:", ":other:")).expect(76, "failed");
    assert_eq!(ended.changes(), ["set_notifications news: failed"], "{}", ended.stdout);
}

/// A locked bucket, a replicated one and every bucket of a replicated site keep their versioning.
#[test]
fn versioning_that_minio_does_not_suspend_is_told_before_anything_is_written() {
    let server = Server::new();
    let beside = server.beside("minio2", &Setup::default());
    beside.ready();
    server.shell("mc mb --with-lock t/locked && mc mb --with-versioning t/copied t/plain").ok();
    beside.shell("mc mb --with-versioning t/target").ok();
    let (user, secret) = ROOT;
    let there = format!("http://{user}:{secret}@minio2:9000");
    server.shell(&format!("mc replicate add t/copied --remote-bucket '{there}/target'")).ok();
    let suspend = |bucket: &str| format!("buckets: {{new: {{}}, {bucket}: {{versioning: suspended}}}}\n");
    for (bucket, kept_by) in
        [("locked", "the bucket has object lock"), ("copied", "the bucket has replication")]
    {
        let ended = server.init(&suspend(bucket)).refused(76);
        let told = format!("buckets.{bucket}.versioning: `suspended` is not supported");
        assert!(ended.error().contains(&told) && ended.error().contains(kept_by), "{}", ended.stdout);
    }
    assert_ne!(server.mc(&["stat", "t/new"]).exit, 0);
    server.init(&suspend("plain")).run().expect(0, "changed");
    server.init(&suspend("plain")).run().expect(0, "unchanged");
}

#[test]
fn versioning_that_a_replicated_site_does_not_suspend_is_told_before_anything_is_written() {
    let server = Server::new();
    let beside = server.beside("minio2", &Setup::default());
    beside.ready();
    let (user, secret) = ROOT;
    let host = |name: &str| format!("http://{user}:{secret}@{name}:9000");
    let line = format!(
        "export MC_HOST_a={} MC_HOST_b={}; mc admin replicate add a b",
        host("minio"),
        host("minio2")
    );
    server.shell(&line).ok();
    for bucket in ["new", "another"] {
        let spec = format!("buckets: {{first: {{}}, {bucket}: {{versioning: suspended}}}}\n");
        let ended = server.init(&spec).refused(76);
        assert!(ended.error().contains("it replicates its buckets to other sites"), "{}", ended.stdout);
        assert_eq!(server.mc(&["ls", "t"]).ok().trim(), "");
    }
}
