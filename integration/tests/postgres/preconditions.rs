//! A change that the server would refuse is found before the first write, for a provisioning role without superuser.

use integration::postgres::{Server, major};

use crate::privileges::as_admin;

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'";

fn nothing_written(server: &Server) {
    let written = "SELECT (SELECT count(*) FROM pg_roles WHERE rolname = 'beside') + \
                   (SELECT count(*) FROM pg_database WHERE datname = 'd')";
    assert_eq!(server.psql("postgres", written), "0");
}

/// Objects of a role that the admin cannot join, and changes that need the privileges of that role.
const OF_ANOTHER: &[(&str, &str)] = &[
    ("databases: {theirs: {connectionLimit: 5}}", "the role boss"),
    ("databases: {theirs: {settings: {timezone: UTC}}}", "the role boss"),
    ("databases: {theirs: {owner: manager}}", "the role boss"),
    ("databases: {theirs: {schemas: {s: {}}}}", "the role boss"),
    ("databases: {theirs: {extensions: {citext: {}}}}", "the role boss"),
    (
        "databases: {theirs: {grants: [{to: public, object: database, privileges: [create]}]}}",
        "the role boss",
    ),
    (
        "databases: {theirs: {revokes: [{from: public, object: database, privileges: [temporary]}]}}",
        "the role boss",
    ),
    ("databases: {mine: {owner: boss}}", "the role boss"),
    ("databases: {mine: {schemas: {s: {owner: boss}}}}", "the role boss"),
    ("databases: {mine: {schemas: {hers: {owner: manager}}}}", "the role boss"),
    (
        "databases: {mine: {defaultPrivileges: [{for: boss, object: tables, to: public, privileges: [select]}]}}",
        "the role boss",
    ),
    ("databases: {d: {owner: boss}}", "the role boss"),
    ("databases: {d: {template: theirs}}", "the role boss, which owns the template"),
];

#[test]
fn an_object_of_a_role_that_cannot_be_joined_is_77_before_the_first_write() {
    let server = Server::start(&[]);
    for sql in [
        MANAGER,
        "CREATE ROLE boss SUPERUSER",
        "CREATE DATABASE theirs OWNER boss",
        "CREATE DATABASE mine OWNER manager",
    ] {
        server.psql("postgres", sql);
    }
    server.psql("mine", "CREATE SCHEMA hers AUTHORIZATION boss");
    for (spec, lacks) in OF_ANOTHER {
        let ended = as_admin(&server, &format!("roles: {{beside: {{}}}}\n{spec}\n")).run();
        assert_eq!((ended.exit, ended.outcome()), (77, "failed"), "{spec}: {}\n{}", ended.stdout, ended.log);
        assert!(ended.error().contains(lacks), "{spec}: {lacks}: {}", ended.stdout);
        nothing_written(&server);
    }
    // An account that only reads may plan; the log names the changes that were not checked.
    let planned =
        as_admin(&server, &format!("{}\n", OF_ANOTHER[0].0)).args(&["plan"]).run().expect(3, "drift");
    assert!(planned.log.contains("the role boss"), "{}", planned.log);
    for spec in
        ["roles: {beside: {}, boss: {connectionLimit: 3}}", "roles: {beside: {}, r: {memberOf: [boss]}}"]
    {
        let ended = as_admin(&server, &format!("{spec}\n")).run().expect(77, "failed");
        assert!(ended.error().contains("lacks SUPERUSER"), "{spec}: {}", ended.stdout);
        nothing_written(&server);
    }
    if major() < 15 {
        let spec = "roles: {beside: {}}\ndatabases: {d: {schemas: {public: {owner: manager}}}}\n";
        let ended = as_admin(&server, spec).run().expect(77, "failed");
        assert!(ended.error().contains("the role postgres"), "{}", ended.stdout);
        nothing_written(&server);
    }
}

