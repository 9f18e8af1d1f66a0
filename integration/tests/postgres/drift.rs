//! Every property of the full spec, changed by hand and set back, one by one; what the spec does not name stays.

use integration::postgres::Server;

/// Where, what somebody does, and the operations that set it back.
const DRIFTS: &[(&str, &str, &[&str])] = &[
    ("postgres", "ALTER ROLE app NOLOGIN", &["alter_role"]),
    ("postgres", "ALTER ROLE app SUPERUSER", &["alter_role"]),
    ("postgres", "ALTER ROLE app CREATEDB", &["alter_role"]),
    ("postgres", "ALTER ROLE app CREATEROLE", &["alter_role"]),
    ("postgres", "ALTER ROLE app REPLICATION", &["alter_role"]),
    ("postgres", "ALTER ROLE app BYPASSRLS", &["alter_role"]),
    ("postgres", "ALTER ROLE app NOINHERIT", &["alter_role"]),
    ("postgres", "ALTER ROLE app CONNECTION LIMIT 7", &["alter_role"]),
    ("postgres", "ALTER ROLE app VALID UNTIL '2031-01-01 00:00:00+02'", &["alter_role"]),
    ("postgres", "ALTER ROLE app VALID UNTIL 'infinity'", &["alter_role"]),
    ("postgres", "ALTER ROLE app PASSWORD 'another'", &["alter_role"]),
    ("postgres", "ALTER ROLE app PASSWORD NULL", &["alter_role"]),
    ("postgres", "SET password_encryption = md5; ALTER ROLE app PASSWORD 'canary-app'", &["alter_role"]),
    ("postgres", "ALTER ROLE hidden_reporter PASSWORD 'another'", &["alter_role"]),
    ("postgres", "ALTER ROLE app SET statement_timeout = '31s'", &["alter_role"]),
    ("postgres", "ALTER ROLE app RESET statement_timeout", &["alter_role"]),
    ("postgres", "ALTER ROLE app SET search_path = public, app", &["alter_role"]),
    ("postgres", "ALTER ROLE app SET search_path = 'app, public'", &["alter_role"]),
    ("postgres", "REVOKE readers FROM app", &["grant_role"]),
    ("postgres", "GRANT pg_monitor TO app WITH ADMIN OPTION", &["alter_membership"]),
    ("postgres", "DROP ROLE hidden_reporter", &["create_role", "grant_role"]),
    ("postgres", "ALTER DATABASE app OWNER TO cdc", &["alter_database"]),
    ("postgres", "ALTER DATABASE app CONNECTION LIMIT -1", &["alter_database"]),
    ("postgres", "ALTER DATABASE app SET timezone = 'Europe/Berlin'", &["alter_database"]),
    ("postgres", "ALTER DATABASE app RESET ALL", &["alter_database"]),
    ("postgres", "GRANT CONNECT ON DATABASE app TO PUBLIC", &["revoke_privileges"]),
    ("postgres", "GRANT TEMPORARY ON DATABASE app TO PUBLIC", &["revoke_privileges"]),
    ("postgres", "REVOKE CONNECT ON DATABASE app FROM readers", &["grant_privileges"]),
    ("app", "ALTER SCHEMA app OWNER TO cdc", &["alter_schema"]),
    ("app", "DROP EXTENSION hstore; DROP SCHEMA ext", &["create_schema", "create_extension"]),
    ("app", "DROP EXTENSION pg_trgm", &["create_extension"]),
    ("app", "ALTER EXTENSION hstore SET SCHEMA public", &["alter_extension"]),
    ("app", "DROP EXTENSION hstore; CREATE EXTENSION hstore SCHEMA ext VERSION '1.7'", &["alter_extension"]),
    ("app", "REVOKE USAGE ON SCHEMA app FROM readers", &["grant_privileges"]),
    (
        "app",
        "CREATE TABLE app.t1 (); CREATE VIEW app.v1 AS SELECT 1 AS one",
        &["grant_privileges", "grant_privileges"],
    ),
    ("app", "REVOKE SELECT ON app.t1 FROM cdc", &["grant_privileges"]),
    ("app", "REVOKE SELECT ON app.v1 FROM readers", &["grant_privileges"]),
    ("app", "CREATE MATERIALIZED VIEW app.m1 AS SELECT 1 AS one", &["grant_privileges", "grant_privileges"]),
    ("app", "CREATE TABLE app.p1 (n int) PARTITION BY LIST (n)", &["grant_privileges", "grant_privileges"]),
    ("app", "CREATE SEQUENCE app.s1", &["grant_privileges"]),
    ("app", "REVOKE SELECT ON app.s1 FROM readers", &["grant_privileges"]),
    ("app", "CREATE FUNCTION app.f1() RETURNS int RETURN 1", &["grant_privileges"]),
    ("app", "CREATE PROCEDURE app.p2() BEGIN ATOMIC END", &["grant_privileges"]),
    ("app", "REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION app.f1() FROM app", &["grant_privileges"]),
    (
        "app",
        "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA app REVOKE SELECT ON TABLES FROM readers",
        &["alter_default_privileges"],
    ),
    ("app", "DROP PUBLICATION cdc", &["create_publication"]),
    ("app", "ALTER PUBLICATION cdc SET (publish = 'insert')", &["alter_publication"]),
    ("app", "ALTER PUBLICATION orders DROP TABLES IN SCHEMA app", &["alter_publication"]),
];

