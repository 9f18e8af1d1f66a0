//! A watch on a real server: drift, changes of the spec's and secrets' files, and restarts of the server.

use std::thread::sleep;
use std::time::{Duration, Instant};

use integration::postgres::{PASSWORD, Server};
use integration::{docker, eventually};

const SPEC: &str =
    "roles:\n  one: {login: true, password: {secret: one}}\n  two: {}\ndatabases: {app: {owner: one}}\n";

fn has(server: &Server, role: &str) -> bool {
    server.psql("postgres", &format!("SELECT count(*) FROM pg_roles WHERE rolname = '{role}'")) == "1"
}

#[test]
fn a_watch_keeps_what_the_spec_and_the_secrets_say() {
    let server = Server::start(&[]);
    let watch = server.init(SPEC).secret("one", "first").watch("2s");
    server.psql("postgres", "DROP ROLE two");
    watch.until("the role is back", || has(&server, "two"));

    let session = server.session("app", "SET SESSION AUTHORIZATION one; SELECT pg_sleep(600)");
    let sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()";
    eventually("somebody sleeps", Duration::from_secs(10), || server.psql("postgres", sleeping) == "1");
    watch.rotate("one", "second: ü");
    watch.until("the new password is accepted", || server.lets_in("one", "second: ü", "app"));
    assert!(!server.lets_in("one", "first", "app"));
    assert_eq!(server.psql("postgres", sleeping), "1", "the role's session goes on");
    drop(session);

    watch.edit_spec(|spec| spec.replace("  two: {}\n", "  two: {}\n  three: {}\n"));
    watch.until("the edited spec is applied", || has(&server, "three"));
    watch.edit_spec(|spec| spec.replace("roles:", "rolse:"));
    watch.until("the wrong spec is told", || watch.outcomes().last().is_some_and(|last| last == "failed"));
    server.psql("postgres", "DROP ROLE three");
    watch.until("the last good spec is in force", || has(&server, "three"));
    let (well, reason) = watch.health();
    assert!(well && reason.contains("the last good spec is in force"), "{reason}");
    watch.edit_spec(|spec| spec.replace("rolse:", "roles:"));
    watch.until("the right spec is told", || watch.outcomes().last().is_some_and(|last| last == "unchanged"));
    let expected = ["changed", "changed", "changed", "changed", "failed", "changed", "unchanged"];
    assert_eq!(watch.outcomes(), expected);
    assert_eq!(watch.terminate().len(), expected.len());
}

#[test]
fn a_watch_outlasts_its_server_and_rotates_its_own_password() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE keeper SUPERUSER LOGIN PASSWORD 'own-1'");
    let spec = format!(
        "endpoint: {}:5432\nuser: keeper\npassword: {{secret: own}}\nbootstrapPassword: {{secret: old}}\ntls: disable\n\
         roles: {{keeper: {{login: true, superuser: true, password: {{secret: own}}}}, two: {{}}}}\n",
        server.name()
    );
    let watch = integration::postgres::init(&spec).secret("own", "own-1").secret("old", "own-1").watch("2s");
    watch.rotate("own", "own-2");
    watch.until("its own password is new", || server.lets_in("keeper", "own-2", "postgres"));
    assert!(!server.lets_in("keeper", "own-1", "postgres"));
    watch.becomes_well();

    docker(&["stop", "--time", "5", server.name()]).ok();
    watch.becomes_unwell();
    watch.until("the reason is told", || watch.health().1.contains("was not ready within 10s"));
    sleep(Duration::from_secs(15));
    docker(&["start", server.name()]).ok();
    server.ready();
    server.psql("postgres", "DROP ROLE two");
    watch.until("the role is back", || has(&server, "two"));
    watch.becomes_well();
    // A pass may find the server back before the role is dropped.
    let told = watch.outcomes().into_iter().filter(|outcome| outcome != "unchanged");
    assert_eq!(told.collect::<Vec<_>>(), ["changed", "changed", "failed", "changed"]);
    let errors = watch.log().lines().filter(|line| line.contains("\"level\":\"ERROR\"")).count();
    assert_eq!(errors, 1, "{}", watch.log());
    watch.terminate();
}

/// Nothing is written, nothing is held, and nothing is said.
fn quiet_for(time: Duration) {
    // Left to itself, the server writes down what it finds out about tables that have changed, a minute later.
    let server = Server::start(&["autovacuum=off"]);
    let other = server.init(SPEC).secret("one", "first").watch("1s");
    let watch = server.init(SPEC).secret("one", "first").watch("1s");
    // The server has finished its own writes after the changes.
    server.psql("postgres", "CHECKPOINT");
    sleep(Duration::from_secs(20));
    let wal = server.wal();
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    let mut free = 0;
    // The advisory lock is taken in turn, so one of the two waits a moment now and then, and says nothing of it.
    watch.is_quiet(|| {
        let until = Instant::now() + time;
        while Instant::now() < until {
            free += usize::from(server.psql("postgres", held) == "0");
            sleep(Duration::from_millis(500));
        }
        // An init beside the two has its turn too.
        server.init(SPEC).secret("one", "first").run().expect(0, "unchanged");
    });
    assert!(free > 0, "the lock is held all the time");
    assert_eq!(server.wal(), wal);
    assert_eq!(other.outcomes().len(), 1);
    watch.terminate();
    other.terminate();
}

#[test]
fn two_idle_watches_write_nothing_and_hold_no_lock() {
    quiet_for(Duration::from_secs(15));
}

#[test]
fn a_watch_that_is_killed_or_ended_in_a_pass_leaves_a_server_that_the_next_converges() {
    let server = Server::start(&[]);
    let roles: String =
        (0..300).map(|n| format!("  r{n}: {{login: true, password: {{secret: one}}}}\n")).collect();
    let databases: String = (0..6).map(|n| format!("  d{n}: {{owner: r{n}}}\n")).collect();
    let start = || {
        let spec = format!("roles:\n{roles}databases:\n{databases}");
        let running = server.init(&spec).secret("one", "first").args(&["watch", "--every", "2s"]).start();
        running.has_begun();
        running
    };
    let killed = start();
    killed.signal("KILL");
    assert_eq!(killed.wait().exit, 137);
    let ended = start();
    ended.terminate();
    let watch = start();
    watch.becomes_well();
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'd_'"), "6");
    watch.terminate();
    // Before there is anything to talk to.
    let absent = integration::postgres::init(
        "endpoint: nobody:5432\nuser: postgres\npassword: {secret: admin}\ntls: disable\n",
    );
    let absent = absent.secret("admin", PASSWORD).args(&["watch", "--every", "2s"]).start();
    eventually("it waits", Duration::from_secs(20), || absent.log().contains("waiting"));
    assert!(absent.health().1.contains("not yet"), "{:?}", absent.health());
    absent.terminate();
}

mod fault {
    use std::time::Duration;

    #[test]
    #[ignore = "ten minutes"]
    fn six_hundred_quiet_passes_write_nothing_and_hold_nothing() {
        super::quiet_for(Duration::from_secs(600));
    }
}
