//! Passwords: a rotation changes exactly one role, and no password is sent in clear text.

use std::time::Duration;

use integration::eventually;
use integration::postgres::{PASSWORD, Server};

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
    assert_eq!(rotated.operations(), ["alter_role"]);
    assert!(!server.lets_in("one", "first", "postgres"));
    assert!(server.lets_in("one", "new: ü", "postgres"));
    assert_eq!(server.psql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'two'"), two);
    assert_eq!(server.psql("postgres", sleeping), "1", "the other role's session goes on");
    drop(session);
    run("new: ü").run().expect(0, "unchanged");
}

/// The server hashes a password that it gets in the clear; ours, with other salts, match all the same.
#[test]
fn a_verifier_that_the_server_made_equals_the_declared_password() {
    let server = Server::start(&[]);
    server.psql(
        "postgres",
        "CREATE ROLE one LOGIN PASSWORD 'fi\u{AD}rst'; CREATE ROLE two LOGIN PASSWORD 'IX'",
    );
    // Soft hyphen and the roman numeral nine are mapped by SASLprep.
    let run = server.init(ROLES).secret("one", "first").secret("two", "\u{2168}");
    run.run().expect(0, "unchanged");
}

/// An old server: its superuser logs in by MD5, and so did the roles, whose MD5 hashes are replaced.
#[test]
fn an_md5_login_is_possible_and_md5_hashes_are_replaced() {
    let server = Server::start(&["password_encryption=md5"]);
    let admin = PASSWORD.replace('\'', "''");
    server.psql(
        "postgres",
        &format!("ALTER ROLE postgres PASSWORD '{admin}'; CREATE ROLE one LOGIN PASSWORD 'first'"),
    );
    server.shell("sed -i 's/scram-sha-256/md5/' $PGDATA/pg_hba.conf").ok();
    server.psql("postgres", "SELECT pg_reload_conf()");
    let stored = "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname IN ('one', 'postgres', 'two') ORDER BY rolname";
    assert!(server.psql("postgres", stored).lines().all(|line| line.starts_with("md5")));
    let spec = format!("authentication: md5\n{ROLES}");
    let run = || server.init(&spec).secret("one", "first").secret("two", "second").run();
    let cold = run().expect(0, "changed");
    assert_eq!(cold.operations(), ["create_role", "alter_role"]);
    assert_eq!(cold.report["changes"][1]["password"]["from"], "md5", "{}", cold.stdout);
    let kinds = server.psql("postgres", stored).lines().map(|line| line[..3].to_owned()).collect::<Vec<_>>();
    assert_eq!(kinds, ["SCR", "md5", "SCR"], "the undeclared role is left alone");
    run().expect(0, "unchanged");
    assert!(server.lets_in("one", "first", "postgres") && server.lets_in("two", "second", "postgres"));
}

/// RFC 4013's examples and RFC 7677's password, as the server itself understands them.
#[test]
fn passwords_are_prepared_as_the_server_prepares_them() {
    let server = Server::start(&[]);
    // Written, and another spelling of the same.
    let vectors = [
        ("I\u{AD}X", "IX"),
        ("user", "user"),
        ("\u{AA}", "a"),
        ("\u{2168}", "IX"),
        ("pencil", "pencil"),
        ("a\u{A0}b", "a b"),
        ("ü\u{2074}", "u\u{308}4"),
        ("пароль 🐘", "пароль 🐘"),
        // Prohibited, or of two directions: taken as they are.
        ("bell\u{7}", "bell\u{7}"),
        ("\u{627}1", "\u{627}1"),
    ];
    let spec = |prefix: &str| {
        let role = |n| format!("  {prefix}{n}: {{login: true, password: {{secret: s{n}}}}}\n");
        format!("roles:\n{}", (0..vectors.len()).map(role).collect::<String>())
    };
    // Hashed here, and let in by the server in either spelling.
    let ours = vectors.iter().enumerate();
    let ours =
        ours.fold(server.init(&spec("o")), |init, (n, (written, _))| init.secret(&format!("s{n}"), written));
    ours.run().expect(0, "changed");
    for (n, (written, same)) in vectors.iter().enumerate() {
        for spelling in [written, same] {
            assert!(server.lets_in(&format!("o{n}"), spelling, "postgres"), "{written:?} as {spelling:?}");
        }
        server.psql("postgres", &format!("CREATE ROLE t{n} LOGIN PASSWORD '{written}'"));
    }
    // Hashed by the server, and known here in the other spelling.
    let theirs = vectors.iter().enumerate();
    let theirs =
        theirs.fold(server.init(&spec("t")), |init, (n, (_, same))| init.secret(&format!("s{n}"), same));
    theirs.run().expect(0, "unchanged");
}

