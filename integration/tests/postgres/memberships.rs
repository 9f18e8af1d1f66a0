//! The memberships of the provisioning role, with any options and from any grantor, are the same after a run.

use integration::postgres::{Server, major};

use crate::privileges::{as_admin, managed};

const ROLES: &str = "SET SESSION AUTHORIZATION manager; CREATE ROLE readers; CREATE ROLE app";
const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'";

/// A kind of admin: its name, what makes it, and whether it takes PostgreSQL 16.
type Admin = (&'static str, &'static [&'static str], bool);

/// The kinds that most servers have.
const COMMON: &[Admin] = &[
    (
        "a superuser",
        &["CREATE ROLE manager LOGIN SUPERUSER PASSWORD 'managed'", ROLES, "GRANT app TO manager"],
        false,
    ),
    ("with roles of its own making", &[MANAGER], false),
    ("a member by another's grant", &[MANAGER, ROLES, "GRANT app, readers TO manager"], false),
];

const OTHERS: &[Admin] = &[
    ("alone", &[MANAGER, ROLES], false),
    (
        "a member by its own grant",
        &[MANAGER, ROLES, "SET SESSION AUTHORIZATION manager; GRANT app TO manager"],
        false,
    ),
    (
        "with ADMIN through a group",
        &[
            MANAGER,
            "CREATE ROLE admins; GRANT admins TO manager; CREATE ROLE readers; CREATE ROLE app",
            "GRANT app, readers TO admins WITH ADMIN OPTION",
        ],
        false,
    ),
    (
        "with ADMIN through a group that is no member",
        &[
            MANAGER,
            "CREATE ROLE admins; GRANT admins TO manager; CREATE ROLE readers; CREATE ROLE app",
            "GRANT app, readers TO admins WITH ADMIN TRUE, INHERIT FALSE, SET FALSE",
        ],
        true,
    ),
    (
        "with createrole_self_grant",
        &[
            MANAGER,
            "ALTER ROLE manager SET createrole_self_grant = 'set, inherit'",
            "SET SESSION AUTHORIZATION manager; \
         SET createrole_self_grant = 'set, inherit'; CREATE ROLE readers; CREATE ROLE app",
        ],
        true,
    ),
    (
        "with createrole_self_grant of SET alone",
        &[
            MANAGER,
            "SET SESSION AUTHORIZATION manager; SET createrole_self_grant = 'set'; CREATE ROLE readers; \
         CREATE ROLE app",
        ],
        true,
    ),
    (
        "a member that may only inherit",
        &[MANAGER, ROLES, "GRANT app TO manager WITH INHERIT TRUE, SET FALSE, ADMIN TRUE"],
        true,
    ),
    (
        "a member that may not even inherit, by two grants",
        &[
            MANAGER,
            ROLES,
            "GRANT app TO manager WITH INHERIT FALSE, SET FALSE, ADMIN TRUE",
            "SET SESSION AUTHORIZATION manager; GRANT app TO manager WITH INHERIT FALSE, SET FALSE",
        ],
        true,
    ),
];

/// Each is set back by joining a role, or by not joining one.
const DRIFTS: &[(&str, &str)] = &[
    ("postgres", "ALTER ROLE app CONNECTION LIMIT 3"),
    ("postgres", "ALTER DATABASE app OWNER TO manager"),
    ("postgres", "ALTER DATABASE app SET timezone = 'Europe/Berlin'"),
    ("postgres", "REVOKE CONNECT ON DATABASE app FROM readers"),
    ("app", "ALTER SCHEMA app OWNER TO readers"),
    ("app", "ALTER SCHEMA public OWNER TO manager"),
    ("app", "DROP SCHEMA plain"),
    ("app", "DROP EXTENSION citext"),
    ("app", "REVOKE USAGE ON SCHEMA app FROM readers"),
    ("app", "SET ROLE app; CREATE TABLE app.t (); REVOKE SELECT ON app.t FROM readers"),
    ("app", "ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA app REVOKE SELECT ON TABLES FROM readers"),
    ("postgres", "DROP DATABASE app"),
];

#[test]
fn the_memberships_of_the_common_kinds_of_admin_are_the_same_after_a_run() {
    are_the_same_after_a_run(COMMON);
}

#[test]
fn the_memberships_of_all_other_kinds_of_admin_are_the_same_after_a_run() {
    are_the_same_after_a_run(OTHERS);
}

fn are_the_same_after_a_run(admins: &[Admin]) {
    for (kind, makes, modern) in admins {
        if *modern && major() < 16 {
            continue;
        }
        let server = Server::start(&[]);
        for sql in *makes {
            server.psql("postgres", sql);
        }
        let run = |what: &str| {
            let before = server.memberships("manager");
            let ended = as_admin(&server, &managed()).run();
            assert_eq!(
                (ended.exit, ended.outcome()),
                (0, "changed"),
                "{kind}, {what}: {}\n{}",
                ended.stdout,
                ended.log
            );
            if !before.is_empty() {
                assert_eq!(server.memberships("manager"), before, "{kind}, {what}");
            }
        };
        run("cold");
        as_admin(&server, &managed()).run().expect(0, "unchanged");
        let before = server.memberships("manager");
        for (database, sql) in DRIFTS {
            // Before PostgreSQL 15 the schema is a superuser's, and the spec does not name it.
            if major() < 15 && sql.contains("SCHEMA public") {
                continue;
            }
            server.psql(database, sql);
            run(sql);
            assert_eq!(server.memberships("manager"), before, "{kind}, {sql}");
        }
        as_admin(&server, &managed()).run().expect(0, "unchanged");
    }
}

/// A refused change leaves no membership behind either.
#[test]
fn a_refused_change_leaves_memberships_unchanged() {
    let server = Server::start(&[]);
    for sql in [MANAGER, ROLES, "GRANT app TO manager"] {
        server.psql("postgres", sql);
    }
    as_admin(&server, &managed()).run().expect(0, "changed");
    let before = server.memberships("manager");
    // A table of a superuser's, on which nobody else can grant.
    server.psql("app", "CREATE TABLE app.theirs ()");
    as_admin(&server, &managed()).run().expect(77, "failed");
    assert_eq!(server.memberships("manager"), before);
}

/// Functions of an extension are a superuser's, and are nothing to a grant on tables.
#[test]
fn a_grant_on_tables_needs_only_the_owners_of_tables() {
    let server = Server::start(&[]);
    for sql in [MANAGER, ROLES] {
        server.psql("postgres", sql);
    }
    as_admin(&server, &managed()).run().expect(0, "changed");
    server.psql("app", "CREATE EXTENSION pgcrypto SCHEMA app; SET ROLE app; CREATE TABLE app.t (); REVOKE ALL ON app.t FROM readers");
    let healed = as_admin(&server, &managed()).run().expect(0, "changed");
    assert_eq!(healed.operations(), ["grant_privileges"]);
}