/// The server is asked, since it may let its admins set attributes that the catalog does not allow them to.
#[test]
fn an_attribute_that_the_admin_may_not_set_is_77_before_the_first_write() {
    let server = Server::start(&["log_statement=all"]);
    server.psql("postgres", MANAGER);
    server.psql("postgres", "CREATE ROLE r REPLICATION; SET ROLE manager; CREATE ROLE own");
    // Only a run asks, because PostgreSQL answers by making a role that is rolled back.
    let spec = "roles: {beside: {replication: true}}\n";
    as_admin(&server, spec).args(&["plan"]).run().expect(3, "drift");
    assert!(!server.log().contains("pg-init trial"));
    for (spec, lacks) in [
        ("beside: {replication: true}", "lacks "),
        ("beside: {bypassrls: true}", "lacks "),
        ("beside: {}, own: {bypassrls: true}", "lacks "),
        ("beside: {superuser: true}", "lacks SUPERUSER"),
    ] {
        let ended = as_admin(&server, &format!("roles: {{{spec}}}\n")).run().expect(77, "failed");
        assert!(ended.error().contains(lacks), "{spec}: {}", ended.stdout);
        nothing_written(&server);
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname ~ 'trial'"), "0");
    if major() >= 16 {
        server.psql("postgres", "ALTER ROLE manager REPLICATION BYPASSRLS");
        as_admin(&server, "roles: {beside: {replication: true, bypassrls: true}}\n")
            .run()
            .expect(0, "changed");
    }
}

/// A cycle of memberships that only the server's own memberships close.
#[test]
fn a_cycle_through_existing_memberships_is_a_conflict() {
    let server = Server::start(&[]);
    server
        .psql("postgres", "CREATE ROLE g; CREATE ROLE r; CREATE ROLE between; CREATE ROLE far; GRANT r TO g");
    server.psql("postgres", "GRANT r TO between; GRANT between TO far");
    for of in ["g", "far"] {
        for command in ["plan", "apply"] {
            let spec = format!("roles: {{beside: {{}}, {of}: {{}}, r: {{memberOf: [{of}]}}}}\n");
            let ended = server.init(&spec).args(&[command]).run().expect(4, "conflict");
            assert_eq!(ended.report["conflicts"][0]["at"], "roles.r.memberOf", "{}", ended.stdout);
        }
    }
    // Half of it is declared, in the other direction of names.
    let spec = "roles: {beside: {}, z: {memberOf: [far]}, r: {memberOf: [z]}}\n";
    server.init(spec).run().expect(4, "conflict");
    nothing_written(&server);
    server.init("roles: {g: {memberOf: [r]}, far: {memberOf: [between]}}\n").run().expect(0, "unchanged");
}

/// An extension without a schema: the default schema does not exist.
#[test]
fn an_extension_without_an_existing_schema_is_a_conflict() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE DATABASE bare");
    server.psql("bare", "DROP SCHEMA public");
    let run = |rest: &str| {
        server.init(&format!("roles: {{beside: {{}}}}\ndatabases: {{bare: {{{rest}}}}}\n")).run()
    };
    for extension in ["citext: {}", "earthdistance: {}"] {
        let ended = run(&format!("extensions: {{{extension}}}")).expect(4, "conflict");
        assert!(ended.stdout.contains("the schema public is neither declared"), "{}", ended.stdout);
    }
    nothing_written(&server);
    run("schemas: {public: {}}, extensions: {citext: {}}").expect(0, "changed");
}

/// An extension that only superusers may create: the server decides, and its message is reported.
#[test]
fn an_extension_that_is_not_trusted_is_left_to_the_server() {
    let server = Server::start(&[]);
    server.psql("postgres", MANAGER);
    server.psql("postgres", "CREATE DATABASE mine OWNER manager");
    let spec = "databases: {mine: {extensions: {pg_stat_statements: {}}}}\n";
    let ended = as_admin(&server, spec).run().expect(77, "failed");
    assert!(ended.error().contains("42501"), "{}", ended.stdout);
    assert!(ended.log.contains("this server decides"), "{}", ended.log);
}

