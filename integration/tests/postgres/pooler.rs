//! `PgBouncer`: sessions of the server that are shared by its clients are left as they were.

use integration::postgres::{Pooler, Server};

/// Everything that a session of the pool shows of a run that went through it.
const LEFT: &str = "SELECT current_setting('search_path'), current_setting('statement_timeout'), \
    current_setting('lock_timeout'), current_setting('synchronous_commit'), current_setting('client_min_messages'), \
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), \
    (SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction')";

#[test]
fn a_pooler_is_recognised_before_any_parameter_is_set_there() {
    let server = Server::start(&[]);
    for mode in ["transaction", "session", "statement"] {
        // PgBouncer with its default configuration, and configured to ignore the startup parameter `options`.
        for ignored in ["", ", options"] {
            let pooler = Pooler::start(&server, mode, ignored);
            let before = pooler.psql(&server, LEFT).ok();
            let ended = pooler.init("roles: {r: {}}\n").run().expect(76, "failed");
            assert!(ended.error().contains("is a connection pooler"), "{mode}{ignored}: {}", ended.stdout);
            assert!(ended.stdout.contains("name the server itself"), "{}", ended.stdout);
            assert_eq!(pooler.psql(&server, LEFT).ok(), before, "{mode}{ignored}");
            let roles = server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'r'");
            assert_eq!(roles, "0", "{mode}{ignored}: nothing is written");
        }
    }
}

/// The session of a run on the server itself sets nothing either: its parameters came with its login.
#[test]
fn a_run_sets_nothing_in_its_sessions() {
    let server = Server::start(&["log_statement=all", "wal_level=logical"]);
    crate::full(&server).run().expect(0, "changed");
    let log = server.log();
    let sets = |line: &&str| {
        let statement = line.split("statement: ").nth(1).unwrap_or_default();
        statement
            .split(';')
            .any(|part| part.trim_start().starts_with("SET ") && !part.trim_start().starts_with("SET LOCAL "))
            || statement.contains("pg_advisory_lock")
            || statement.contains("pg_try_advisory_lock(")
    };
    let found: Vec<&str> = log.lines().filter(sets).collect();
    assert_eq!(found, [""; 0]);
}
