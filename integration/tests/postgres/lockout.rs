//! A run never locks the next one out, as the least privileged provisioning account.

use integration::postgres::{Server, init};
use integration::{Ended, Init};

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'old'";

fn run(server: &Server, head: &str, spec: &str, password: &str) -> Init {
    let endpoint = format!("endpoint: {}:5432\nuser: manager\ntls: disable\n", server.name());
    let init = init(&format!("{endpoint}{head}{spec}"))
        .secret("m", password)
        .secret("old", "old")
        .secret("one", "first");
    init.secret("two", "second")
}

const HEAD: &str = "password: {secret: m}\n";

fn conflict(ended: Ended, at: &str, says: &str) {
    let ended = ended.expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], at, "{}", ended.stdout);
    assert!(ended.report["conflicts"][0]["problem"].to_string().contains(says), "{says}: {}", ended.stdout);
}

const CLOSED: &str = "\
    databases:
      d:
        owner: app
        schemas: {s: {owner: app}}
        revokes: [{from: public, object: database, privileges: [connect]}]
";

/// The database is closed to everyone else, and applied, applied again, and applied with another password.
#[test]
fn a_database_without_connect_for_public_stays_open_to_the_next_run() {
    let server = Server::start(&[]);
    server.psql("postgres", MANAGER);
    let spec = |grants: &str, password: &str| {
        format!("roles: {{app: {{login: true, password: {{secret: {password}}}}}}}\n{CLOSED}{grants}")
    };
    let grant = "        grants: [{to: manager, object: database, privileges: [connect]}]\n";
    for command in ["plan", "apply"] {
        let closed = run(&server, HEAD, &spec("", "one"), "old").args(&[command]);
        conflict(
            closed.run(),
            "databases.d.revokes[0]",
            "{to: manager, object: database, privileges: [connect]}",
        );
    }
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'd'"), "0");
    run(&server, HEAD, &spec(grant, "one"), "old").run().expect(0, "changed");
    run(&server, HEAD, &spec(grant, "one"), "old").run().expect(0, "unchanged");
    let rotated = run(&server, HEAD, &spec(grant, "two"), "old").run().expect(0, "changed");
    assert_eq!(rotated.operations(), ["alter_role"]);
    run(&server, HEAD, &spec(grant, "two"), "old").run().expect(0, "unchanged");
    // The same for a database that is there.
    server.psql("postgres", "CREATE DATABASE e");
    let there = spec("", "two").replace("      d:", "      e:").replace("        owner: app\n", "");
    conflict(run(&server, HEAD, &there, "old").run(), "databases.e.revokes[0]", "manager would lose CONNECT");
}

/// A role with CONNECT as the owner or as its member needs no grant.
#[test]
fn the_owner_of_a_database_or_its_member_needs_no_grant_of_connect() {
    let server = Server::start(&[]);
    server.psql("postgres", MANAGER);
    for (name, rest) in [
        ("owned", "owner: manager, "),
        ("everyone", "grants: [{to: [crew], object: database, privileges: [connect]}], "),
    ] {
        let spec = format!(
            "roles: {{crew: {{}}}}\ndatabases: {{{name}: {{{rest}schemas: {{s: {{}}}}, \
             revokes: [{{from: public, object: database, privileges: [all]}}]}}}}\n"
        );
        if name == "everyone" {
            server.psql("postgres", "GRANT crew TO manager");
        }
        run(&server, HEAD, &spec, "old").run().expect(0, "changed");
        run(&server, HEAD, &spec, "old").run().expect(0, "unchanged");
    }
}

/// A spec that takes an attribute from the provisioning role is a conflict.
#[test]
fn the_provisioning_role_keeps_what_it_needs() {
    let server = Server::start(&[]);
    server.psql("postgres", MANAGER);
    server.psql("postgres", "CREATE DATABASE d OWNER manager");
    for (spec, at) in [
        ("roles: {manager: {login: false}}\n", "roles.manager.login"),
        ("roles: {manager: {createrole: false}}\n", "roles.manager.createrole"),
        ("roles: {manager: {createdb: false}}\n", "roles.manager.createdb"),
        ("roles: {manager: {connectionLimit: 1}}\n", "roles.manager.connectionLimit"),
        ("roles: {manager: {validUntil: \"2001-01-01T00:00:00Z\"}}\n", "roles.manager.validUntil"),
        ("databases: {d: {connectionLimit: 0, schemas: {s: {}}}}\n", "databases.d.connectionLimit"),
    ] {
        conflict(run(&server, HEAD, spec, "old").run(), at, "");
    }
    // A superuser is let in by any limit of a database, and keeps being one.
    server.init("databases: {d: {connectionLimit: 0, schemas: {s: {}}}}\n").run().expect(0, "changed");
    server.init("databases: {d: {connectionLimit: 0, schemas: {s: {}}}}\n").run().expect(0, "unchanged");
    let ended = server.init("roles: {postgres: {superuser: false}}\n").run();
    conflict(ended, "roles.postgres.superuser", "");
}

/// The provisioning role's own password: the declared one is tried first, and the bootstrap password when that is
/// refused.
#[test]
fn the_provisioning_role_rotates_its_own_password() {
    for kind in ["CREATEROLE CREATEDB", "SUPERUSER"] {
        let server = Server::start(&[]);
        server.psql("postgres", &format!("CREATE ROLE manager LOGIN {kind} PASSWORD 'old'"));
        let spec = "roles: {manager: {password: {secret: m}}}\ndatabases: {d: {schemas: {s: {}}}}\n";
        let head = "password: {secret: m}\nbootstrapPassword: {secret: old}\n";
        let first = run(&server, head, spec, "new").run().expect(0, "changed");
        assert!(first.operations().contains(&"alter_role".to_owned()), "{}", first.stdout);
        assert!(
            server.lets_in("manager", "new", "postgres") && !server.lets_in("manager", "old", "postgres")
        );
        run(&server, head, spec, "new").run().expect(0, "unchanged");
        run(&server, HEAD, spec, "new").run().expect(0, "unchanged");
        let refused = run(&server, head, spec, "neither").run().expect(77, "failed");
        assert!(refused.error().contains("both `password` and `bootstrapPassword`"), "{}", refused.stdout);
    }
    // Another secret than the one that the next run logs in with.
    let server = Server::start(&[]);
    let ended = run(&server, HEAD, "roles: {manager: {password: {secret: one}}}\n", "old").run();
    assert_eq!(ended.expect(65, "failed").report["error"]["violations"][0]["at"], "roles.manager.password");
}
