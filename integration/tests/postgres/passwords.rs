//! Passwords: rotated exactly, never in the clear anywhere.

use std::time::Duration;

use integration::eventually;
use integration::postgres::Server;

const ROLES: &str =
    "roles:\n  one: {login: true, password: {secret: one}}\n  two: {login: true, password: {secret: two}}\n";

#[test]
fn a_rotation_changes_exactly_one_role() {
    let server = Server::start(&[]);
    let run = |one: &str| server.init(ROLES).secret("one", one).secret("two", "second");
    run("first").run().expect(0, "changed");
    assert!(server.lets_in("one", "first", "postgres"));
    let two = server.psql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'two'");
    let session = server.session("postgres", "SET SESSION AUTHORIZATION two; SELECT pg_sleep(60)");
    let sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()";
    eventually("somebody sleeps", Duration::from_secs(10), || server.psql("postgres", sleeping) == "1");
    let rotated = run("new: ü").run().expect(0, "changed");
    assert_eq!(crate::ops(&rotated), ["alter_role"]);
    assert!(!server.lets_in("one", "first", "postgres"));
    assert!(server.lets_in("one", "new: ü", "postgres"));
    assert_eq!(server.psql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'two'"), two);
    assert_eq!(server.psql("postgres", sleeping), "1", "the other role's session goes on");
    drop(session);
    run("new: ü").run().expect(0, "unchanged");
}

/// The server hashes a password that it gets in the clear; ours, with other salts, match all the same.
#[test]
fn a_verifier_of_the_servers_own_making_is_known() {
    let server = Server::start(&[]);
    server.psql(
        "postgres",
        "CREATE ROLE one LOGIN PASSWORD 'fi\u{AD}rst'; CREATE ROLE two LOGIN PASSWORD 'IX'",
    );
    // Soft hyphen and the roman numeral nine are mapped by SASLprep.
    let run = server.init(ROLES).secret("one", "first").secret("two", "\u{2168}");
    run.run().expect(0, "unchanged");
}

#[test]
fn no_password_is_in_any_output_or_log() {
    let server = Server::start(&[
        "log_statement=all",
        "log_min_duration_statement=0",
        "log_min_error_statement=debug5",
    ]);
    let run = |one: &str| {
        let init = server.init(ROLES).secret("one", one).secret("two", "canary-two");
        init.args(&["--log", "trace"])
    };
    // The third run fails: a failing statement is logged too.
    let outputs = [run("canary-one").run(), run("canary-new").run(), {
        server.psql("postgres", "ALTER ROLE one RENAME TO one_renamed; CREATE ROLE two_more");
        let spec = format!("{ROLES}databases: {{d: {{locale: no_such_locale}}}}\n");
        server
            .init(&spec)
            .secret("one", "canary-one")
            .secret("two", "canary-two")
            .args(&["--log", "trace"])
            .run()
    }];
    assert_eq!(outputs.each_ref().map(|ended| ended.exit), [0, 0, 76], "{}", outputs[2].stdout);
    for ended in &outputs {
        assert!(!ended.stdout.contains("canary-") && !ended.log.contains("canary-"), "{}", ended.log);
        assert!(
            !ended.stdout.contains("SCRAM-SHA-256$") && !ended.log.contains("SCRAM-SHA-256$"),
            "{}",
            ended.log
        );
    }
    let log = server.log();
    assert!(log.contains("pg_catalog"), "the server logs statements");
    assert!(!log.contains("canary-"), "{log}");
    assert!(!log.contains("SCRAM-SHA-256$"), "nor the verifiers, as a superuser may keep them out");
}

/// A name that is a secret is shown by its label, whatever the server says.
#[test]
fn a_hidden_name_is_never_told() {
    let server = Server::start(&[]);
    let spec = "roles: {label: {name: {secret: hidden}, login: true, connectionLimit: 3}}\n\
                databases: {d: {owner: label, schemas: {s: {owner: label}}, grants: [{to: label, object: schema, schema: s, privileges: [all]}]}}\n";
    let run = || server.init(spec).secret("hidden", "mr_unspoken").args(&["--log", "trace"]);
    let cold = run().run().expect(0, "changed");
    server.psql("postgres", "ALTER ROLE mr_unspoken CONNECTION LIMIT 4; ALTER DATABASE d OWNER TO postgres");
    let healed = run().run().expect(0, "changed");
    let clash = server
        .init(&spec.replace("label: {", "mr_unspoken: {}, label: {"))
        .secret("hidden", "mr_unspoken")
        .run();
    assert_eq!((clash.exit, clash.outcome()), (78, "failed"), "{}", clash.stdout);
    let reserved = server.init(spec).secret("hidden", "pg_unspoken").run().expect(78, "failed");
    for text in [&cold.stdout, &cold.log, &healed.stdout, &healed.log, &reserved.stdout, &reserved.log] {
        assert!(!text.contains("unspoken"), "{text}");
    }
}
