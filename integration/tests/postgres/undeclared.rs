//! Properties that a spec does not declare are not written: no field, no column of a catalog, no weaker verifier.

use integration::Init;
use integration::postgres::{Server, major};

use crate::privileges::as_admin;

/// A verifier of the password `kept` with 8192 iterations, which is not the server's default.
const VERIFIER: &str = "SCRAM-SHA-256$8192:MDEyMzQ1Njc4OWFiY2RlZg==$zfUdu4VGvN7uRMnx/maDZ+cNNRWvKg01xm4WORgLUTw=:\
                        Nrn7Pb/CHzVDENU48xDZu3DTqz9m3CsqDegoJRdFdDk=";

/// Objects that have in every field something else than a default.
const MAKES: &[(&str, &str)] = &[
    ("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'"),
    ("postgres", "CREATE ROLE holder; CREATE ROLE grp"),
    (
        "postgres",
        "CREATE ROLE kept LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS NOINHERIT CONNECTION LIMIT 5 \
         VALID UNTIL '2040-01-01' PASSWORD '{verifier}'; COMMENT ON ROLE kept IS 'a comment'",
    ),
    ("postgres", "CREATE ROLE closed NOLOGIN SUPERUSER CONNECTION LIMIT 0 VALID UNTIL '-infinity'"),
    (
        "postgres",
        "GRANT grp TO kept WITH ADMIN OPTION; GRANT kept, grp, holder, closed TO manager WITH ADMIN OPTION",
    ),
    ("postgres", "ALTER ROLE kept SET work_mem = '5MB'; ALTER ROLE kept SET search_path = a, \"B, c\""),
    (
        "postgres",
        "CREATE DATABASE kept OWNER holder CONNECTION LIMIT 6 TEMPLATE template0 LOCALE 'C' ENCODING 'SQL_ASCII'",
    ),
    (
        "postgres",
        "ALTER DATABASE kept SET work_mem = '6MB'; ALTER ROLE kept IN DATABASE kept SET work_mem = '7MB'",
    ),
    ("postgres", "COMMENT ON DATABASE kept IS 'another'; REVOKE TEMPORARY ON DATABASE kept FROM PUBLIC"),
    ("postgres", "GRANT CONNECT ON DATABASE kept TO grp WITH GRANT OPTION"),
    ("postgres", "CREATE DATABASE still OWNER holder ALLOW_CONNECTIONS false IS_TEMPLATE true"),
    ("kept", "CREATE SCHEMA s AUTHORIZATION holder; GRANT USAGE ON SCHEMA s TO grp WITH GRANT OPTION"),
    ("kept", "ALTER SCHEMA public OWNER TO holder; COMMENT ON SCHEMA s IS 'a third'"),
    (
        "kept",
        "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext VERSION '1.5'; COMMENT ON EXTENSION citext IS 'old'",
    ),
    ("kept", "CREATE TABLE s.t (id int PRIMARY KEY, hidden int); CREATE TABLE s.u (id int PRIMARY KEY)"),
    ("kept", "ALTER TABLE s.t OWNER TO holder; GRANT SELECT ON s.t TO grp WITH GRANT OPTION"),
    (
        "kept",
        "ALTER DEFAULT PRIVILEGES FOR ROLE holder IN SCHEMA s GRANT SELECT ON TABLES TO grp WITH GRANT OPTION",
    ),
    (
        "kept",
        "CREATE PUBLICATION p FOR TABLE s.t (id) WHERE (id > 0) WITH (publish = 'insert', publish_via_partition_root); \
         ALTER PUBLICATION p OWNER TO holder",
    ),
    ("kept", "CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'delete, truncate')"),
];

/// The shared catalogs, then those of a database; `xmin` differs after every write, even one of the same value.
const SHARED: &[(&str, &str)] = &[
    ("pg_authid", "''"),
    ("pg_auth_members", "''"),
    ("pg_db_role_setting", "''"),
    ("pg_shdescription", "''"),
    ("pg_database", "'{datfrozenxid,datminmxid}'"),
];
const INSIDE: &[(&str, &str)] = &[
    ("pg_namespace", "''"),
    ("pg_extension", "''"),
    ("pg_publication", "''"),
    ("pg_publication_rel", "''"),
    ("pg_publication_namespace", "''"),
    ("pg_default_acl", "''"),
    ("pg_description", "''"),
];