/// A secret that holds what a server stores is stored as it is, by whoever provisions, and compared as it is.
#[test]
fn a_stored_verifier_is_set_as_it_is() {
    let server = Server::start(&[]);
    server.psql(
        "postgres",
        "CREATE ROLE source PASSWORD 'first'; CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'",
    );
    let scram = server.psql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'source'");
    let md5 = server.psql("postgres", "SELECT 'md5' || md5('secondtwo')");
    let stored = || {
        server.psql(
            "postgres",
            "SELECT rolpassword FROM pg_authid WHERE rolname IN ('one', 'two') ORDER BY rolname",
        )
    };
    let run = || server.init(ROLES).secret("one", &scram).secret("two", &md5).run();
    let cold = run().expect(0, "changed");
    assert!(cold.log.contains("is a stored verifier"), "{}", cold.log);
    assert_eq!(stored(), format!("{scram}\n{md5}"));
    assert!(server.lets_in("one", "first", "postgres"));
    run().expect(0, "unchanged");
    server.psql("postgres", "ALTER ROLE one PASSWORD 'first'; ALTER ROLE two PASSWORD 'second'");
    assert_eq!(run().expect(0, "changed").operations(), ["alter_role", "alter_role"]);
    assert_eq!(stored(), format!("{scram}\n{md5}"));
    server.psql("postgres", "DROP ROLE one, two");
    let spec = format!(
        "endpoint: {}:5432\nuser: manager\npassword: {{secret: m}}\ntls: disable\n{ROLES}",
        server.name()
    );
    let manager = || {
        integration::postgres::init(&spec).secret("m", "managed").secret("one", &scram).secret("two", &md5)
    };
    manager().run().expect(0, "changed");
    assert_eq!(stored(), format!("{scram}\n{md5}"));
    // Nobody logs in with a verifier, so nobody here can tell.
    let again = manager().run().expect(0, "unchanged");
    assert!(again.log.contains("left as it is"), "{}", again.log);
    let broken = server.init(ROLES).secret("one", "SCRAM-SHA-256$4096:nothing").secret("two", "second").run();
    assert!(broken.expect(78, "failed").error().contains("begins as a SCRAM verifier"));
}

/// A login as the role compares its password, as far as a login is possible.
#[test]
fn a_password_that_cannot_be_compared_stays_until_the_role_can_log_in() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'");
    let head =
        format!("endpoint: {}:5432\nuser: manager\npassword: {{secret: m}}\ntls: disable\n", server.name());
    let run = |roles: &str| {
        let init = integration::postgres::init(&format!(
            "{head}roles: {{one: {{password: {{secret: one}}{roles}}}}}\n"
        ));
        init.secret("m", "managed").secret("one", "first").run()
    };
    run(", login: true, connectionLimit: 0").expect(0, "changed");
    // At its limit: the password is right all the same.
    run(", login: true, connectionLimit: 0").expect(0, "unchanged");
    let failed = server.log().matches("password authentication failed").count();
    run(", login: true, connectionLimit: 0").expect(0, "unchanged");
    assert_eq!(
        server.log().matches("password authentication failed").count(),
        failed,
        "no login fails for a right password"
    );
    server.psql("postgres", "ALTER ROLE one VALID UNTIL '2001-01-01'");
    run(", login: true").expect(0, "unchanged");
    server.psql(
        "postgres",
        "ALTER ROLE one PASSWORD 'another' NOLOGIN VALID UNTIL '-infinity' CONNECTION LIMIT -1",
    );
    run("").expect(0, "unchanged");
    let healed = run(", login: true, validUntil: infinity").expect(0, "changed");
    assert_eq!(healed.report["changes"][0]["password"]["from"], "unknown", "{}", healed.stdout);
    assert!(server.lets_in("one", "first", "postgres"));
}

