//! Publications of some columns and rows of tables, and of partitioned tables.

use integration::Init;
use integration::postgres::{Server, major};

use crate::privileges::as_admin;

const TABLES: &str = "CREATE SCHEMA s AUTHORIZATION app; SET ROLE app; CREATE TYPE s.mood AS ENUM ('ok'); CREATE TABLE s.\"Orders\" (id int PRIMARY KEY, total numeric, status text, mood s.mood); \
                      CREATE TABLE s.plain (id int); CREATE TABLE s.other (id int, note text); CREATE TABLE s.third (id int)";

fn spec(rows: &str) -> String {
    format!(
        "roles: {{beside: {{}}}}\ndatabases:\n  shop:\n    publications:\n      p:\n        publishViaPartitionRoot: true\n        tables:\n\
         \x20         - s.plain\n          - {{table: 's.\"Orders\"', columns: [id, total, status], where: \"{rows}\"}}\n\
         \x20         - {{table: s.other, columns: [id]}}\n"
    )
}

/// A statement that causes drift, and the publication after the next run.
const DRIFTS: [&str; 6] = [
    "ALTER PUBLICATION p DROP TABLE s.plain",
    "ALTER PUBLICATION p DROP TABLE s.\"Orders\"",
    "ALTER PUBLICATION p SET TABLE s.plain, s.\"Orders\" (id, total, status) WHERE (total > 1), s.other (id)",
    "ALTER PUBLICATION p SET TABLE s.plain, s.\"Orders\" WHERE (total > 0 AND status = 'paid'), s.other (id, note)",
    "ALTER PUBLICATION p SET TABLE s.plain, s.\"Orders\", s.other",
    "ALTER PUBLICATION p SET (publish_via_partition_root = false)",
];

const PUBLISHED: &str = "SELECT string_agg(format('%s(%s)%s', tablename, array_to_string(attnames, ','), rowfilter), ' ' ORDER BY tablename) \
                         FROM pg_publication_tables";

fn shop() -> Server {
    let server = Server::start(&["wal_level=logical", "autovacuum=off"]);
    server.psql(
        "postgres",
        "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'; SET ROLE manager; CREATE ROLE app",
    );
    server.psql("postgres", "CREATE DATABASE shop OWNER manager");
    server.psql("shop", TABLES);
    server
}

#[test]
fn columns_and_rows_are_published_and_set_back() {
    if major() < 15 {
        let server = Server::start(&[]);
        let ended = server.init(&spec("total > 0")).run().expect(76, "failed");
        assert!(ended.error().contains("needs PostgreSQL 15"), "{}", ended.stdout);
        return;
    }
    for manager in [false, true] {
        let server = shop();
        let run = |rows: &str| -> Init {
            if manager { as_admin(&server, &spec(rows)) } else { server.init(&spec(rows)) }
        };
        let rows = "total > 0 AND status = 'paid'";
        run(rows).run().expect(0, "changed");
        let made =
            "Orders(id,total,status)((total > (0)::numeric) AND (status = 'paid'::text)) other(id) plain(id)";
        assert_eq!(server.psql("shop", PUBLISHED), made);
        // Whatever the spelling: the server is asked, and nothing is written for it.
        let before = crate::export::next_transaction(&server);
        for rows in
            [rows, "((total > 0)) and status='paid'::text", "(total>0::numeric AND status = text 'paid')"]
        {
            run(rows).run().expect(0, "unchanged");
        }
        assert_eq!(crate::export::next_transaction(&server), before);
        for drift in DRIFTS {
            server.psql("shop", drift);
            assert_eq!(run(rows).run().expect(0, "changed").operations(), ["alter_publication"], "{drift}");
            assert_eq!(server.psql("shop", PUBLISHED), made, "{drift}");
        }
        // Undeclared properties stay.
        server.psql("shop", "ALTER PUBLICATION p ADD TABLE s.third WHERE (id > 3)");
        server.psql(
            "shop",
            "ALTER PUBLICATION p DROP TABLE s.plain; ALTER PUBLICATION p ADD TABLE s.plain WHERE (id > 4)",
        );
        run(rows).run().expect(0, "unchanged");
        run("total > 2").run().expect(0, "changed");
        let left =
            "Orders(id,total,status)(total > (2)::numeric) other(id) plain(id)(id > 4) third(id)(id > 3)";
        assert_eq!(server.psql("shop", PUBLISHED), left);
        what_cannot_be_published_is_told_before_the_first_write(&server, manager);
    }
}

fn what_cannot_be_published_is_told_before_the_first_write(server: &Server, manager: bool) {
    server.psql("postgres", "DROP ROLE beside");
    let run = |spec: &str| if manager { as_admin(server, spec).run() } else { server.init(spec).run() };
    for rows in ["nothing > 0", "total >", "total > 0) OR (total", "nosuch(total)", "mood = 'ok'"] {
        let (exit, at) = if rows.contains(") OR (") {
            (65, "where")
        } else {
            (76, "databases.shop.publications.p.tables")
        };
        let ended = run(&spec(rows)).expect(exit, "failed");
        assert!(ended.stdout.contains(at), "{rows}: {}", ended.stdout);
    }
    let ended = run(&spec("total > 0").replace("columns: [id]", "columns: [nothing]")).expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "databases.shop.publications.p.tables");
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
}