/// A managed server: pgextwlist lets roles without superuser create the extensions of its list.
#[test]
fn an_extension_that_the_server_allows_is_created() {
    let list = ["session_preload_libraries=pgextwlist", "extwlist.extensions=pg_stat_statements,dblink"];
    if !matches!(major(), 15 | 17) {
        // The npm package of the other majors has no such library.
        return;
    }
    let server = Server::start(&list);
    server.psql("postgres", MANAGER);
    server.psql("postgres", "CREATE DATABASE mine OWNER manager");
    let allowed = "databases: {mine: {extensions: {pg_stat_statements: {}, dblink: {}}}}\n";
    let ended = as_admin(&server, allowed).run().expect(0, "changed");
    assert_eq!(ended.operations(), ["create_extension", "create_extension"]);
    assert!(ended.log.contains("this server decides"), "{}", ended.log);
    as_admin(&server, allowed).run().expect(0, "unchanged");
    let refused = as_admin(&server, "databases: {mine: {extensions: {file_fdw: {}}}}\n").run();
    let refused = refused.expect(77, "failed");
    assert!(refused.error().contains("42501"), "{}", refused.stdout);
    assert_eq!(server.psql("mine", "SELECT count(*) FROM pg_extension"), "3");
}

/// PostgreSQL only warns where the role that grants holds the privilege itself, such as by way of everyone.
#[test]
fn a_grant_on_an_object_that_cannot_be_granted_on_is_77_before_the_first_write() {
    let server = Server::start(&[]);
    server.psql("postgres", MANAGER);
    server.psql("postgres", "SET ROLE manager; CREATE ROLE app; CREATE ROLE readers");
    server.psql("postgres", "CREATE DATABASE mine OWNER manager");
    server.psql("mine", "CREATE SCHEMA s; GRANT USAGE, CREATE ON SCHEMA s TO app, manager");
    server.psql(
        "mine",
        "SET ROLE app; CREATE TABLE s.ours (); CREATE SEQUENCE s.n; CREATE TYPE s.c AS (n int)",
    );
    let grant = |what: &str| {
        let grant = format!("{{to: readers, schema: s, {what}}}");
        as_admin(&server, &format!("roles: {{early: {{}}}}\ndatabases: {{mine: {{grants: [{grant}]}}}}\n"))
    };
    // All that is there is a role's that it may join.
    for what in [
        "object: tables, privileges: [select]",
        "object: sequences, privileges: [all]",
        "object: types, names: [c], privileges: [usage]",
    ] {
        grant(what).run().expect(0, "changed");
        grant(what).run().expect(0, "unchanged");
    }
    server.psql("postgres", "DROP ROLE early");
    server.psql(
        "mine",
        "CREATE FUNCTION s.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TABLE s.theirs ()",
    );
    server.psql("mine", "GRANT SELECT ON s.theirs TO manager; CREATE SEQUENCE s.other; GRANT USAGE ON SEQUENCE s.other TO app");
    server.psql("mine", "CREATE TYPE s.d AS (n int)");
    for (what, lacks) in [
        ("object: functions, privileges: [execute]", "EXECUTE with grant option on the ROUTINE s.f(integer)"),
        (
            "object: functions, names: \"f(int)\", privileges: [all]",
            "ROUTINE s.f(integer), which belongs to postgres",
        ),
        ("object: tables, privileges: [select]", "SELECT with grant option on the TABLE s.theirs"),
        ("object: sequences, privileges: [usage]", "USAGE with grant option on the SEQUENCE s.other"),
        ("object: types, names: [d], privileges: [usage]", "USAGE with grant option on the TYPE s.d"),
    ] {
        let refused = grant(what).run().expect(77, "failed");
        assert!(refused.error().contains(lacks), "{what}: {}", refused.stdout);
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'early'"), "0");
    // A privilege that another role has granted already, or with grant option, is no refusal.
    server.psql(
        "mine",
        "GRANT EXECUTE ON FUNCTION s.f TO readers; GRANT SELECT ON s.theirs TO manager WITH GRANT OPTION",
    );
    grant("object: functions, privileges: [execute]").run().expect(0, "changed");
    grant("object: tables, privileges: [select]").run().expect(0, "changed");
    grant("object: tables, privileges: [select]").run().expect(0, "unchanged");
}
