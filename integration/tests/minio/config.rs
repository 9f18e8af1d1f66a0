//! Keys of the server's own configuration.

use integration::minio::{ROOT, Server, Setup};
use integration::{Ended, Init};

const TOKEN: &str = "canary 'hook' t0ken=";
const WEBHOOK: &str = r#"
config: {notify_webhook:primary: {endpoint: "http://localhost:9000/events", auth_token: {secret: hook_token}, comment: two  words}}
buckets: {news: {versioning: enabled, notifications: [{target: "arn:minio:sqs::primary:webhook", events: ["s3:ObjectCreated:*"]}]}}
"#;

fn run(server: &Server, spec: &str, args: &[&str]) -> Ended {
    let ended = server.init(spec).secret("hook_token", TOKEN).args(args).run();
    assert!(!ended.stdout.contains("t0ken") && !ended.log.contains("t0ken"), "{}", ended.stdout);
    ended
}

/// The state of the server as a spec.
fn page(server: &Server) -> String {
    let ended = server.init("").args(&["export", "--only", "config"]).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    ended.stdout
}

/// A run with that spec.
fn adopting(server: &Server, page: &str) -> Init {
    let init = Init::new("minio-init", page).at(server.network(), server.name());
    init.secret("root_user", ROOT.0).secret("root_password", ROOT.1)
}

/// The configuration as `mc` shows it, with its secrets.
fn exported(server: &Server) -> String {
    server.mc(&["admin", "config", "export", "t"]).ok()
}

#[test]
fn a_notification_target_is_stored_and_its_notifications_come_after_the_restart() {
    let server = Server::new();
    run(&server, WEBHOOK, &["plan"]).expect(3, "drift");
    // A second run before the restart says the same.
    for _ in 0..2 {
        let ended = run(&server, WEBHOOK, &[]).expect(76, "failed");
        assert!(ended.error().contains("will use it only after a restart"), "{}", ended.stdout);
        let changes = ended.changes();
        assert_eq!(changes[changes.len() - 2], "set_config notify_webhook:primary: failed", "{changes:?}");
        assert_eq!(changes[changes.len() - 1], "set_notifications news: skipped", "{changes:?}");
        assert!(server.mc(&["version", "info", "t/news"]).ok().contains("enabled"));
    }
    server.restart();
    let line = "notify_webhook:primary endpoint=http://localhost:9000/events";
    let (words, token) = ("comment=\"two  words\"", format!("auth_token=\"{TOKEN}\""));
    let now = exported(&server);
    assert!(now.contains(line) && now.contains(words) && now.contains(&token), "{now}");
    let ended = run(&server, WEBHOOK, &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["set_notifications news: applied"]);
    run(&server, WEBHOOK, &[]).expect(0, "unchanged");
    server.mc(&["admin", "config", "set", "t", "notify_webhook:primary", "auth_token=another"]).ok();
    server.restart();
    let drift = run(&server, WEBHOOK, &["plan"]).expect(3, "drift");
    assert!(drift.stdout.contains("auth_token") && !drift.stdout.contains("another"), "{}", drift.stdout);
    // Without the secret everything else is compared.
    server.init(WEBHOOK).args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
    let page = page(&server);
    for part in [
        "notify_webhook:primary:",
        "auth_token: {secret: notify_webhook-primary_auth_token}",
        "comment: \"two  words\"",
        "endpoint: http://localhost:9000/events",
    ] {
        assert!(page.contains(part) && !page.contains("another"), "{page}");
    }
    let adopted = adopting(&server, &page).secret("notify_webhook-primary_auth_token", "another");
    adopted.run().expect(0, "unchanged");
}

#[test]
fn a_section_that_is_read_while_the_server_runs_is_in_effect_at_once() {
    let server = Server::new();
    let set = |settings: &[&str]| {
        server.mc(&[&["admin", "config", "set", "t"], settings].concat()).ok();
    };
    set(&["api", "delete_cleanup_interval=7m"]);
    set(&["audit_webhook:resting", "enable=off", "endpoint=http://localhost:9000"]);
    let spec = r#"config: {api: {requests_max: "321", cors_allow_origin: "https://a.example"}, audit_webhook:resting: {batch_size: "3"}, audit_webhook:made: {endpoint: "http://localhost:9000"}}"#;
    let made = run(&server, spec, &[]).expect(0, "changed");
    let changes = ["api", "audit_webhook:made", "audit_webhook:resting"];
    assert_eq!(made.changes(), changes.map(|section| format!("set_config {section}: applied")));
    run(&server, spec, &[]).expect(0, "unchanged");
    let now = exported(&server);
    let has = |parts: &[&str]| now.lines().any(|line| parts.iter().all(|part| line.contains(part)));
    assert!(has(&[
        "api ",
        "requests_max=321",
        "cors_allow_origin=https://a.example",
        "delete_cleanup_interval=7m"
    ]));
    assert!(has(&["# audit_webhook:resting enable=off", "batch_size=3"]), "{now}");
    assert!(
        has(&["audit_webhook:made endpoint=http://localhost:9000"]) && !has(&["# audit_webhook:made"]),
        "{now}"
    );
    let page = page(&server);
    let config = r"
config:
  api: {cors_allow_origin: https://a.example, delete_cleanup_interval: 7m, requests_max: 321}
  audit_webhook:made: {endpoint: http://localhost:9000}
  audit_webhook:resting: {batch_size: 3, enable: off, endpoint: http://localhost:9000}
";
    assert!(page.replace('"', "").contains(config), "{page}");
    adopting(&server, &page).run().expect(0, "unchanged");
    let other = Server::new();
    let fresh = self::page(&other);
    assert!(!fresh.contains("\nconfig:"), "what a server has by itself is no change: {fresh}");
    adopting(&other, &page).run().expect(0, "changed");
    assert_eq!(self::page(&other), page);
}

#[test]
fn what_cannot_be_configured_is_told_before_anything_is_written() {
    let server =
        Server::start(&Setup { docker: &["--env", "MINIO_API_REQUESTS_MAX=55"], ..Setup::default() });
    server.ready();
    for (config, exit, says) in [
        ("api: {requests_max: \"56\"}", 4, "MINIO_API_REQUESTS_MAX"),
        ("api: {requests_maximum: \"56\"}", 76, "no such key; it has"),
        ("api:mine: {requests_max: \"56\"}", 76, "api has no targets there"),
        ("apis: {requests_max: \"56\"}", 76, "no such subsystem"),
        ("api: {comment: \"cors_allow_origin=*\"}", 76, "takes for the next key"),
        ("api: {comment: {secret: split}}", 78, "takes for the next key"),
        ("api: {comment: {secret: quoted}}", 78, "control character"),
    ] {
        let spec = format!("config: {{{config}}}\nbuckets: {{not-made: {{}}}}\n");
        let init =
            server.init(&spec).secret("split", "canary-5ecret requests_max=1").secret("quoted", "\"5ecret\"");
        let ended = init.run();
        assert_eq!(ended.exit, exit, "{config}: {}", ended.stdout);
        assert!(ended.stdout.contains(says), "{config}: {}", ended.stdout);
        assert!(!ended.stdout.contains("5ecret") && !ended.log.contains("5ecret"), "{}", ended.stdout);
        assert!(!server.mc(&["ls", "t"]).ok().contains("not-made"), "{config}");
    }
    // What the environment sets to the declared value is as declared.
    run(&server, "config: {api: {requests_max: \"55\"}}", &[]).expect(0, "unchanged");
}
