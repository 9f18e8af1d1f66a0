//! Concurrent changes on the same server: objects that are created between a grant and its verification, privileges
//! that another role has granted, event triggers.

use integration::postgres::{Server, major};

use crate::privileges::as_admin;

/// A trigger of the database makes a table after each grant: at most so many.
fn with_late_tables(most: u32) -> Server {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE readers");
    server.psql("postgres", "CREATE DATABASE d");
    server.psql(
        "d",
        &format!(
            "CREATE SCHEMA app; CREATE TABLE app.t (); CREATE FUNCTION public.late() RETURNS event_trigger LANGUAGE plpgsql AS \
             $$ DECLARE n int := (SELECT count(*) FROM pg_tables WHERE schemaname = 'app'); \
             BEGIN IF n <= {most} THEN EXECUTE format('CREATE TABLE app.late_%s ()', n); END IF; END $$; \
             CREATE EVENT TRIGGER late ON ddl_command_end WHEN TAG IN ('GRANT') EXECUTE FUNCTION public.late()"
        ),
    );
    server
}

#[test]
fn a_table_created_after_the_grant_is_granted_on_too() {
    let spec =
        "databases: {d: {grants: [{to: readers, object: tables, schema: app, privileges: [select]}]}}\n";
    for most in [1, 3] {
        let server = with_late_tables(most);
        server.init(spec).run().expect(0, "changed");
        let lacking = "SELECT count(*) FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r' \
                       AND NOT has_table_privilege('readers', oid, 'SELECT')";
        assert_eq!(server.psql("d", lacking), "0");
        server.init(spec).run().expect(0, "unchanged");
    }
    // Somebody who never stops is told of, without a long wait.
    let ended = with_late_tables(1000).init(spec).run().expect(70, "failed");
    assert!(ended.error().contains("grant select on all tables"), "{}", ended.stdout);
}

const OBJECTS: &str = "CREATE SCHEMA app; CREATE TABLE app.\"T\" (); CREATE TABLE app.u (); CREATE SEQUENCE app.s; \
    CREATE FUNCTION app.f(a int, b text) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA app FROM public";

/// Each grants to `reader` as a role that is not the owner.
const PASSED_ON: &[(&str, &str)] = &[
    ("DATABASE d", "CONNECT"),
    ("SCHEMA app", "USAGE"),
    ("TABLE app.\"T\"", "SELECT"),
    ("SEQUENCE app.s", "USAGE"),
    ("FUNCTION app.f(int, text)", "EXECUTE"),
];

const REVOKES: &str = "databases:\n  d:\n    revokes:\n\
    \x20     - {from: reader, object: database, privileges: [connect]}\n\
    \x20     - {from: reader, object: schema, schema: app, privileges: [usage]}\n\
    \x20     - {from: reader, object: tables, schema: app, privileges: [all]}\n\
    \x20     - {from: reader, object: sequences, schema: app, privileges: [usage]}\n\
    \x20     - {from: reader, object: functions, schema: app, privileges: [execute]}\n";

fn passed_on(by: &str) -> Server {
    let server = Server::start(&[]);
    for sql in [
        "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'",
        "CREATE ROLE boss SUPERUSER; CREATE ROLE reader; CREATE ROLE other",
        "SET ROLE manager; CREATE ROLE helper",
        "CREATE DATABASE d OWNER manager",
    ] {
        server.psql("postgres", sql);
    }
    server.psql("d", &format!("SET ROLE manager; {OBJECTS}"));
    server.psql("d", &format!("SET ROLE manager; GRANT USAGE ON SCHEMA app TO {by}"));
    for (object, privilege) in PASSED_ON {
        server
            .psql("d", &format!("SET ROLE manager; GRANT {privilege} ON {object} TO {by} WITH GRANT OPTION"));
        server.psql("d", &format!("SET ROLE {by}; GRANT {privilege} ON {object} TO reader, other"));
    }
    server.psql("d", "SET ROLE manager; GRANT INSERT ON app.u TO reader");
    server
}

fn held(server: &Server, role: &str) -> String {
    let held = format!(
        "SELECT has_schema_privilege('{role}', 'app', 'USAGE')::int + has_table_privilege('{role}', 'app.\"T\"', 'SELECT')::int \
         + has_table_privilege('{role}', 'app.u', 'INSERT')::int + has_sequence_privilege('{role}', 'app.s', 'USAGE')::int \
         + has_function_privilege('{role}', 'app.f(int, text)', 'EXECUTE')::int \
         + (SELECT count(*) FROM pg_database, aclexplode(datacl) a WHERE datname = 'd' AND a.grantee = '{role}'::regrole)"
    );
    server.psql("d", &held)
}

/// A privilege is revoked as the role that has granted it, from the named role alone.
#[test]
fn a_privilege_is_revoked_as_the_role_that_granted_it() {
    for manager in [false, true] {
        let server = passed_on("helper");
        assert_eq!((held(&server, "reader"), held(&server, "other")), ("6".to_owned(), "5".to_owned()));
        let run = || if manager { as_admin(&server, REVOKES) } else { server.init(REVOKES) };
        let before = server.memberships("manager");
        let ended = run().run().expect(0, "changed");
        assert!(ended.stdout.contains("helper"), "the grantor is named: {}", ended.stdout);
        assert_eq!((held(&server, "reader"), held(&server, "other")), ("0".to_owned(), "5".to_owned()));
        assert_eq!(server.memberships("manager"), before);
        run().run().expect(0, "unchanged");
    }
}

