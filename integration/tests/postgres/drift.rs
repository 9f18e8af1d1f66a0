//! Every property of the full spec, changed by hand and set back, one by one; what the spec does not name stays.

use std::collections::BTreeSet;

use integration::postgres::{Server, version};
use serde_json::Value;

/// The field of the spec, where, what somebody does, and the operations that set it back.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str]);

const DRIFTS: &[Row] = &[
    (
        "roles.readers",
        "app",
        "DROP OWNED BY readers; DROP ROLE readers",
        &[
            "create_role",
            "grant_role",
            "grant_role",
            "grant_privileges",
            "grant_privileges",
            "alter_default_privileges",
        ],
    ),
    ("roles.app.login", "postgres", "ALTER ROLE app NOLOGIN", &["alter_role"]),
    ("roles.app.superuser", "postgres", "ALTER ROLE app SUPERUSER", &["alter_role"]),
    ("roles.app.createdb", "postgres", "ALTER ROLE app CREATEDB", &["alter_role"]),
    ("roles.app.createrole", "postgres", "ALTER ROLE app CREATEROLE", &["alter_role"]),
    ("roles.app.replication", "postgres", "ALTER ROLE app REPLICATION", &["alter_role"]),
    ("roles.app.bypassrls", "postgres", "ALTER ROLE app BYPASSRLS", &["alter_role"]),
    ("roles.app.inherit", "postgres", "ALTER ROLE app NOINHERIT", &["alter_role"]),
    ("roles.app.connectionLimit", "postgres", "ALTER ROLE app CONNECTION LIMIT 7", &["alter_role"]),
    (
        "roles.app.validUntil",
        "postgres",
        "ALTER ROLE app VALID UNTIL '2031-01-01 00:00:00+02'",
        &["alter_role"],
    ),
    ("roles.app.validUntil", "postgres", "ALTER ROLE app VALID UNTIL 'infinity'", &["alter_role"]),
    ("roles.app.password", "postgres", "ALTER ROLE app PASSWORD 'another'", &["alter_role"]),
    ("roles.app.password", "postgres", "ALTER ROLE app PASSWORD NULL", &["alter_role"]),
    (
        "roles.app.password",
        "postgres",
        "SET password_encryption = md5; ALTER ROLE app PASSWORD 'canary-app'",
        &["alter_role"],
    ),
    (
        "roles.app.settings.statement_timeout",
        "postgres",
        "ALTER ROLE app SET statement_timeout = '31s'",
        &["alter_role"],
    ),
    (
        "roles.app.settings.statement_timeout",
        "postgres",
        "ALTER ROLE app RESET statement_timeout",
        &["alter_role"],
    ),
    (
        "roles.app.settings.search_path",
        "postgres",
        "ALTER ROLE app SET search_path = public, app",
        &["alter_role"],
    ),
    (
        "roles.app.settings.search_path",
        "postgres",
        "ALTER ROLE app SET search_path = 'app, public'",
        &["alter_role"],
    ),
    ("roles.app.memberOf[0]", "postgres", "REVOKE readers FROM app", &["grant_role"]),
    ("roles.app.memberOf[1].role", "postgres", "REVOKE pg_monitor FROM app", &["grant_role"]),
    (
        "roles.app.memberOf[1].admin",
        "postgres",
        "GRANT pg_monitor TO app WITH ADMIN OPTION",
        &["alter_membership"],
    ),
    ("roles.cdc.login", "postgres", "ALTER ROLE cdc NOLOGIN", &["alter_role"]),
    ("roles.cdc.replication", "postgres", "ALTER ROLE cdc NOREPLICATION", &["alter_role"]),
    ("roles.cdc.password", "postgres", "ALTER ROLE cdc PASSWORD 'another'", &["alter_role"]),
    ("roles.reporting.name", "postgres", "DROP ROLE hidden_reporter", &["create_role", "grant_role"]),
    ("roles.reporting.login", "postgres", "ALTER ROLE hidden_reporter NOLOGIN", &["alter_role"]),
    (
        "roles.reporting.password",
        "postgres",
        "ALTER ROLE hidden_reporter PASSWORD 'another'",
        &["alter_role"],
    ),
    ("roles.reporting.memberOf", "postgres", "REVOKE readers FROM hidden_reporter", &["grant_role"]),
    (
        "databases.app.template",
        "postgres",
        "DROP DATABASE app",
        &[
            "create_database",
            "create_schema",
            "create_schema",
            "create_extension",
            "create_extension",
            "revoke_privileges",
            "grant_privileges",
            "grant_privileges",
            "grant_privileges",
            "grant_privileges",
            "grant_privileges",
            "grant_privileges",
            "alter_default_privileges",
            "create_publication",
            "create_publication",
        ],
    ),
    ("databases.app.owner", "postgres", "ALTER DATABASE app OWNER TO cdc", &["alter_database"]),
    (
        "databases.app.connectionLimit",
        "postgres",
        "ALTER DATABASE app CONNECTION LIMIT -1",
        &["alter_database"],
    ),
    (
        "databases.app.settings.timezone",
        "postgres",
        "ALTER DATABASE app SET timezone = 'Europe/Berlin'",
        &["alter_database"],
    ),
    ("databases.app.settings.timezone", "postgres", "ALTER DATABASE app RESET ALL", &["alter_database"]),
    (
        "databases.app.revokes[0]",
        "postgres",
        "GRANT CONNECT ON DATABASE app TO PUBLIC",
        &["revoke_privileges"],
    ),
    (
        "databases.app.revokes[0]",
        "postgres",
        "GRANT TEMPORARY ON DATABASE app TO PUBLIC",
        &["revoke_privileges"],
    ),
    (
        "databases.app.grants[0]",
        "postgres",
        "REVOKE CONNECT ON DATABASE app FROM readers",
        &["grant_privileges"],
    ),
    ("databases.app.schemas.app.owner", "app", "ALTER SCHEMA app OWNER TO cdc", &["alter_schema"]),
    ("databases.app.schemas.ext.owner", "app", "ALTER SCHEMA ext OWNER TO cdc", &["alter_schema"]),
    (
        "databases.app.schemas.ext.owner",
        "app",
        "DROP EXTENSION hstore; DROP SCHEMA ext",
        &["create_schema", "create_extension"],
    ),
    ("databases.app.extensions.pg_trgm", "app", "DROP EXTENSION pg_trgm", &["create_extension"]),
    (
        "databases.app.extensions.hstore.schema",
        "app",
        "ALTER EXTENSION hstore SET SCHEMA public",
        &["alter_extension"],
    ),
    (
        "databases.app.extensions.hstore.version",
        "app",
        "DROP EXTENSION hstore; CREATE EXTENSION hstore SCHEMA ext VERSION '1.7'",
        &["alter_extension"],
    ),
    ("databases.app.grants[1]", "app", "REVOKE USAGE ON SCHEMA app FROM readers", &["grant_privileges"]),
    (
        "databases.app.grants[2]",
        "app",
        "CREATE TABLE app.t1 (); CREATE VIEW app.v1 AS SELECT 1 AS one",
        &["grant_privileges", "grant_privileges"],
    ),
    ("databases.app.grants[2]", "app", "REVOKE SELECT ON app.t1 FROM cdc", &["grant_privileges"]),
    ("databases.app.grants[2]", "app", "REVOKE SELECT ON app.v1 FROM readers", &["grant_privileges"]),
    (
        "databases.app.grants[2]",
        "app",
        "CREATE MATERIALIZED VIEW app.m1 AS SELECT 1 AS one",
        &["grant_privileges", "grant_privileges"],
    ),
    (
        "databases.app.grants[2]",
        "app",
        "CREATE TABLE app.p1 (n int) PARTITION BY LIST (n)",
        &["grant_privileges", "grant_privileges"],
    ),
    ("databases.app.grants[3]", "app", "CREATE SEQUENCE app.s1", &["grant_privileges"]),
    ("databases.app.grants[3]", "app", "REVOKE SELECT ON app.s1 FROM readers", &["grant_privileges"]),
    (
        "databases.app.grants[4]",
        "app",
        "CREATE FUNCTION app.f1() RETURNS int RETURN 1",
        &["grant_privileges"],
    ),
    ("databases.app.grants[4]", "app", "CREATE PROCEDURE app.p2() BEGIN ATOMIC END", &["grant_privileges"]),
    (
        "databases.app.grants[4].grantOption",
        "app",
        "REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION app.f1() FROM app",
        &["grant_privileges"],
    ),
    (
        "databases.app.defaultPrivileges[0]",
        "app",
        "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA app REVOKE SELECT ON TABLES FROM readers",
        &["alter_default_privileges"],
    ),
    ("databases.app.publications.cdc.tables", "app", "DROP PUBLICATION cdc", &["create_publication"]),
    (
        "databases.app.publications.cdc.publish",
        "app",
        "ALTER PUBLICATION cdc SET (publish = 'insert')",
        &["alter_publication"],
    ),
    (
        "databases.app.publications.orders.schemas",
        "app",
        "ALTER PUBLICATION orders DROP TABLES IN SCHEMA app",
        &["alter_publication"],
    ),
];