/// The spec decides how passwords are compared.
#[test]
fn passwords_are_compared_as_the_spec_says() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'; SET ROLE manager; CREATE ROLE one LOGIN PASSWORD 'other'");
    let run = |user: &str, check: &str| {
        let head = format!(
            "endpoint: {}:5432\nuser: {user}\npassword: {{secret: m}}\ntls: disable\n{check}\n\
             roles: {{one: {{login: true, password: {{secret: one}}}}}}\n",
            server.name()
        );
        let own = if user == "manager" { "managed" } else { PASSWORD };
        integration::postgres::init(&head).secret("m", own).secret("one", "first").run()
    };
    let failed = || server.log().matches("password authentication failed").count();
    let before = failed();
    // Nobody is asked.
    run("postgres", "passwordCheck: never").expect(0, "unchanged");
    run("manager", "passwordCheck: never").expect(0, "unchanged");
    let left = run("manager", "passwordCheck: verifier").expect(0, "unchanged");
    assert!(left.log.contains("passwords are left as they are"), "{}", left.log);
    assert_eq!(failed(), before, "no login was tried");
    assert!(server.lets_in("one", "other", "postgres"));
    // A superuser that logs in all the same.
    let by_login = run("postgres", "passwordCheck: login").expect(0, "changed");
    assert_eq!((by_login.operations(), failed()), (vec!["alter_role".to_owned()], before + 1));
    run("postgres", "passwordCheck: login").expect(0, "unchanged");
    run("postgres", "passwordCheck: verifier").expect(0, "unchanged");
    // A new role has its password whatever the check.
    server.psql("postgres", "DROP ROLE one");
    run("postgres", "passwordCheck: never").expect(0, "changed");
    assert!(server.lets_in("one", "first", "postgres"));
}

/// `password: null` removes a password, and an absent key leaves it as it is.
#[test]
fn a_null_password_is_removed() {
    let server = Server::start(&[]);
    server.psql(
        "postgres",
        "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'; CREATE ROLE one LOGIN PASSWORD 'first'; \
         CREATE ROLE other LOGIN PASSWORD 'other'",
    );
    let with_one = || {
        let sql =
            "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_authid WHERE rolpassword IS NOT NULL";
        server.psql("postgres", sql)
    };
    let spec = "roles: {one: {login: true, password: null}, two: {password: }, other: {login: true}}\n";
    // A role that cannot see whether there is a password leaves it, and the log says so.
    let head =
        format!("endpoint: {}:5432\nuser: manager\npassword: {{secret: m}}\ntls: disable\n", server.name());
    let manager = |roles: &str| integration::postgres::init(&format!("{head}{roles}")).secret("m", "managed");
    let blind = manager("roles: {one: {password: null}}\n").run().expect(0, "unchanged");
    assert!(blind.log.contains("left as it is"), "{}", blind.log);
    server.init(&format!("passwordCheck: never\n{spec}")).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(with_one(), "manager one other postgres");
    let shown = server.init(spec).args(&["plan", "--format", "text"]).run();
    assert!(shown.stdout.contains("- remove password of role one"), "{}", shown.stdout);
    let healed = server.init(spec).run().expect(0, "changed");
    assert_eq!(healed.operations(), ["create_role", "remove_password"]);
    assert_eq!(healed.report["summary"]["remove"], 1, "{}", healed.stdout);
    assert_eq!(with_one(), "manager other postgres");
    server.init(spec).run().expect(0, "unchanged");
    // The same for a password that is stored as MD5.
    server.psql("postgres", "SET password_encryption = md5; ALTER ROLE two PASSWORD 'x'");
    assert_eq!(server.init(spec).run().expect(0, "changed").operations(), ["remove_password"]);
    // The role that provisions logs in with its own.
    server.init("roles: {postgres: {password: null}}\n").run().expect(65, "failed");
    let hidden = "roles: {label: {name: {secret: hidden}, password: null}}\n";
    let locked = server.init(hidden).secret("hidden", "postgres").run().expect(4, "conflict");
    assert_eq!(locked.report["conflicts"][0]["at"], "roles.label.password");
    assert_eq!(with_one(), "manager other postgres");
}
