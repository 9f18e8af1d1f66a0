//! Passwords are in no output: neither in that of the tool, nor in the server's log and its view of sessions, nor in
//! the system's view of the tool's process.

use std::time::Duration;

use integration::postgres::{Server, init, version};
use integration::{Ended, Init, Output, Running, docker, eventually};

const ROLES: &str =
    "roles:\n  one: {login: true, password: {secret: one}}\n  two: {login: true, password: {secret: two}}\n";

/// A password, or a text from which it could be guessed offline.
const NEVER: [&str; 2] = ["canary-", "SCRAM-SHA-256$"];

fn clean(what: &str, text: &str) {
    for never in NEVER {
        assert!(!text.contains(never), "{never} in {what}: {text}");
    }
}

fn logging() -> Server {
    Server::start(&[
        "log_statement=all",
        "log_min_duration_statement=0",
        "log_min_error_statement=debug5",
        "log_duration=on",
        "shared_preload_libraries=pg_stat_statements",
        "pg_stat_statements.track_utility=on",
        "track_activity_query_size=16kB",
    ])
}

#[test]
fn no_password_is_in_any_output_or_log() {
    let server = logging();
    server.psql("postgres", "CREATE EXTENSION pg_stat_statements");
    let run = |one: &str, rest: &str| -> Init {
        let init = server.init(&format!("{ROLES}{rest}")).secret("one", one).secret("two", "canary-two");
        init.args(&["--log", "trace"])
    };
    let (cold, rotated) = (run("canary-one", "").run(), run("canary-new", "").run());
    // The third run fails: a failing statement is logged too.
    server.psql("postgres", "ALTER ROLE one RENAME TO one_renamed");
    let failed = run("canary-one", "databases: {d: {locale: no_such_locale}}\n").run();
    let outputs: [Ended; 3] = [cold, rotated, failed];
    assert_eq!(outputs.each_ref().map(|ended| ended.exit), [0, 0, 76], "{}", outputs[2].stdout);
    for ended in &outputs {
        clean("the report", &ended.stdout);
        clean("the log", &ended.log);
    }
    let log = server.log();
    assert!(log.contains("pg_catalog"), "the server logs statements");
    clean("the server's log", &log);
    let statistics = server.psql("postgres", "SELECT query FROM pg_stat_statements");
    assert!(statistics.contains("pg_authid"), "the server keeps statistics: {statistics}");
    clean("the server's statistics", &statistics);
}

/// The environment and the arguments of the tool, as a process beside it sees them.
fn seen_from_beside(running: &Running, by: &[&str]) -> Output {
    let pid = format!("container:{}", running.name());
    let image = format!("dayzero/postgres:{}", version());
    let read = "cat /proc/1/cmdline /proc/1/environ /proc/1/status | tr '\\0' ' '";
    let beside = ["run", "--rm", "--pid", &pid, "--entrypoint", "bash"];
    docker(&[&beside[..], by, &[&image, "-o", "pipefail", "-c", read]].concat())
}

/// The process while it waits for a server, after it has read its secrets.
#[test]
fn no_password_is_in_the_process() {
    let spec = format!("endpoint: nobody-here:5432\nuser: postgres\npassword: {{secret: admin}}\n{ROLES}");
    let waiting =
        init(&spec).secret("admin", "canary-admin").secret("one", "canary-one").secret("two", "canary-two");
    let waiting = waiting.start();
    eventually("it waits", Duration::from_secs(30), || waiting.log().contains("waiting"));
    // Only who may trace every process; not even another process of the same user.
    let same_user = seen_from_beside(&waiting, &["--user", "12345:12345"]);
    assert!(same_user.stderr.contains("/proc/1/environ: Permission denied"), "{same_user:?}");
    let process = seen_from_beside(&waiting, &["--user", "0:0", "--cap-add", "SYS_PTRACE"]).ok();
    assert!(process.contains("init") && process.contains("PATH="), "it was looked at: {process}");
    clean("the process", &process);
    waiting.signal("TERM");
    waiting.wait().expect(143, "interrupted");
}

/// The server's view is sampled as long as a run with 1,000 passwords lasts.
#[test]
fn no_password_is_in_the_servers_view_of_a_run() {
    let server = logging();
    let roles: String =
        (0..1000).map(|n| format!("  r{n}: {{login: true, password: {{secret: one}}}}\n")).collect();
    let sample = "SELECT query FROM pg_stat_activity WHERE application_name = 'pg-init' \\watch 0.02";
    let line =
        format!("echo \"{sample}\" | psql -qAt -U postgres >/tmp/samples 2>&1 & echo $! >/tmp/watcher");
    server.shell(&line).ok();
    server.init(&format!("roles:\n{roles}")).secret("one", "canary-one").run().expect(0, "changed");
    server.shell("kill $(cat /tmp/watcher)").ok();
    let samples = server.shell("cat /tmp/samples").ok();
    assert!(samples.contains("synchronous_commit") || samples.contains("ROLE"), "it was sampled: {samples}");
    // The statement of a session is shown only to superusers and to its own role, so a verifier may be seen there.
    assert!(!samples.contains("canary-"), "{samples}");
    clean("the server's log", &server.log());
}