/// What PostgreSQL has from 16 on.
const MODERN_DRIFTS: &[Row] = &[
    (
        "roles.app.memberOf[1].inherit",
        "postgres",
        "GRANT pg_monitor TO app WITH INHERIT FALSE",
        &["alter_membership"],
    ),
    (
        "roles.app.memberOf[1].set",
        "postgres",
        "GRANT pg_monitor TO app WITH SET FALSE",
        &["alter_membership"],
    ),
];

/// What cannot be set back: the field, and the database that has it otherwise.
const CONFLICTS: &[(&str, &str)] = &[
    (
        "databases.app.encoding",
        "CREATE DATABASE app OWNER app TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C.UTF-8'",
    ),
    ("databases.app.locale", "CREATE DATABASE app OWNER app TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"),
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

/// The fields of a spec: what holds no other. A secret is one, and so are a list of names and an entry of grants.
fn fields(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    let whole =
        |key: &str| ["grants[", "revokes[", "defaultPrivileges["].iter().any(|list| key.starts_with(list));
    let last = at.rsplit('.').next().unwrap_or_default();
    match value {
        Value::Object(entries) if whole(last) => {
            found.insert(at.to_owned());
            found.extend(entries.get("grantOption").map(|_| format!("{at}.grantOption")));
        }
        Value::Object(entries) if !entries.is_empty() && !entries.contains_key("secret") => {
            for (key, inner) in entries {
                fields(&format!("{at}.{key}"), inner, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (position, inner) in items.iter().enumerate() {
                fields(&format!("{at}[{position}]"), inner, found);
            }
        }
        _ => {
            found.insert(at.to_owned());
        }
    }
}

/// A field that is added to the full spec wants a row above.
#[test]
fn every_field_of_the_full_spec_has_a_drift() {
    let spec: Value =
        serde_saphyr::from_str(include_str!("../../specs/pg.full.yaml")).expect("the spec is YAML");
    let mut declared = BTreeSet::new();
    fields("roles", &spec["roles"], &mut declared);
    fields("databases", &spec["databases"], &mut declared);
    let rows = DRIFTS.iter().chain(MODERN_DRIFTS).map(|(field, ..)| field);
    let covered: BTreeSet<String> =
        rows.chain(CONFLICTS.iter().map(|(field, _)| field)).map(ToString::to_string).collect();
    assert_eq!(declared, covered);
}

#[test]
fn every_property_is_set_back_and_nothing_else_is_touched() {
    let server = Server::start(&["wal_level=logical"]);
    crate::full(&server).run().expect(0, "changed");
    let modern = if version() == "15" { &[] } else { MODERN_DRIFTS };
    for (_, database, sql, expected) in DRIFTS.iter().chain(modern) {
        server.psql(database, sql);
        let healed = crate::full(&server).run_inside(server.name()).expect(0, "changed");
        assert_eq!(crate::ops(&healed), *expected, "{sql}: {}", healed.stdout);
    }
    for (database, sql) in NO_DRIFT {
        server.psql(database, sql);
        let rerun = crate::full(&server).run_inside(server.name());
        assert_eq!((rerun.exit, rerun.outcome()), (0, "unchanged"), "{sql}: {}", rerun.stdout);
    }
    for (field, sql) in CONFLICTS {
        server.psql("postgres", "DROP DATABASE app");
        server.psql("postgres", sql);
        let refused = crate::full(&server).run().expect(4, "conflict");
        assert_eq!(refused.report["conflicts"][0]["at"], *field, "{sql}: {}", refused.stdout);
    }
}

/// A change is told with both sides.
#[test]
fn a_change_names_what_was_there() {
    let server = Server::start(&[]);
    let spec = "roles: {r: {connectionLimit: 3, settings: {work_mem: 4MB}}}\n";
    server.init(spec).run().expect(0, "changed");
    server.psql("postgres", "ALTER ROLE r CONNECTION LIMIT 5; ALTER ROLE r SET work_mem = '5MB'");
    let planned = server.init(spec).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(crate::ops(&planned), ["alter_role"]);
    let healed = server.init(spec).run().expect(0, "changed");
    assert_eq!(
        healed.report["changes"][0].to_string(),
        r#"{"connectionLimit":{"from":5,"to":3},"op":"alter_role","role":"r","settings":{"work_mem":{"from":"5MB","to":"4MB"}},"status":"applied"}"#
    );
}
