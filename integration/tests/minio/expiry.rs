//! Access keys with an end.

use integration::minio::Server;
use integration::{Ended, shell};

/// A time from now in the words of `date`, as a spec writes it.
fn time(from_now: &str) -> String {
    shell(&format!("date --utc --date '{from_now}' +%FT%TZ")).ok().trim().to_owned()
}

fn run(server: &Server, expires: &str, args: &[&str]) -> Ended {
    let spec = format!(
        "users: {{app: {{secretKey: {{secret: app}}, policies: [readwrite]}}}}\n\
         accessKeys: {{app-ci: {{user: app, secretKey: {{secret: key}}, policy: readonly, expires: \"{expires}\"}}}}\n"
    );
    let init = server.init(&spec).secret("app", "canary-app-5ecret").secret("key", "canary-key-5ecret");
    let ended = init.args(args).run();
    assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    ended
}

/// The end of the access key as `mc` reads it, empty for none.
fn end(server: &Server) -> String {
    let line =
        r#"mc admin accesskey info t app-ci --json | grep -o '"expiration": *"[^"]*"' | cut -d'"' -f4"#;
    server.shell(line).stdout.trim().to_owned()
}

#[test]
fn an_access_key_ends_when_the_spec_says() {
    let server = Server::new();
    let (first, second) = (time("+30 days"), time("+60 days"));
    server.shell("mc mb t/there && echo x | mc pipe t/there/object").ok();
    let made = run(&server, &first, &[]).expect(0, "changed");
    assert!(made.stdout.contains(&first), "{}", made.stdout);
    assert_eq!(end(&server), first);
    run(&server, &first, &[]).expect(0, "unchanged");
    // The same time with another offset is no other time.
    run(&server, &first.replace('Z', "+00:00"), &[]).expect(0, "unchanged");
    server.mc_as(("app-ci", "canary-key-5ecret"), &["cat", "t/there/object"]).ok();
    run(&server, &second, &["plan"]).expect(3, "drift");
    let altered = run(&server, &second, &[]).expect(0, "changed");
    assert_eq!(altered.changes(), ["alter_access_key app-ci: applied"]);
    assert_eq!(end(&server), second);
    // An update keeps the policy that restricts the access key.
    assert_ne!(server.mc_as(("app-ci", "canary-key-5ecret"), &["mb", "t/not-allowed"]).exit, 0);
    run(&server, "never", &[]).expect(0, "changed");
    run(&server, "never", &[]).expect(0, "unchanged");
    assert_eq!(end(&server), "");
}

#[test]
fn an_end_that_minio_does_not_take_is_told_before_anything_is_written() {
    let server = Server::new();
    for from_now in ["-1 day", "+1 minute", "+400 days"] {
        let ended = run(&server, &time(from_now), &[]).expect(76, "failed");
        assert!(ended.error().contains("between 15 minutes and 365 days"), "{}", ended.stdout);
        assert!(!server.mc(&["admin", "user", "list", "t"]).ok().contains("app"), "{from_now}");
    }
}
