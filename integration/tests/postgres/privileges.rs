//! Provisioning without superuser: what managed PostgreSQL gives, a role with CREATEROLE and CREATEDB.

use integration::Init;
use integration::postgres::{Server, init};

pub(crate) fn as_admin(server: &Server, spec: &str) -> Init {
    let head =
        format!("endpoint: {}:5432\nuser: manager\npassword: {{secret: m}}\ntls: disable\n", server.name());
    init(&format!("{head}{spec}")).secret("m", "managed").secret("one", "first")
}

pub(crate) const SPEC: &str = "\
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

#[test]
fn a_manager_provisions_for_others_and_stays_in_no_role() {
    let server = Server::start(&["log_statement=all"]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    as_admin(&server, SPEC).run().expect(0, "changed");
    as_admin(&server, SPEC).run().expect(0, "unchanged");
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
        as_admin(&server, SPEC).run().expect(0, "changed");
        as_admin(&server, SPEC).run().expect(0, "unchanged");
    }
    assert_eq!(server.psql("postgres", usable), "0");
    assert!(server.lets_in("app", "first", "app"));
    assert!(!server.log().contains("first"), "no password in the log");
}

/// What it may not do is told with the missing privilege, before the first write.
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
        ("roles: {beside: {}}\ndatabases: {d: {extensions: {pg_stat_statements: {}}}}", "lacks SUPERUSER"),
        ("roles: {beside: {}}\ndatabases: {d: {publications: {p: {tables: all}}}}", "lacks SUPERUSER"),
    ] {
        let ended = as_admin(&server, spec).run().expect(77, "failed");
        assert!(ended.error().contains(lacks), "{lacks}: {}", ended.stdout);
    }
    server.psql("postgres", "ALTER ROLE manager NOCREATEDB");
    let ended = as_admin(&server, "roles: {beside: {}}\ndatabases: {d: {}}").run().expect(77, "failed");
    assert!(ended.error().contains("lacks CREATEDB"), "{}", ended.stdout);
    server.psql("postgres", "ALTER ROLE manager NOCREATEROLE");
    let ended = as_admin(&server, "roles: {beside: {}}\n").run().expect(77, "failed");
    assert!(ended.error().contains("lacks CREATEROLE"), "{}", ended.stdout);
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
}
