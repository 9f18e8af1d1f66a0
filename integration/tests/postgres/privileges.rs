//! Provisioning without superuser: a role with CREATEROLE and CREATEDB, as managed PostgreSQL provides it.

use integration::postgres::{Server, init, major};
use integration::{Ended, Init};

pub(crate) fn as_admin(server: &Server, spec: &str) -> Init {
    let head =
        format!("endpoint: {}:5432\nuser: manager\npassword: {{secret: m}}\ntls: disable\n", server.name());
    init(&format!("{head}{spec}")).secret("m", "managed").secret("one", "first")
}

const SPEC: &str = "\
roles:
  readers: {}
  app: {login: true, password: {secret: one}, memberOf: [readers], connectionLimit: 9, settings: {statement_timeout: 30s}}
databases:
  app:
    owner: app
    settings: {timezone: UTC}
    extensions: {citext: {}, pg_trgm: {schema: ext}}
    schemas: {public: {owner: app}, app: {owner: app}, ext: {owner: app}, plain: {}}
    grants:
      - {to: readers, object: database, privileges: [connect]}
      - {to: readers, object: schema, schema: app, privileges: [usage]}
      - {to: readers, object: tables, schema: app, privileges: [select]}
    defaultPrivileges:
      - {for: app, schema: app, object: tables, to: readers, privileges: [select]}
";

/// The spec as far as a manager may carry it out: before PostgreSQL 15 a superuser owns the schema `public`.
pub(crate) fn managed() -> String {
    if major() < 15 { SPEC.replace("public: {owner: app}, ", "") } else { SPEC.to_owned() }
}

