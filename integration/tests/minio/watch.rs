//! A watch beside a real server: what somebody else changes, what the files change, and what the server does.

use std::thread::sleep;
use std::time::Duration;

use integration::minio::{ROOT, Server};
use integration::{Init, docker};

const SPEC: &str = "users:\n  app: {accessKey: app, secretKey: {secret: app}, policies: [readwrite]}\nbuckets:\n  one: {versioning: enabled}\n  two: {}\n";

/// Runs on the server's network as a container of its own: it outlasts the server.
fn beside(server: &Server, spec: &str) -> Init {
    server.init(spec).network(server.network()).secret("app", "canary-app-1")
}

fn has(server: &Server, bucket: &str) -> bool {
    server.mc(&["stat", &format!("t/{bucket}")]).exit == 0
}

#[test]
fn a_watch_keeps_what_the_spec_and_the_secrets_say() {
    let server = Server::new();
    let watch = beside(&server, SPEC).watch("2s");
    server.mc(&["rb", "t/two"]).ok();
    watch.until("the bucket is back", || has(&server, "two"));
    server.mc(&["version", "suspend", "t/one"]).ok();
    watch.until("versioning is back", || server.mc(&["version", "info", "t/one"]).stdout.contains("enabled"));

    let login = |secret: &str| server.mc_as(("app", secret), &["ls", "t/one"]).exit == 0;
    assert!(login("canary-app-1"));
    watch.rotate("app", "canary-app-2");
    watch.until("the new secret is accepted", || login("canary-app-2"));
    assert!(!login("canary-app-1"));

    watch.edit_spec(|spec| spec.replace("  two: {}", "  two: {}\n  three: {}"));
    watch.until("the edited spec is applied", || has(&server, "three"));
    watch.edit_spec(|spec| spec.replace("buckets:", "bukets:"));
    watch.until("the wrong spec is told", || watch.outcomes().last().is_some_and(|last| last == "failed"));
    server.mc(&["rb", "t/three"]).ok();
    watch.until("the last good spec is in force", || has(&server, "three"));
    assert!(watch.health().0, "{:?}", watch.health());
    watch.edit_spec(|spec| spec.replace("bukets:", "buckets:"));
    watch.until("the right spec is told", || watch.outcomes().last().is_some_and(|last| last == "unchanged"));

    docker(&["stop", "--time", "5", server.name()]).ok();
    watch.becomes_unwell();
    sleep(Duration::from_secs(10));
    docker(&["start", server.name()]).ok();
    watch.becomes_well();
    let expected = [
        "changed",
        "changed",
        "changed",
        "changed",
        "changed",
        "failed",
        "changed",
        "unchanged",
        "failed",
        "unchanged",
    ];
    assert_eq!(watch.outcomes(), expected);
    watch.terminate();
}

/// The tool cannot provision the account that it logs in with: somebody else changes that, and its file follows.
#[test]
fn a_new_secret_of_the_provisioning_account_is_taken_from_its_file() {
    let server = Server::new();
    let rotate = |secret: &str| server.mc(&["admin", "user", "add", "t", "keeper", secret]).ok();
    rotate("canary-own-1");
    server.mc(&["admin", "policy", "attach", "t", "consoleAdmin", "--user", "keeper"]).ok();
    let own = ("keeper", "canary-own-1");
    let init = server.init_as(own, "endpoint: http://minio:9000", "buckets: {one: {}}\n");
    let watch = init.network(server.network()).watch("2s");
    rotate("canary-own-2");
    watch.becomes_unwell();
    watch.rotate("root_password", "canary-own-2");
    watch.becomes_well();
    server.mc(&["rb", "t/one"]).ok();
    watch.until("the bucket is back", || has(&server, "one"));
    assert_eq!(watch.outcomes(), ["changed", "failed", "unchanged", "changed"]);
    watch.terminate();
}

#[test]
fn a_watch_that_is_killed_or_ended_in_a_pass_leaves_a_server_that_the_next_converges() {
    let server = Server::new();
    let buckets: String = (0..60).map(|n| format!("  bucket-{n}: {{versioning: enabled}}\n")).collect();
    let start = || {
        let running =
            beside(&server, &format!("buckets:\n{buckets}")).args(&["watch", "--every", "2s"]).start();
        running.has_begun();
        running
    };
    let killed = start();
    killed.signal("KILL");
    assert_eq!(killed.wait().exit, 137);
    start().terminate();
    let watch = start();
    watch.becomes_well();
    assert_eq!(server.mc(&["ls", "t"]).ok().lines().count(), 60);
    // While the server is away.
    docker(&["stop", "--time", "5", server.name()]).ok();
    watch.becomes_unwell();
    watch.terminate();
}

/// Nothing is written, nothing is held, and nothing is said.
fn quiet_for(time: Duration) {
    let server = Server::new();
    let other = beside(&server, SPEC).watch("1s");
    let watch = beside(&server, SPEC).watch("1s");
    sleep(Duration::from_secs(10));
    let traced = watch.is_quiet(|| {
        server.trace();
        sleep(time);
        server.traced()
    });
    let requests: Vec<&str> = traced.lines().filter(|line| line.contains("AWS4-HMAC-SHA256")).collect();
    assert!(requests.len() >= 10, "{traced}");
    for method in ["PUT", "POST", "DELETE"] {
        let mutating = requests.iter().find(|line| line.contains(&format!("\"method\":\"{method}\"")));
        assert!(mutating.is_none(), "{mutating:?}");
    }
    assert_eq!(other.outcomes().len(), 1);
    assert!(!(watch.log() + &traced).contains(ROOT.1));
    watch.terminate();
    other.terminate();
}

#[test]
fn two_quiet_watches_change_nothing() {
    quiet_for(Duration::from_secs(15));
}

mod fault {
    use std::time::Duration;

    #[test]
    #[ignore = "ten minutes"]
    fn six_hundred_quiet_passes_change_nothing() {
        super::quiet_for(Duration::from_secs(600));
    }
}