fn catalogs(server: &Server) -> Vec<String> {
    let mut rows = Vec::new();
    for (database, tables) in [("postgres", SHARED), ("kept", INSIDE)] {
        for (table, without) in tables {
            let without = if *without == "''" { "'{}'" } else { without };
            let sql = format!(
                "SELECT '{table} ' || x.xmin || ' ' || (to_jsonb(x) - {without}::text[]) FROM {table} x \
                 WHERE '{table}' <> 'pg_description' OR x.tableoid <> 'pg_description'::regclass \
                 OR to_jsonb(x)->>'description' IN ('a third', 'old') ORDER BY 1"
            );
            rows.extend(server.psql(database, &sql).lines().map(str::to_owned));
        }
    }
    let relacl = "SELECT oid::regclass || ' ' || relowner::regrole || coalesce(relacl::text, '') FROM pg_class \
                  WHERE relnamespace = 's'::regnamespace ORDER BY 1";
    rows.extend(server.psql("kept", relacl).lines().map(str::to_owned));
    rows
}

fn made() -> Server {
    let server = Server::start(&["wal_level=logical"]);
    for (database, sql) in MAKES {
        for statement in sql.replace("{verifier}", VERIFIER).split("; ") {
            server.psql(database, statement);
        }
    }
    server
}

/// Each with nothing but its name, or with what it has already by a stronger grant.
const NAMED: &str = "\
roles:
  kept: {memberOf: [grp]}
  closed: {}
  holder: {}
  grp: {}
databases:
  still: {}
  kept:
    schemas: {s: {}, public: {}, ext: {}}
    extensions: {citext: {}}
    publications: {p: {}, everything: {}}
    grants:
      - {to: grp, object: database, privileges: [connect]}
      - {to: grp, object: schema, schema: s, privileges: [usage]}
    defaultPrivileges:
      - {for: holder, schema: s, object: tables, to: grp, privileges: [select]}
";

type As = fn(&Server, &str) -> Init;

#[test]
fn an_undeclared_property_is_not_written() {
    let server = made();
    let before = catalogs(&server);
    for (by, run) in [("a superuser", Server::init as As), ("an admin", as_admin as As)] {
        let ended = run(&server, NAMED).run();
        assert_eq!((ended.exit, ended.outcome()), (0, "unchanged"), "{by}: {}\n{}", ended.stdout, ended.log);
        assert_eq!(catalogs(&server), before, "{by}");
    }
    // The same password by the verifier that is there, whatever the server would make of it.
    let password = NAMED.replace("{memberOf: [grp]}", "{password: {secret: kept}}");
    for (by, run) in [("a superuser", Server::init as As), ("an admin", as_admin as As)] {
        let ended = run(&server, &password).secret("kept", "kept").run();
        assert_eq!((ended.exit, ended.outcome()), (0, "unchanged"), "{by}: {}\n{}", ended.stdout, ended.log);
        assert_eq!(catalogs(&server), before, "{by}");
    }
}

/// A field of the spec, and the one column that it may change.
const FIELDS: &[(&str, &str, &str)] = &[
    ("roles: {kept: {connectionLimit: 8}}", "pg_authid", "rolconnlimit"),
    ("roles: {kept: {inherit: true}}", "pg_authid", "rolinherit"),
    ("roles: {kept: {validUntil: '2041-01-01T00:00:00Z'}}", "pg_authid", "rolvaliduntil"),
    ("roles: {kept: {password: {secret: one}}}", "pg_authid", "rolpassword"),
    ("roles: {kept: {settings: {lock_timeout: 5s}}}", "pg_db_role_setting", "setconfig"),
    ("databases: {kept: {connectionLimit: 8}}", "pg_database", "datconnlimit"),
    ("databases: {kept: {settings: {lock_timeout: 5s}}}", "pg_db_role_setting", "setconfig"),
    ("databases: {still: {connectionLimit: 8}}", "pg_database", "datconnlimit"),
    ("databases: {kept: {schemas: {s: {owner: grp}}}}", "pg_namespace", "nspowner,nspacl"),
    ("databases: {kept: {extensions: {citext: {version: '1.6'}}}}", "pg_extension", "extversion"),
    ("databases: {kept: {extensions: {citext: {schema: s}}}}", "pg_extension", "extnamespace"),
    ("databases: {kept: {publications: {p: {publish: [update]}}}}", "pg_publication", "pubinsert,pubupdate"),
    ("databases: {kept: {publications: {p: {tables: [s.t]}}}}", "", ""),
];

