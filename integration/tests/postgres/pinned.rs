//! A declared parameter is set on the object itself, whatever the server's defaults are.

use integration::docker;
use integration::postgres::Server;

/// A parameter, its declared value, and another value.
const SETTINGS: &[(&str, &str, &str)] = &[
    // The server's own default.
    ("work_mem", "4MB", "16MB"),
    ("statement_timeout", "0", "1h"),
    ("search_path", "\"$user\", public", "elsewhere"),
    ("datestyle", "ISO, MDY", "German, DMY"),
    // The value that ALTER SYSTEM sets on the test's server.
    ("lock_timeout", "7s", "70s"),
    ("timezone", "Asia/Tokyo", "Africa/Cairo"),
    // The value that the other level sets on the test's server.
    ("idle_in_transaction_session_timeout", "11s", "70s"),
];

/// Servers whose other levels already give each declared value.
fn server() -> Server {
    let server = Server::start(&[]);
    for sql in [
        "CREATE ROLE r LOGIN PASSWORD 'first'",
        "CREATE DATABASE d",
        "ALTER SYSTEM SET lock_timeout = '7s'",
        "ALTER SYSTEM SET timezone = 'Asia/Tokyo'",
        "SELECT pg_reload_conf()",
    ] {
        server.psql("postgres", sql);
    }
    server
}

/// A parameter as a session of `role` in the database `d` has it.
fn effective(server: &Server, role: &str, parameter: &str) -> String {
    let to = ["--host", server.name(), "--username", role, "--dbname", "d"];
    let begin = ["exec", "--env", "PGPASSWORD=first", server.name(), "psql", "--no-psqlrc", "-qAt"];
    let show = format!("SHOW {parameter}");
    docker(&[begin.as_slice(), &to, &["--command", &show]].concat()).ok().trim_end().to_owned()
}

fn declared() -> String {
    let pairs: Vec<_> = SETTINGS.iter().map(|(name, value, _)| format!("{name}: '{value}'")).collect();
    format!("settings: {{{}}}", pairs.join(", "))
}

/// Sets the other value for the whole server.
fn change_the_server(server: &Server) {
    for (name, _, other) in SETTINGS {
        server.psql("postgres", &format!("ALTER SYSTEM SET {name} = {other}", other = quoted(other)));
    }
    server.psql("postgres", "SELECT pg_reload_conf()");
}

/// The parts of a list are values of their own.
fn quoted(value: &str) -> String {
    value.split(", ").map(|part| format!("'{part}'")).collect::<Vec<_>>().join(", ")
}

/// Asserts that the parameter has its declared value in a session.
fn assert_effective(server: &Server, role: &str) {
    for (name, value, _) in SETTINGS {
        assert_eq!(effective(server, role, name), *value, "{name} of {role}");
    }
}

#[test]
fn a_setting_of_a_role_does_not_depend_on_the_other_levels() {
    let server = server();
    server.psql("postgres", "ALTER DATABASE d SET idle_in_transaction_session_timeout = '11s'");
    server.psql("postgres", "ALTER ROLE r IN DATABASE d SET work_mem = '4MB'");
    let spec = format!("roles: {{r: {{{}}}}}\n", declared());
    let first = server.init(&spec).run().expect(0, "changed");
    assert_eq!(first.operations(), ["alter_role"]);
    server.init(&spec).run().expect(0, "unchanged");
    let in_database = "SELECT setconfig FROM pg_db_role_setting WHERE setdatabase <> 0 AND setrole <> 0";
    assert_eq!(server.psql("postgres", in_database), "{work_mem=4MB}");
    change_the_server(&server);
    server.psql("postgres", "ALTER ROLE r IN DATABASE d RESET ALL");
    for (name, _, other) in SETTINGS {
        server.psql("postgres", &format!("ALTER DATABASE d SET {name} = {}", quoted(other)));
    }
    assert_effective(&server, "r");
    server.init(&spec).run().expect(0, "unchanged");
}

#[test]
fn a_setting_of_a_database_does_not_depend_on_the_other_levels() {
    let server = server();
    server.psql("postgres", "ALTER ROLE r SET idle_in_transaction_session_timeout = '11s'");
    server.psql("postgres", "ALTER ROLE r IN DATABASE d SET work_mem = '4MB'");
    let spec = format!("databases: {{d: {{{}}}}}\n", declared());
    let first = server.init(&spec).run().expect(0, "changed");
    assert_eq!(first.operations(), ["alter_database"]);
    server.init(&spec).run().expect(0, "unchanged");
    change_the_server(&server);
    server.psql("postgres", "ALTER ROLE r IN DATABASE d RESET ALL; ALTER ROLE r RESET ALL");
    assert_effective(&server, "r");
    server.init(&spec).run().expect(0, "unchanged");
}

#[test]
fn settings_of_new_roles_and_databases_do_not_depend_on_the_other_levels() {
    let server = server();
    for sql in ["DROP DATABASE d", "DROP ROLE r"] {
        server.psql("postgres", sql);
    }
    let role = "login: true, password: {secret: one}";
    for (role_settings, database_settings) in [(declared(), String::new()), (String::new(), declared())] {
        let spec =
            format!("roles: {{r: {{{role}, {role_settings}}}}}\ndatabases: {{d: {{{database_settings}}}}}\n");
        let run = || server.init(&spec).secret("one", "first").run();
        run().expect(0, "changed");
        run().expect(0, "unchanged");
        change_the_server(&server);
        assert_effective(&server, "r");
        server.psql("postgres", "ALTER SYSTEM RESET ALL");
        server.psql("postgres", "SELECT pg_reload_conf()");
        for sql in ["DROP DATABASE d", "DROP ROLE r"] {
            server.psql("postgres", sql);
        }
    }
}

/// The server shows both values alike in a session of today, and they are two values.
#[test]
fn a_stored_value_that_only_resembles_the_declared_one_is_changed() {
    let server = server();
    for (name, stored, value) in [
        // The order of day and month is the session's.
        ("datestyle", "ISO", "'ISO, MDY'"),
        // The server never shows it.
        ("seed", "0.25", "0.5"),
        // A catalog does not list it.
        ("role", "none", "pg_monitor"),
        // Zero is the default of the operating system.
        ("tcp_keepalives_idle", "0", "7200"),
        // One schema whose name has a comma, and not two schemas.
        ("search_path", "app, public", "['app, public']"),
    ] {
        let set = if name == "search_path" { stored.to_owned() } else { format!("'{stored}'") };
        for (object, spec) in [("ROLE r", "roles: {r"), ("DATABASE d", "databases: {d")] {
            server.psql("postgres", &format!("ALTER {object} SET {name} = {set}"));
            let spec = format!("{spec}: {{settings: {{{name}: {value}}}}}}}\n");
            let healed = server.init(&spec).run();
            assert_eq!((healed.exit, healed.outcome()), (0, "changed"), "{object} {name}: {}", healed.stdout);
            server.init(&spec).run().expect(0, "unchanged");
        }
    }
}