/// What the spec is silent about: undeclared properties, objects, members, privileges, other spellings of a value.
const NO_DRIFT: &[(&str, &str)] = &[
    ("postgres", "CREATE ROLE stranger LOGIN; GRANT readers TO stranger"),
    ("postgres", "CREATE DATABASE strange"),
    ("postgres", "ALTER ROLE app SET work_mem = '8MB'; ALTER DATABASE app SET work_mem = '8MB'"),
    ("postgres", "ALTER ROLE app SET statement_timeout = '30000'"),
    ("postgres", "ALTER ROLE app SET search_path = app, public"),
    ("postgres", "ALTER ROLE readers CONNECTION LIMIT 5 CREATEDB"),
    ("postgres", "GRANT CREATE ON DATABASE app TO readers"),
    ("app", "CREATE SCHEMA strange; CREATE EXTENSION citext; CREATE PUBLICATION strange"),
    ("app", "ALTER EXTENSION pg_trgm SET SCHEMA strange"),
    ("app", "GRANT CREATE ON SCHEMA app TO readers WITH GRANT OPTION"),
    ("app", "ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT INSERT ON TABLES TO cdc"),
];

#[test]
fn every_property_is_set_back_and_nothing_else_is_touched() {
    let server = Server::start(&["wal_level=logical"]);
    crate::full(&server).run().expect(0, "changed");
    for (database, sql, expected) in DRIFTS {
        server.psql(database, sql);
        let planned = crate::full(&server).args(&["plan"]).run().expect(3, "drift");
        assert_eq!(crate::ops(&planned), *expected, "{sql}: {}", planned.stdout);
        let healed = crate::full(&server).run().expect(0, "changed");
        assert_eq!(
            healed.report["changes"].as_array().map(Vec::len),
            Some(expected.len()),
            "{sql}: {}",
            healed.stdout
        );
        assert_eq!(crate::ops(&healed), *expected, "{sql}");
    }
    for (database, sql) in NO_DRIFT {
        server.psql(database, sql);
        let rerun = crate::full(&server).run();
        assert_eq!((rerun.exit, rerun.outcome()), (0, "unchanged"), "{sql}: {}", rerun.stdout);
    }
}

/// A change is told with both sides.
#[test]
fn a_change_names_what_was_there() {
    let server = Server::start(&[]);
    let spec = "roles: {r: {connectionLimit: 3, settings: {work_mem: 4MB}}}\n";
    server.init(spec).run().expect(0, "changed");
    server.psql("postgres", "ALTER ROLE r CONNECTION LIMIT 5; ALTER ROLE r SET work_mem = '5MB'");
    let healed = server.init(spec).run().expect(0, "changed");
    assert_eq!(
        healed.report["changes"][0].to_string(),
        r#"{"connectionLimit":{"from":5,"to":3},"op":"alter_role","role":"r","settings":{"work_mem":{"from":"5MB","to":"4MB"}},"status":"applied"}"#
    );
}
