//! Permissions are what the words mean.

use integration::minio::Server;

#[test]
fn each_word_of_anonymous_opens_what_it_says() {
    let server = Server::new();
    let spec = "buckets: {w-none: {anonymous: none}, w-download: {anonymous: download}, w-upload: {anonymous: upload}, w-public: {anonymous: public}}\n";
    server.init(spec).run().expect(0, "changed");
    // GET, LIST, PUT, DELETE
    for (word, open) in [
        ("none", [false, false, false, false]),
        ("download", [true, true, false, false]),
        ("upload", [false, false, true, true]),
        ("public", [true, true, true, true]),
    ] {
        let bucket = format!("/w-{word}");
        server.shell(&format!("echo x | mc pipe t{bucket}/there")).ok();
        let object = format!("{bucket}/there");
        let tried = [("GET", &object), ("GET", &bucket), ("PUT", &object), ("DELETE", &object)];
        let answers = tried.map(|(method, path)| server.anonymous(method, path));
        assert_eq!(answers.map(|status| status / 100 == 2), open, "{word}: {answers:?}");
        assert!(answers.iter().all(|status| status / 100 == 2 || *status == 403), "{word}: {answers:?}");
    }
}

/// Each level is one word for a policy that the server shows, and a bucket that is no longer named is closed again.
#[test]
fn a_user_may_with_each_bucket_what_its_level_says() {
    let server = Server::new();
    let run = |levels: &str, args: &[&str]| {
        let spec = format!(
            "users: {{app: {{secretKey: {{secret: app}}, access: [{levels}]}}}}\n\
             buckets: {{shown: {{}}, used: {{}}, owned: {{}}, closed: {{}}}}\n"
        );
        server.init(&spec).secret("app", "canary-app-5ecret").args(args).run()
    };
    let levels = "{bucket: shown, level: read}, {bucket: used, level: write}, {bucket: owned, level: owner}";
    run(levels, &[]).expect(0, "changed");
    run(levels, &[]).expect(0, "unchanged");
    for bucket in ["shown", "used", "owned", "closed"] {
        server.shell(&format!("echo x | mc pipe t/{bucket}/there")).ok();
    }
    let app = |args: &[&str]| server.mc_as(("app", "canary-app-5ecret"), args).exit == 0;
    let may = |bucket: &str| {
        let (there, copy) = (format!("t/{bucket}/there"), format!("t/{bucket}/copy"));
        [
            app(&["cat", &there]),
            app(&["cp", "/etc/hostname", &copy]),
            app(&["tag", "set", &format!("t/{bucket}"), "a=b"]),
        ]
    };
    assert_eq!(may("shown"), [true, false, false]);
    assert_eq!(may("used"), [true, true, false]);
    assert_eq!(may("owned"), [true, true, true]);
    assert_eq!(may("closed"), [false, false, false]);
    run("{bucket: used, level: read}", &["plan"]).expect(3, "drift");
    let altered = run("{bucket: used, level: read}", &[]).expect(0, "changed");
    assert_eq!(altered.changes(), ["alter_policy dayzero-app: applied"]);
    assert_eq!([may("used"), may("owned")], [[true, false, false], [false, false, false]]);
    let closed = run("", &[]).expect(0, "changed");
    assert_eq!(closed.changes(), ["detach_policies app: applied"]);
    run("", &[]).expect(0, "unchanged");
    assert_eq!(may("used"), [false, false, false]);
}

#[test]
fn a_user_may_what_its_policies_say_and_an_access_key_less() {
    let server = Server::new();
    let spec = r#"
policies:
  mine: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:*"], Resource: ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]}]}}
  look: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::mine/*"]}]}}
users:
  app: {secretKey: {secret: app}, policies: [mine]}
  closed: {secretKey: {secret: closed}, policies: [readwrite], status: disabled}
accessKeys: {app-look: {user: app, secretKey: {secret: key}, policy: look}}
buckets: {mine: {}, theirs: {}}
"#;
    let run = |key: &str| {
        server
            .init(spec)
            .secret("app", "app-5ecret")
            .secret("closed", "closed-5ecret")
            .secret("key", key)
            .run()
    };
    run("key-5ecret").expect(0, "changed");
    server.shell("echo x | mc pipe t/mine/there").ok();
    let (app, key) = (("app", "app-5ecret"), ("app-look", "key-5ecret"));
    server.mc_as(app, &["cat", "t/mine/there"]).ok();
    server.mc_as(app, &["cp", "t/mine/there", "t/mine/copy"]).ok();
    assert_ne!(server.mc_as(app, &["ls", "t/theirs"]).exit, 0);
    server.mc_as(key, &["cat", "t/mine/there"]).ok();
    assert_ne!(server.mc_as(key, &["rm", "t/mine/there"]).exit, 0);
    assert_ne!(server.mc_as(("closed", "closed-5ecret"), &["ls", "t"]).exit, 0);
    // A new secret must not take the restriction away, as an update without the policy would.
    run("key-again-5ecret").expect(0, "changed");
    let key = ("app-look", "key-again-5ecret");
    server.mc_as(key, &["cat", "t/mine/there"]).ok();
    assert_ne!(server.mc_as(key, &["rm", "t/mine/there"]).exit, 0);
}