#[test]
fn a_manager_provisions_for_other_owners_and_keeps_no_membership() {
    let server = Server::start(&["log_statement=all"]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    as_admin(&server, &managed()).run().expect(0, "changed");
    as_admin(&server, &managed()).run().expect(0, "unchanged");
    let usable = "SELECT count(*) FROM pg_roles r WHERE r.rolname IN ('app', 'readers') AND pg_has_role('manager', r.oid, 'USAGE')";
    assert_eq!(server.psql("postgres", usable), "0", "it has left every role that it joined");
    assert_eq!(
        server.psql("postgres", "SELECT datdba::regrole FROM pg_database WHERE datname = 'app'"),
        "app"
    );
    assert_eq!(server.psql("app", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'app'"), "app");
    for (database, drift) in [
        ("postgres", "ALTER ROLE app PASSWORD 'another'"),
        ("postgres", "ALTER DATABASE app OWNER TO manager"),
        ("app", "ALTER SCHEMA app OWNER TO readers"),
        ("app", "REVOKE USAGE ON SCHEMA app FROM readers"),
        ("app", "SET ROLE app; CREATE TABLE app.t (); REVOKE SELECT ON app.t FROM readers"),
    ] {
        server.psql(database, drift);
        as_admin(&server, &managed()).run().expect(0, "changed");
        as_admin(&server, &managed()).run().expect(0, "unchanged");
    }
    assert_eq!(server.psql("postgres", usable), "0");
    assert!(server.lets_in("app", "first", "app"));
    assert!(!server.log().contains("first"), "no password in the log");
}

/// A change that the role may not make is reported with the missing privilege, before the first write.
#[test]
fn what_a_manager_may_not_do_is_77_before_the_first_write() {
    let server = Server::start(&["wal_level=logical"]);
    server.psql(
        "postgres",
        "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'; CREATE ROLE boss SUPERUSER",
    );
    for (spec, lacks) in [
        ("roles: {beside: {}, r: {superuser: true}}", "lacks SUPERUSER"),
        ("roles: {beside: {}, r: {replication: true}}", "lacks "),
    ] {
        let ended = as_admin(&server, spec).run().expect(77, "failed");
        assert!(ended.error().contains(lacks), "{lacks}: {}", ended.stdout);
    }
    if major() < 15 {
        let ended = as_admin(&server, SPEC).run().expect(77, "failed");
        assert!(ended.error().contains("lacks membership in the role postgres"), "{}", ended.stdout);
    }
    server.psql("postgres", "ALTER ROLE manager NOCREATEDB");
    let ended = as_admin(&server, "roles: {beside: {}}\ndatabases: {d: {}}").run().expect(77, "failed");
    assert!(ended.error().contains("lacks CREATEDB"), "{}", ended.stdout);
    server.psql("postgres", "ALTER ROLE manager NOCREATEROLE");
    let ended = as_admin(&server, "roles: {beside: {}}\n").run().expect(77, "failed");
    assert!(ended.error().contains("lacks CREATEROLE"), "{}", ended.stdout);
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
}

/// Built-in default privileges on new functions, and default privileges that were granted.
#[test]
fn default_privileges_are_revoked() {
    for manager in [false, true] {
        let server = Server::start(&[]);
        server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
        let spec = "roles: {app: {}, readers: {}}\ndatabases:\n  d:\n    owner: app\n    schemas: {s: {owner: app}}\n    defaultPrivileges:\n\
            \x20     - {for: app, object: [OBJECT], from: public, privileges: [PRIVILEGE]}\n\
            \x20     - {for: app, schema: s, object: tables, from: readers, privileges: [all]}\n";
        for (object, privilege) in [("functions", "execute"), ("types", "usage")] {
            let spec = spec.replace("[OBJECT]", object).replace("PRIVILEGE", privilege);
            let run = || if manager { as_admin(&server, &spec) } else { server.init(&spec) };
            let cold = run().run().expect(0, "changed");
            assert!(cold.operations().contains(&"revoke_default_privileges".to_owned()), "{}", cold.stdout);
            run().run().expect(0, "unchanged");
            server.psql(
                "d",
                "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT, INSERT ON TABLES TO readers",
            );
            assert_eq!(run().run().expect(0, "changed").operations(), ["revoke_default_privileges"]);
            run().run().expect(0, "unchanged");
        }
        server.psql("d", "SET ROLE app; CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.t AS ENUM ()");
        let open = "SELECT has_function_privilege('readers', 's.f()', 'EXECUTE')::int + has_type_privilege('readers', 's.t', 'USAGE')::int";
        assert_eq!(server.psql("d", open), "0");
        // Default privileges of a schema cannot revoke those of the whole database.
        let within = "roles: {other: {}}\ndatabases: {d: {schemas: {s: {}}, defaultPrivileges: [{for: other, schema: s, object: functions, \
                      from: public, privileges: [execute]}]}}\n";
        let ended = server.init(within).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], "databases.d.defaultPrivileges[0].schema");
    }
}

const NAMED: &str = "roles: {app: {}, readers: {}}\ndatabases:\n  d:\n    grants:\n\
    \x20     - {to: readers, object: tables, schema: s, names: [\"One\", v], privileges: [select]}\n\
    \x20     - {to: readers, object: tables, schema: s, names: two, columns: [a, \"B\"], privileges: [select, update]}\n\
    \x20     - {to: readers, object: sequences, schema: s, names: [n], privileges: [usage]}\n\
    \x20     - {to: readers, object: functions, schema: s, names: [\"f(int, text)\", p], privileges: [execute], grantOption: true}\n\
    \x20     - {to: readers, object: types, schema: s, names: [t, dom], privileges: [usage]}\n\
    \x20   revokes:\n\
    \x20     - {from: public, object: functions, schema: s, names: [\"f()\"], privileges: [execute]}\n\
    \x20     - {from: public, object: types, schema: s, names: [t, dom], privileges: [all]}\n\
    \x20     - {from: readers, object: tables, schema: s, names: [left_alone], privileges: [all]}\n";

/// Each is set back by the operation that is named.
const NAMED_DRIFTS: &[(&str, &str)] = &[
    ("REVOKE SELECT ON s.\"One\" FROM readers", "grant_privileges"),
    ("REVOKE SELECT ON s.v FROM readers", "grant_privileges"),
    ("REVOKE SELECT (a) ON s.two FROM readers", "grant_privileges"),
    ("REVOKE UPDATE (\"B\") ON s.two FROM readers", "grant_privileges"),
    ("REVOKE USAGE ON SEQUENCE s.n FROM readers", "grant_privileges"),
    ("REVOKE EXECUTE ON FUNCTION s.f(int, text) FROM readers", "grant_privileges"),
    ("REVOKE GRANT OPTION FOR EXECUTE ON PROCEDURE s.p() FROM readers", "grant_privileges"),
    ("REVOKE USAGE ON TYPE s.dom FROM readers", "grant_privileges"),
    ("GRANT EXECUTE ON FUNCTION s.f() TO PUBLIC", "revoke_privileges"),
    ("GRANT USAGE ON TYPE s.t TO PUBLIC", "revoke_privileges"),
    ("GRANT INSERT ON s.left_alone TO readers", "revoke_privileges"),
];

#[test]
fn grants_on_named_objects_and_columns_are_set_back() {
    for manager in [false, true] {
        let server = Server::start(&[]);
        server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'; SET ROLE manager; CREATE ROLE app; CREATE ROLE readers");
        server.psql("postgres", "CREATE DATABASE d OWNER manager");
        server.psql(
            "d",
            "CREATE SCHEMA s AUTHORIZATION app; SET ROLE app; CREATE TABLE s.\"One\" (); CREATE TABLE s.two (a int, \"B\" int, c int); \
             CREATE VIEW s.v AS SELECT 1 AS one; CREATE TABLE s.left_alone (); CREATE TABLE s.other (); CREATE SEQUENCE s.n; \
             CREATE FUNCTION s.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
             CREATE PROCEDURE s.p() LANGUAGE sql AS 'SELECT 1'; CREATE TYPE s.t AS ENUM (); CREATE DOMAIN s.dom AS int; \
             CREATE TYPE s.span AS RANGE (SUBTYPE = int)",
        );
        let run = |spec: &str| if manager { as_admin(&server, spec).run() } else { server.init(spec).run() };
        run(NAMED).expect(0, "changed");
        run(NAMED).expect(0, "unchanged");
        let others = "SELECT has_table_privilege('readers', 's.other', 'SELECT')::int + has_column_privilege('readers', 's.two', 'c', 'SELECT')::int \
                      + has_function_privilege('readers', 's.f()', 'EXECUTE')::int";
        assert_eq!(server.psql("d", others), "0", "what is not named has nothing");
        for (sql, operation) in NAMED_DRIFTS {
            server.psql("d", &format!("SET ROLE app; {sql}"));
            assert_eq!(run(NAMED).expect(0, "changed").operations(), [*operation], "{sql}");
        }
        run(NAMED).expect(0, "unchanged");
        // Held on the whole table, it is held on its columns.
        server.psql("d", "SET ROLE app; REVOKE ALL (a, \"B\") ON s.two FROM readers; GRANT SELECT, UPDATE ON s.two TO readers");
        run(NAMED).expect(0, "unchanged");
        the_multirange_of_a_range_has_privileges_of_its_own_before_17(run);
        nothing_is_granted_on_what_is_not_there(run);
    }
}

fn the_multirange_of_a_range_has_privileges_of_its_own_before_17(run: impl Fn(&str) -> Ended) {
    let spec = "databases: {d: {revokes: [{from: public, object: types, schema: s, names: span_multirange, privileges: [usage]}]}}\n";
    if (14..17).contains(&major()) {
        assert_eq!(run(spec).expect(0, "changed").operations(), ["revoke_privileges"]);
        run(spec).expect(0, "unchanged");
    } else {
        run(spec).expect(4, "conflict");
    }
}

fn nothing_is_granted_on_what_is_not_there(run: impl Fn(&str) -> Ended) {
    for (object, name) in [
        ("tables", "nothing"),
        ("tables", "n"),
        ("sequences", "One"),
        ("functions", "f"),
        ("functions", "\"f(text)\""),
        ("functions", "\"f(no_such_type)\""),
        ("types", "nothing"),
        ("types", "_t"),
        ("tables", "two, columns: [nothing]"),
    ] {
        let privilege = match object {
            "functions" => "execute",
            "types" => "usage",
            _ => "select",
        };
        let spec = format!(
            "roles: {{beside: {{}}}}\ndatabases: {{d: {{grants: [{{to: public, object: {object}, schema: s, names: {name}, \
             privileges: [{privilege}]}}]}}}}\n"
        );
        let ended = run(&spec).expect(4, "conflict");
        assert_eq!(
            ended.report["conflicts"][0]["at"], "databases.d.grants[0].names",
            "{name}: {}",
            ended.stdout
        );
    }
}

/// The state after a restore: everything in the schema belongs to another role.
#[test]
fn objects_in_a_schema_get_its_object_owner() {
    const FOREIGN: &str = "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM ( \
        SELECT c.relname::text FROM pg_class c WHERE relnamespace = 's'::regnamespace AND relowner <> 'app'::regrole \
        UNION SELECT proname FROM pg_proc p WHERE pronamespace = 's'::regnamespace AND proowner <> 'app'::regrole \
        AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'i') \
        UNION SELECT typname FROM pg_type t WHERE typnamespace = 's'::regnamespace AND typowner <> 'app'::regrole) o(name)";
    for manager in [false, true] {
        let server = Server::start(&[]);
        server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'; SET ROLE manager; CREATE ROLE app; CREATE ROLE restored");
        server.psql("postgres", "CREATE DATABASE d OWNER manager");
        server.psql(
            "d",
            "CREATE SCHEMA s AUTHORIZATION app; GRANT ALL ON SCHEMA s TO restored; SET ROLE restored; \
             CREATE TABLE s.\"T\" (id serial, n int GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (id); CREATE TABLE s.p PARTITION OF s.\"T\" DEFAULT; \
             CREATE INDEX ON s.p (n); CREATE VIEW s.v AS SELECT 1 AS one; CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS one; CREATE SEQUENCE s.free; \
             CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE PROCEDURE s.pr() LANGUAGE sql AS 'SELECT 1'; \
             CREATE AGGREGATE s.agg(int) (SFUNC = int4pl, STYPE = int); CREATE TYPE s.e AS ENUM (); CREATE DOMAIN s.d AS int; \
             CREATE TYPE s.c AS (a int); CREATE TYPE s.r AS RANGE (SUBTYPE = int)",
        );
        // Objects of an extension keep their owner.
        server.psql("d", "CREATE EXTENSION hstore SCHEMA s");
        let spec = "databases: {d: {schemas: {s: {objectOwner: app}}}}\n";
        let run = || if manager { as_admin(&server, spec).run() } else { server.init(spec).run() };
        let healed = run().expect(0, "changed");
        assert!(healed.operations().iter().all(|op| op == "alter_object_owner"), "{}", healed.stdout);
        run().expect(0, "unchanged");
        let foreign = server.psql("d", FOREIGN);
        assert!(
            foreign.contains("hstore") && !foreign.contains("free") && !foreign.contains("agg"),
            "{foreign}"
        );
        server.psql("d", "DROP EXTENSION hstore");
        assert_eq!(server.psql("d", FOREIGN), "");
        server.psql("d", "ALTER TABLE s.p OWNER TO restored");
        assert_eq!(run().expect(0, "changed").changes(), ["alter_object_owner d/s.p: applied"]);
    }
}
