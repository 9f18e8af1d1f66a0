//! Servers that were set up with psql.

use integration::postgres::{Server, major};

use super::{cloned, export, server, statements};

/// Names that are special in a spec, a shell or a terminal.
const HOSTILE: &str = r#"
    CREATE ROLE "yes" LOGIN PASSWORD 'canary-yes' CONNECTION LIMIT 0;
    CREATE ROLE "12" NOINHERIT IN ROLE pg_monitor;
    CREATE ROLE "a ""quoted"": 'name' # ${HOME} {{x}}" CREATEDB CREATEROLE REPLICATION BYPASSRLS VALID UNTIL '2031-05-06 07:08:09+00';
    CREATE ROLE "ünïcödé ☃ with 63 bytes and no more than that, padded to." LOGIN PASSWORD 'canary-u';
    CREATE ROLE admins SUPERUSER;
    GRANT admins TO "yes" WITH ADMIN OPTION;
    ALTER ROLE "yes" SET search_path = "My Schema", public;
    ALTER ROLE "yes" SET app.note = 'a''b: "c" \d';
    CREATE DATABASE "it's a ""db"": #1" OWNER "yes" CONNECTION LIMIT 7;
    CREATE DATABASE plain;
    CREATE DATABASE form IS_TEMPLATE true ALLOW_CONNECTIONS false;
    ALTER DATABASE plain SET timezone = 'Europe/Berlin';
    ALTER ROLE "yes" IN DATABASE plain SET app.note = '- {x}: "y"';
    GRANT CREATE ON DATABASE plain TO "12" WITH GRANT OPTION;
    REVOKE CONNECT ON DATABASE plain FROM PUBLIC;
"#;

const INSIDE: &str = r#"
    CREATE SCHEMA "My Schema" AUTHORIZATION "12";
    CREATE SCHEMA whole;
    GRANT ALL ON SCHEMA "My Schema" TO "yes";
    GRANT USAGE ON SCHEMA "My Schema" TO PUBLIC;
    REVOKE USAGE ON SCHEMA public FROM PUBLIC;
    CREATE EXTENSION hstore SCHEMA "My Schema";
    CREATE EXTENSION pg_trgm;
    REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO "12", admins;
    ALTER DEFAULT PRIVILEGES FOR ROLE "12" GRANT SELECT ON TABLES TO "yes";
    ALTER DEFAULT PRIVILEGES FOR ROLE "12" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES FOR ROLE "12" REVOKE INSERT, UPDATE ON TABLES FROM "12";
    ALTER DEFAULT PRIVILEGES FOR ROLE "12" IN SCHEMA whole GRANT ALL ON SEQUENCES TO "yes", admins WITH GRANT OPTION;
    CREATE PUBLICATION "pub: 1" FOR ALL TABLES WITH (publish = 'insert');
    CREATE PUBLICATION none;
    CREATE PUBLICATION schemas FOR TABLES IN SCHEMA whole, "My Schema";
"#;

