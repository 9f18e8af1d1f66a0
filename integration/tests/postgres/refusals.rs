//! Conflicts, features that the server lacks, and changes that it refuses. Nothing is written.

use integration::Ended;
use integration::postgres::{Server, major};

fn conflict(server: &Server, spec: &str, at: &str) {
    for command in ["plan", "apply"] {
        let ended = server.init(spec).args(&[command]).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], at, "{spec}: {}", ended.stdout);
    }
}

/// Each is found before the first write: the role that is declared beside it is not there afterwards.
#[test]
fn a_conflict_leaves_the_server_unchanged() {
    let server = Server::start(&["wal_level=logical"]);
    server.psql("postgres", "CREATE DATABASE old ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    server.psql("postgres", "CREATE DATABASE d");
    server.psql("postgres", "CREATE DATABASE closed ALLOW_CONNECTIONS false");
    server.psql("d", "CREATE EXTENSION pg_trgm; CREATE EXTENSION hstore; CREATE PUBLICATION every FOR ALL TABLES; CREATE PUBLICATION listed");
    let cases = [
        ("old: {encoding: UTF8}", "databases.old.encoding"),
        ("old: {locale: C.UTF-8}", "databases.old.locale"),
        ("n: {template: old, encoding: UTF8}", "databases.n.encoding"),
        ("n: {template: nowhere}", "databases.n.template"),
        ("n: {owner: nobody}", "databases.n.owner"),
        ("n: {schemas: {s: {owner: nobody}}}", "databases.n.schemas.s.owner"),
        ("closed: {schemas: {s: {}}}", "databases.closed"),
        ("d: {grants: [{to: nobody, object: database, privileges: [connect]}]}", "databases.d.grants[0].to"),
        (
            "d: {revokes: [{from: nobody, object: database, privileges: [connect]}]}",
            "databases.d.revokes[0].from",
        ),
        (
            "d: {grants: [{to: public, object: tables, schema: nowhere, privileges: [select]}]}",
            "databases.d.grants[0].schema",
        ),
        ("d: {extensions: {citext: {schema: nowhere}}}", "databases.d.extensions.citext.schema"),
        ("d: {extensions: {pg_trgm: {version: \"1.5\"}}}", "databases.d.extensions.pg_trgm.version"),
        (
            "d: {defaultPrivileges: [{for: nobody, object: tables, to: public, privileges: [select]}]}",
            "databases.d.defaultPrivileges[0].for",
        ),
        (
            "d: {publications: {every: {tables: []}, listed: {tables: all}}}",
            "databases.d.publications.listed.tables",
        ),
        ("d: {publications: {listed: {tables: [public.nothing]}}}", "databases.d.publications.listed.tables"),
        ("d: {publications: {listed: {schemas: [nowhere]}}}", "databases.d.publications.listed.schemas"),
    ];
    for (database, at) in cases {
        conflict(&server, &format!("roles: {{beside: {{}}}}\ndatabases:\n  {database}\n"), at);
    }
    conflict(&server, "roles: {beside: {}, r: {memberOf: [nobody]}}\n", "roles.r.memberOf");
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
    // Other spellings of what is there are no conflict.
    server.init("databases: {old: {encoding: latin-1, locale: C}}\n").run().expect(0, "unchanged");
}

/// A feature that the server lacks or refuses is found before the first write as well.
#[test]
fn a_feature_that_the_server_lacks_is_76_before_the_first_write() {
    let server = Server::start(&[]);
    let cases = [
        (
            "databases: {postgres: {extensions: {no_such_thing: {}}}}",
            "no files of the extension no_such_thing",
        ),
        ("databases: {postgres: {extensions: {hstore: {version: \"99\"}}}}", "hstore 99"),
        ("databases: {d: {encoding: no_such_thing}}", "knows no encoding"),
        ("databases: {d: {settings: {no_such_thing: 1}}}", "knows no parameter no_such_thing"),
        ("databases: {d: {settings: {work_mem: many}}}", "22023"),
        ("databases: {d: {settings: {timezone: Nowhere/Land}}}", "22023"),
    ];
    for (spec, says) in cases {
        let ended = server.init(&format!("roles: {{beside: {{}}}}\n{spec}\n")).refused(76);
        assert!(ended.error().contains(says), "{says}: {}", ended.stdout);
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
}

/// The options of memberships came with PostgreSQL 16.
#[test]
fn options_of_memberships_need_postgresql_16() {
    let server = Server::start(&[]);
    let spec = "roles: {g: {}, m: {memberOf: [{role: g, admin: true, inherit: false, set: false}]}}\n";
    let run = || server.init(spec).run();
    if major() < 16 {
        let ended: Ended = run().expect(76, "failed");
        assert!(ended.error().contains("`inherit: false` for g needs PostgreSQL 16"), "{}", ended.stdout);
        return;
    }
    run().expect(0, "changed");
    let options =
        "SELECT admin_option, inherit_option, set_option FROM pg_auth_members WHERE member = 'm'::regrole";
    assert_eq!(server.psql("postgres", options), "t|f|f");
    for drift in ["ADMIN FALSE", "INHERIT TRUE", "SET TRUE"] {
        server.psql("postgres", &format!("GRANT g TO m WITH {drift}"));
        let healed = run().expect(0, "changed");
        assert_eq!(healed.operations(), ["alter_membership"]);
        assert_eq!(server.psql("postgres", options), "t|f|f", "{drift}");
    }
    run().expect(0, "unchanged");
}
