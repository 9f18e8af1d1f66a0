//! Runs that are disturbed: another one beside them, a signal, a busy template, a connection that is cut.

use std::thread;
use std::time::{Duration, Instant};

use integration::eventually;
use integration::postgres::Server;

fn many(roles: usize, databases: usize) -> String {
    let roles: String =
        (0..roles).map(|n| format!("  r{n}: {{login: true, password: {{secret: one}}}}\n")).collect();
    let database = |n: usize| format!("  d{n}: {{owner: r{n}, schemas: {{s: {{owner: r{n}}}}}}}\n");
    let databases: String = (0..databases).map(database).collect();
    format!("roles:\n{roles}databases:\n{databases}")
}

#[test]
fn two_concurrent_runs_wait_for_each_other_and_succeed() {
    let server = Server::start(&[]);
    for round in 0..10 {
        let spec = format!(
            "roles: {{r{round}: {{}}}}\ndatabases: {{d{round}: {{owner: r{round}, schemas: {{s: {{}}}}}}}}\n"
        );
        let runs = [server.init(&spec).start(), server.init(&spec).start()];
        let mut outcomes = runs.map(|run| {
            let ended = run.wait();
            assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
            ended.outcome().to_owned()
        });
        outcomes.sort();
        assert_eq!(outcomes, ["changed", "unchanged"], "round {round}");
    }
}

#[test]
fn sigterm_ends_the_run_and_a_rerun_converges() {
    let server = Server::start(&[]);
    let run = || server.init(&many(400, 10)).secret("one", "x");
    let running = run().start();
    eventually("it has begun", Duration::from_secs(20), || running.log().contains("planned"));
    thread::sleep(Duration::from_millis(300));
    let began = Instant::now();
    running.signal("TERM");
    let ended = running.wait().expect(143, "interrupted");
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    assert!(ended.report["changes"].as_array().is_some_and(|changes| changes.len() > 400));
    run().run().expect(0, "changed");
    run().run().expect(0, "unchanged");
}

/// The server waits five seconds for the template's sessions, then refuses with 55006.
#[test]
fn a_busy_template_is_waited_for() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE DATABASE busy");
    let session = server.session("busy", "SELECT pg_sleep(8)");
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'busy'";
    eventually("somebody is in it", Duration::from_secs(10), || server.psql("postgres", sleeping) == "1");
    server.init("databases: {copy: {template: busy}}\n").run().expect(0, "changed");
    drop(session);
}

/// Every session is ended now and then, as a failover would: the run goes on with a new one.
#[test]
fn terminated_sessions_are_replaced_and_nothing_is_lost() {
    let server = Server::start(&[]);
    let running = server.init(&many(300, 6)).secret("one", "x").start();
    eventually("it has begun", Duration::from_secs(20), || running.log().contains("planned"));
    for _ in 0..4 {
        server.psql(
            "postgres",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg-init'",
        );
        thread::sleep(Duration::from_millis(250));
    }
    let ended = running.wait();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    assert!(ended.log.contains("connecting and reading again"), "{}", ended.log);
    server.init(&many(300, 6)).secret("one", "x").run().expect(0, "unchanged");
}

/// A server that is killed and comes back in the middle.
#[test]
fn a_crash_of_the_server_is_survived() {
    let server = Server::start(&["restart_after_crash=on"]);
    let running = server.init(&many(300, 6)).secret("one", "x").start();
    eventually("it has begun", Duration::from_secs(20), || running.log().contains("planned"));
    thread::sleep(Duration::from_millis(200));
    server.shell("kill -9 $(pgrep -f '^postgres: checkpointer')").ok();
    let ended = running.wait();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    server.init(&many(300, 6)).secret("one", "x").run().expect(0, "unchanged");
    let half = "SELECT count(*) FROM pg_database WHERE datname ~ '^d[0-9]+$' AND pg_get_userbyid(datdba) !~ '^r[0-9]+$'";
    assert_eq!(server.psql("postgres", half), "0");
}
