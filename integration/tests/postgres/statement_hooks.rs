//! Libraries of the server that process every statement: pgaudit logs it, and credcheck checks roles and passwords.

use integration::postgres::{Server, major};

/// pgaudit is turned off around a statement that carries a verifier, and around no other.
#[test]
fn pgaudit_logs_every_change_except_those_with_a_verifier() {
    if !matches!(major(), 15 | 17) {
        // The npm package of the other majors has no such library.
        return;
    }
    let server = Server::start(&["shared_preload_libraries=pgaudit", "pgaudit.log=all"]);
    let spec = "roles: {readers: {}, one: {login: true, password: {secret: one}, connectionLimit: 3, memberOf: [readers]}}\n\
                databases: {d: {owner: one, settings: {timezone: UTC}, schemas: {s: {}}, extensions: {citext: {}},\n\
                \x20   grants: [{to: readers, object: schema, schema: s, privileges: [usage]}],\n\
                \x20   defaultPrivileges: [{for: one, schema: s, object: tables, to: readers, privileges: [select]}]}}\n";
    let run = |password: &str| server.init(spec).secret("one", password).run();
    run("canary-one").expect(0, "changed");
    server.psql("postgres", "ALTER ROLE one CONNECTION LIMIT 4");
    run("canary-one").expect(0, "changed");
    run("canary-new").expect(0, "changed");
    run("canary-new").expect(0, "unchanged");
    // The lines of pgaudit are CSV.
    let log = server.log().replace("\"\"", "\"");
    let audited: Vec<&str> = log.lines().filter(|line| line.contains("AUDIT: ")).collect();
    let seen = |statement: &str| audited.iter().filter(|line| line.contains(statement)).count();
    for statement in [
        "CREATE ROLE \"readers\"",
        "GRANT \"readers\" TO \"one\"",
        "CREATE DATABASE \"d\"",
        "ALTER DATABASE \"d\" SET",
        "CREATE SCHEMA \"s\"",
        "CREATE EXTENSION \"citext\"",
        "GRANT USAGE ON SCHEMA",
        "ALTER DEFAULT PRIVILEGES",
    ] {
        assert_eq!(seen(statement), 1, "{statement}: {audited:#?}");
    }
    // Once by the test, once by the run that set it back. No statement with a verifier is there at all.
    assert_eq!(seen("ALTER ROLE one CONNECTION LIMIT") + seen("ALTER ROLE \"one\" CONNECTION LIMIT"), 2);
    assert_eq!(seen("CREATE ROLE \"one\"") + seen("PASSWORD"), 0, "{audited:#?}");
    assert!(!log.contains("SCRAM-SHA-256$") && !log.contains("canary-"), "{log}");
}

/// The code of a login that is refused, given to a statement: `pg_hba.conf` has nothing to do with it.
#[test]
fn a_role_that_credcheck_refuses_is_not_reported_as_a_pg_hba_error() {
    if major() != 17 {
        // Debian packages credcheck from 13 on.
        return;
    }
    let server = Server::start(&["shared_preload_libraries=credcheck", "credcheck.username_min_length=4"]);
    for (role, says) in [
        ("ab: {}", "credcheck.username_min_length"),
        // credcheck requires a password in clear text, and gets a verifier.
        ("abcd: {login: true, password: {secret: one}}", "is not a plain text"),
    ] {
        let refused = server.init(&format!("roles: {{{role}}}\n")).secret("one", "canary-one").run();
        let refused = refused.expect(77, "failed");
        assert!(refused.error().contains("28000") && refused.error().contains(says), "{}", refused.stdout);
        assert!(refused.log.contains("no password is sent in the clear"), "{}", refused.log);
        for text in [&refused.stdout, &refused.log] {
            assert!(!text.contains("pg_hba") && !text.contains("canary-"), "{text}");
        }
    }
    // The same code of a login is about it.
    server.asks_for("reject");
    let login = server.init("roles: {r: {}}\n").run().expect(77, "failed");
    assert!(login.error().contains("28000"), "{}", login.stdout);
    assert!(login.log.contains("check the server's pg_hba.conf"), "{}", login.log);
}