#[test]
fn a_server_with_hostile_names_is_exported_and_cloned() {
    let a = server();
    statements(&a, "postgres", HOSTILE);
    for database in ["it's a \"db\": #1", "plain"] {
        statements(&a, database, INSIDE);
    }
    let unicode = "ünïcödé ☃ with 63 bytes and no more than that, padded to.";
    let page = cloned(&a, &[("yes", "canary-yes"), (unicode, "canary-u")].into(), |_| {});
    assert!(!page.contains("canary"), "{page}");
    for line in [
        "{role: admins, admin: true}",
        "allowConnections: false, isTemplate: true",
        "{for: \"12\", object: functions, from: public, privileges: [execute]}",
        "{for: \"12\", object: tables, from: \"12\", privileges: [insert, update]}",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

/// The objects that a migration creates.
const MADE: &str = r"
    CREATE ROLE owner; CREATE ROLE ro; CREATE ROLE app LOGIN PASSWORD 'canary-app';
    CREATE DATABASE shop OWNER owner;
";

const MIGRATION: &str = "\
    SET ROLE owner; CREATE SCHEMA s; CREATE SCHEMA mixed; \
    CREATE TABLE s.orders(id int, note text, card text); CREATE TABLE s.items(id int); CREATE VIEW s.all_of AS SELECT * FROM s.items; \
    CREATE SEQUENCE s.numbers; CREATE SEQUENCE s.others; CREATE TYPE s.mood AS ENUM ('fine'); CREATE DOMAIN s.positive AS int; \
    CREATE FUNCTION s.f(int, text) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
    CREATE FUNCTION s.f(s.mood, timestamptz[]) RETURNS int LANGUAGE sql AS 'SELECT 1'; \
    CREATE PROCEDURE s.p() LANGUAGE sql AS 'SELECT 1'; \
    CREATE TABLE mixed.one(); RESET ROLE; CREATE TABLE mixed.two()";

const GRANTED: &str = "
    GRANT SELECT ON s.orders, s.items TO ro;
    GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA s TO app;
    GRANT DELETE ON s.items TO app WITH GRANT OPTION;
    GRANT SELECT (note), UPDATE (note, card) ON s.orders TO ro;
    GRANT USAGE ON SEQUENCE s.numbers TO app;
    GRANT USAGE ON TYPE s.mood TO app WITH GRANT OPTION;
    REVOKE USAGE ON TYPE s.positive FROM PUBLIC;
    REVOKE EXECUTE ON FUNCTION s.f(int, text) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION s.f(s.mood, timestamptz[]) TO app;
    REVOKE TRUNCATE ON s.items FROM owner;
    ALTER ROLE app IN DATABASE shop SET work_mem = '5MB';
    CREATE PUBLICATION orders FOR TABLE s.orders, s.items WITH (publish_via_partition_root);
    CREATE PUBLICATION part FOR TABLE s.orders (id, note) WHERE (id > 5 AND note <> 'it''s: #'), s.items;
";

#[test]
fn privileges_on_some_objects_and_columns_are_exported_by_name_and_cloned() {
    let migrations = |server: &Server| {
        statements(server, "postgres", MADE);
        server.psql("shop", MIGRATION);
    };
    let a = server();
    migrations(&a);
    statements(&a, "shop", GRANTED);
    let page = cloned(&a, &[("app", "canary-app")].into(), migrations);
    for line in [
        "s: {owner: owner, objectOwner: owner}",
        "{to: app, object: tables, schema: s, privileges: [select, insert]}",
        "{to: ro, object: tables, schema: s, names: [items, orders], privileges: [select]}",
        "{to: app, object: tables, schema: s, names: items, privileges: [delete], grantOption: true}",
        "{to: ro, object: tables, schema: s, names: orders, columns: note, privileges: [select, update]}",
        "{to: ro, object: tables, schema: s, names: orders, columns: card, privileges: [update]}",
        "{to: app, object: types, schema: s, names: mood, privileges: [usage], grantOption: true}",
        "{from: public, object: types, schema: s, names: positive, privileges: [usage]}",
        "{from: public, object: functions, schema: s, names: \"f(integer, text)\", privileges: [execute]}",
        "{from: owner, object: tables, schema: s, names: items, privileges: [truncate]}",
        "app: {work_mem: \"5MB\"}",
        "publishViaPartitionRoot: true",
        "that the objects in the schema mixed have several owners: owner (1), postgres (1)",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    let rows = "{table: s.orders, columns: [id, note], where: \"((id > 5) AND (note <> 'it''s: #'::text))\"}";
    assert_eq!(page.contains(rows), major() >= 15, "{rows}\n{page}");
}

#[test]
fn locales_of_every_provider_are_exported_and_cloned() {
    let a = server();
    let mut databases = vec![
        "apart TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        "latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'",
    ];
    if major() >= 15 {
        databases.push(
            "icu TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'de' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
        );
    }
    if major() >= 17 {
        databases.push("builtin TEMPLATE template0 LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'");
    }
    for database in &databases {
        a.psql("postgres", &format!("CREATE DATABASE {database}"));
    }
    let page = cloned(&a, &[].into(), |_| {});
    assert!(page.contains("lcCtype: C.UTF-8"), "{page}");
    assert_eq!(page.contains("icuLocale: de"), major() >= 15, "{page}");
    assert_eq!(page.contains("localeProvider: builtin"), major() >= 17, "{page}");
}

#[test]
fn an_export_notes_what_a_spec_cannot_express_and_writes_only_changes_of_the_first_superuser() {
    let a = server();
    let page = export(&a, &[]);
    assert!(!page.contains("roles:") && !page.contains("databases:"), "nothing but the server's own: {page}");
    statements(
        &a,
        "postgres",
        "CREATE DATABASE closed ALLOW_CONNECTIONS false;\nCREATE DATABASE model IS_TEMPLATE true;\n\
         ALTER ROLE ALL SET work_mem = '5MB';\n\
         ALTER ROLE postgres SET work_mem = '6MB';\nALTER ROLE postgres CONNECTION LIMIT 50;\n",
    );
    statements(
        &a,
        "model",
        "DROP SCHEMA public;\nCREATE FOREIGN DATA WRAPPER f;\nGRANT USAGE ON FOREIGN DATA WRAPPER f TO public;\n",
    );
    let page = export(&a, &[]);
    for line in [
        "#   databases.closed: what is inside: it takes no connections\n",
        "#   databases.model: that its schema `public` was dropped\n",
        "#   databases.model: foreign-data wrappers (1)\n",
        "#   databases.model: privileges on foreign-data wrappers (1)\n",
        "#   databases: parameters of all roles (ALTER ROLE ALL SET) (1)\n",
        "  postgres: {connectionLimit: 50, settings: {work_mem: \"6MB\"}}\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
}