/// The row without its transaction and these columns.
fn without(row: &str, table: &str, columns: &str) -> String {
    let (name, rest) = row.split_once(' ').unwrap_or((row, ""));
    let Some(Ok(mut value)) =
        rest.split_once(' ').map(|(_, json)| serde_json::from_str::<serde_json::Value>(json))
    else {
        return row.to_owned();
    };
    // The declared parameter is removed from the list of settings, so that the others are compared.
    if let Some(pairs) = value
        .get_mut("setconfig")
        .and_then(serde_json::Value::as_array_mut)
        .filter(|_| columns == "setconfig")
    {
        pairs.retain(|pair| *pair != "lock_timeout=5s");
    } else if let Some(columns_of) = value.as_object_mut().filter(|_| name == table) {
        columns_of.retain(|column, _| !columns.split(',').any(|changed| changed == column));
    }
    format!("{name} {value}")
}

#[test]
fn a_field_changes_only_its_own_column() {
    for (by, run) in [("a superuser", Server::init as As), ("an admin", as_admin as As)] {
        let server = made();
        if major() < 16 {
            // Only a superuser alters such a role there.
            server.psql("postgres", "ALTER ROLE kept NOREPLICATION");
        }
        for (spec, table, columns) in FIELDS {
            // The owner of the extension is a superuser.
            if by == "an admin" && spec.contains("citext") {
                continue;
            }
            let before = catalogs(&server);
            let one = |init: Init| if by == "an admin" { init } else { init.secret("one", "first") };
            let ended = one(run(&server, &format!("{spec}\n"))).run();
            let outcome = if table.is_empty() { "unchanged" } else { "changed" };
            assert_eq!(
                (ended.exit, ended.outcome()),
                (0, outcome),
                "{by}, {spec}: {}\n{}",
                ended.stdout,
                ended.log
            );
            let after = catalogs(&server);
            assert_eq!(before == after, table.is_empty(), "{by}, {spec}");
            let rows = |rows: &[String]| {
                let mut rows: Vec<_> = rows.iter().map(|row| without(row, table, columns)).collect();
                rows.sort();
                rows
            };
            assert_eq!(rows(&after), rows(&before), "{by}, {spec}");
        }
    }
}

/// The rounds of a new verifier: as many as the server makes, and no fewer than the old one had.
#[test]
fn a_new_verifier_has_no_fewer_iterations() {
    let server = Server::start(&[]);
    server.psql("postgres", &format!("CREATE ROLE kept PASSWORD '{VERIFIER}'"));
    let mut rounds = 4096;
    let spec = "roles: {kept: {password: {secret: one}}, new: {password: {secret: one}}}\n";
    let check = |secret: &str, rounds: u32| {
        let run = || server.init(spec).secret("one", secret).run();
        let changed = run().expect(0, "changed");
        let warned = changed.log.contains("nobody can log in as it");
        assert_eq!(warned, secret == "first", "the role `new` is made without a login: {}", changed.log);
        run().expect(0, "unchanged");
        let stored = "SELECT rolname, split_part(rolpassword, ':', 1) FROM pg_authid WHERE rolname IN ('kept', 'new') ORDER BY 1";
        let kept = rounds.max(8192);
        let expected = format!("kept|SCRAM-SHA-256${kept}\nnew|SCRAM-SHA-256${rounds}");
        assert_eq!(server.psql("postgres", stored), expected);
    };
    check("first", rounds);
    if major() >= 16 {
        server.psql("postgres", "ALTER SYSTEM SET scram_iterations = 5000");
        server.psql("postgres", "SELECT pg_reload_conf()");
        rounds = 5000;
        check("second", rounds);
        server.psql("postgres", "ALTER SYSTEM RESET scram_iterations");
        server.psql("postgres", "SELECT pg_reload_conf()");
    }
    check("third", rounds);
}