/// A grantor that the provisioning role cannot act as.
#[test]
fn a_grantor_that_cannot_be_acted_as_is_a_conflict() {
    let server = passed_on("helper");
    server.psql("postgres", "ALTER ROLE helper SUPERUSER");
    for command in ["plan", "apply"] {
        let ended = as_admin(&server, REVOKES).args(&[command]).run().expect(4, "conflict");
        assert!(ended.stdout.contains("granted this by helper"), "{}", ended.stdout);
    }
    // A superuser revokes a privilege in the name of the object's owner.
    let ended = server.init(REVOKES).run().expect(4, "conflict");
    assert!(ended.stdout.contains("granted this by helper, a superuser"), "{}", ended.stdout);
    assert_eq!(held(&server, "reader"), "6");
    server.psql("postgres", "ALTER ROLE helper NOSUPERUSER");
    server.init(REVOKES).run().expect(0, "changed");
    server.init(REVOKES).run().expect(0, "unchanged");
}

/// An event trigger finds its own tables by the path of its database, as it does for everybody else.
#[test]
fn event_triggers_use_the_search_path_of_the_database() {
    let server = Server::start(&["wal_level=logical"]);
    for sql in [
        "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'",
        "SET ROLE manager; CREATE ROLE app",
        "CREATE DATABASE d OWNER manager",
        "ALTER DATABASE d SET search_path = audit, public",
    ] {
        server.psql("postgres", sql);
    }
    server.psql(
        "d",
        "CREATE SCHEMA audit; CREATE TABLE audit.noted (tag text); GRANT ALL ON SCHEMA audit TO PUBLIC; GRANT ALL ON audit.noted TO PUBLIC; \
         CREATE FUNCTION audit.note() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO noted VALUES (tg_tag); END $$; \
         CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION audit.note()",
    );
    let spec = "roles: {app: {}}\ndatabases:\n  d:\n    schemas: {s: {owner: app}, plain: {}}\n\
        \x20   grants: [{to: app, object: schema, schema: plain, privileges: [usage]}]\n\
        \x20   defaultPrivileges: [{for: app, object: tables, to: public, privileges: [select]}]\n\
        \x20   publications: {p: {tables: []}}\n";
    as_admin(&server, spec).run().expect(0, "changed");
    let tags = server.psql("d", "SELECT string_agg(DISTINCT tag, ', ' ORDER BY tag) FROM audit.noted");
    for tag in ["CREATE SCHEMA", "GRANT", "ALTER DEFAULT PRIVILEGES", "CREATE PUBLICATION"] {
        assert!(tags.contains(tag), "{tag}: {tags}");
    }
    as_admin(&server, spec).run().expect(0, "unchanged");
    server.psql("d", "DROP SCHEMA s, plain CASCADE; DROP PUBLICATION p");
    server.init(spec).run().expect(0, "changed");
}

/// The value of a parameter may be the name of what only that database has.
#[test]
fn settings_of_a_database_are_compared_in_that_database() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE DATABASE d");
    server.psql("d", "CREATE SCHEMA app; CREATE TEXT SEARCH CONFIGURATION app.own (COPY = english)");
    let spec = "databases: {d: {settings: {default_text_search_config: app.own, timezone: UTC}}}\n";
    server.init(spec).run().expect(0, "changed");
    server.init(spec).run().expect(0, "unchanged");
    server.psql("postgres", "ALTER DATABASE d SET default_text_search_config = '\"app\".\"own\"'");
    server.init(spec).run().expect(0, "unchanged");
    // A name that comes later is taken as `ALTER DATABASE` takes it.
    let later = spec.replace("app.own", "app.later").replace("{d:", "{e:");
    server.init(&later).run().expect(0, "changed");
    server.init(&later).run().expect(0, "unchanged");
}

/// A publication of tables needs the privileges of the owner of each listed table, whoever owns the schema.
#[test]
fn a_publication_of_tables_needs_the_privileges_of_their_owners() {
    let server = Server::start(&[]);
    for sql in [
        "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'",
        "SET ROLE manager; CREATE ROLE app; CREATE ROLE house",
        "CREATE DATABASE d OWNER manager",
    ] {
        server.psql("postgres", sql);
    }
    server.psql(
        "d",
        "CREATE SCHEMA s AUTHORIZATION house; CREATE TABLE s.one (); CREATE TABLE s.two (); ALTER TABLE s.one OWNER TO app; \
         ALTER TABLE s.two OWNER TO house",
    );
    let spec = |tables: &str| format!("databases: {{d: {{publications: {{p: {{tables: [{tables}]}}}}}}}}\n");
    let cold = as_admin(&server, &spec("s.one")).run().expect(0, "changed");
    assert!(cold.log.contains("wal_level"), "{}", cold.log);
    let grown = as_admin(&server, &spec("s.one, s.two")).run().expect(0, "changed");
    assert_eq!(grown.operations(), ["alter_publication"]);
    as_admin(&server, &spec("s.one, s.two")).run().expect(0, "unchanged");
    if major() >= 15 {
        let ended = as_admin(&server, "databases: {d: {publications: {q: {schemas: [s]}}}}\n").run();
        assert!(ended.expect(77, "failed").error().contains("42501"));
    }
}

/// Below `wal_level = logical` a publication is of no use to anybody yet, which is told, and no refusal.
#[test]
fn a_publication_without_logical_wal_level_is_logged() {
    for (level, told) in [("replica", true), ("logical", false)] {
        let server = Server::start(&[&format!("wal_level={level}")]);
        let ended = server.init("databases: {d: {publications: {p: {tables: []}}}}\n").run();
        let ended = ended.expect(0, "changed");
        assert_eq!(ended.log.contains("nobody can subscribe"), told, "{level}: {}", ended.log);
    }
}
