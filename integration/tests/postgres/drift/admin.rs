//! The same table for admins without superuser: drift is set back as far as PostgreSQL allows, the missing privilege
//! is reported otherwise, and the admins' memberships are the same before and after.

use std::collections::BTreeSet;

use integration::Ended;
use integration::postgres::{Server, major};

use super::table::{CONFLICTS, DRIFTS, MODERN_DRIFTS, NO_DRIFT};
use super::unknown;
use crate::privileges::as_admin;

/// A kind of admin: the statements that create it, and whether it creates the roles of the spec itself.
struct Admin {
    makes: Vec<&'static str>,
    own_roles: bool,
}

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'";

/// A statement that causes drift, and the missing privilege that is reported to an admin that cannot set it back:
/// before PostgreSQL 16, and since then. No privilege is listed where the admin can.
const LACKS: &[(&str, Option<&str>, Option<&str>)] = &[
    ("ALTER ROLE app SUPERUSER", SUPERUSER, SUPERUSER),
    ("ALTER ROLE app REPLICATION", SUPERUSER, Some("lacks REPLICATION")),
    ("ALTER ROLE app BYPASSRLS", SUPERUSER, Some("lacks BYPASSRLS")),
    ("ALTER ROLE cdc NOREPLICATION", SUPERUSER, Some("lacks REPLICATION")),
    // Before PostgreSQL 16, only a superuser alters a role with REPLICATION.
    ("ALTER ROLE cdc NOLOGIN", SUPERUSER, None),
    ("ALTER ROLE cdc PASSWORD", SUPERUSER, None),
    ("REVOKE pg_monitor", None, Some("lacks ADMIN OPTION on the role pg_monitor")),
    // The role that got ADMIN OPTION on it is one that the admin may act as, and the grant is a superuser's all the same.
    (
        "GRANT pg_monitor TO app WITH ADMIN",
        None,
        Some("lacks membership in the role postgres, which has granted it"),
    ),
    ("GRANT pg_monitor", None, Some("lacks ADMIN OPTION on the role pg_monitor")),
    ("DROP DATABASE app", Some("must be superuser"), Some("must be superuser")),
    // Objects that a trusted extension created belong to the first superuser.
    ("ALTER EXTENSION hstore SET SCHEMA", Some("must be owner of"), Some("must be owner of")),
    ("CREATE EXTENSION hstore", Some("must be owner of"), Some("must be owner of")),
    ("DROP PUBLICATION", Some("must be superuser"), Some("must be superuser")),
    ("ALTER PUBLICATION", Some("must be owner of publication"), Some("must be owner of publication")),
];

const SUPERUSER: Option<&str> = Some("lacks SUPERUSER");

/// The objects that the table makes belong to roles of the spec: those of a superuser's nobody else grants on.
const OWNERS: &[(&str, &str)] = &[
    ("CREATE TABLE app.t1", "ALTER TABLE app.t1 OWNER TO app; ALTER VIEW app.v1 OWNER TO app"),
    ("CREATE MATERIALIZED VIEW app.m1", "ALTER MATERIALIZED VIEW app.m1 OWNER TO app"),
    ("CREATE TABLE app.p1", "ALTER TABLE app.p1 OWNER TO app"),
    ("CREATE SEQUENCE app.s1", "ALTER SEQUENCE app.s1 OWNER TO app"),
    ("CREATE FUNCTION app.f1", "ALTER FUNCTION app.f1() OWNER TO cdc"),
    ("CREATE PROCEDURE app.p2", "ALTER PROCEDURE app.p2() OWNER TO cdc"),
];

/// The statement in the form that the admin can set back: since PostgreSQL 16 a membership belongs to its grantor,
/// and only its grantor's grant is revoked.
fn done(sql: &str) -> String {
    if let Some((_, owners)) = OWNERS.iter().find(|(made, _)| sql.starts_with(made)) {
        return format!("{sql}; {owners}");
    }
    let revoked = sql.strip_prefix("REVOKE readers FROM ").filter(|_| major() >= 16);
    revoked.map_or_else(
        || sql.to_owned(),
        |member| {
            format!(
                "DO $$ DECLARE g regrole; BEGIN FOR g IN SELECT grantor FROM pg_auth_members \
                 WHERE roleid = 'readers'::regrole AND member = '{member}'::regrole \
                 LOOP EXECUTE format('REVOKE readers FROM {member} GRANTED BY %s', g); END LOOP; END $$"
            )
        },
    )
}

/// The full spec: as far as the admin carries it out, and as it is when a superuser has done the rest. The database is closed to
/// everyone else, so that the admin is let in by name.
fn specs() -> (String, String) {
    let entered = "    grants:\n      - {to: manager, object: database, privileges: [connect]}\n";
    let full = crate::full_body().replace("    grants:\n", entered);
    let (own, _) = full.split_once("    publications:").unwrap_or_default();
    let own = own.replace("replication: true, ", "");
    let own = own.lines().filter(|line| !line.contains("pg_monitor"));
    (own.map(|line| format!("{line}\n")).collect(), full)
}

/// A role that was made again has another number, by which the server sorts.
fn memberships(server: &Server) -> BTreeSet<String> {
    server.memberships("manager").lines().map(str::to_owned).collect()
}

fn every_row_is_set_back_or_names_what_is_missing(kind: &Admin) {
    let server = Server::start(&["wal_level=logical"]);
    for sql in &kind.makes {
        server.psql("postgres", sql);
    }
    let (own, full) = specs();
    let admin = |spec: &str| crate::with_secrets(as_admin(&server, spec)).run_inside(server.name());
    let superuser = || crate::with_secrets(server.init(&full)).run_inside(server.name());
    admin(&own).expect(0, "changed");
    superuser().expect(0, "changed");
    admin(&full).expect(0, "unchanged");
    let modern = if major() < 16 { &[] } else { MODERN_DRIFTS };
    let rows = DRIFTS.iter().chain(modern).filter(|(field, ..)| !unknown(field));
    let mut wrong = String::new();
    for (_, database, sql, operations) in rows {
        let before = memberships(&server);
        server.psql(database, &done(sql));
        let ended = admin(&full);
        let lacks = LACKS.iter().find(|(known, ..)| sql.contains(known));
        match lacks.and_then(|(_, old, new)| if major() < 16 { *old } else { *new }) {
            Some(lacks) if ended.exit == 77 && ended.error().contains(lacks) => {}
            None if ended.exit == 0 && ended.operations() == *operations => {}
            lacks => wrong += &format!("{sql}: {lacks:?}: {} {}\n", ended.exit, ended.stdout),
        }
        let after = memberships(&server);
        if after != before && (kind.own_roles || !sql.contains("DROP ROLE")) {
            wrong += &format!("{sql}: memberships: {before:#?} {after:#?}\n");
        }
        // A superuser makes the changes that the admin may not make; the changes that the admin has made are no drift
        // to a superuser either.
        let helped = superuser();
        let expected = if ended.exit == 0 { "unchanged" } else { "changed" };
        if (helped.exit, helped.outcome()) != (0, expected) {
            wrong += &format!("{sql}: left {}\n", helped.stdout);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    quiet_and_conflicts(&server, admin, &full);
}

/// A value that is no drift to a superuser is none to an admin either, and a value that cannot be set back is a
/// conflict.
fn quiet_and_conflicts(server: &Server, admin: impl Fn(&str) -> Ended, full: &str) {
    for (database, sql) in NO_DRIFT {
        server.psql(database, sql);
        let rerun = admin(full);
        assert_eq!((rerun.exit, rerun.outcome()), (0, "unchanged"), "{sql}: {}", rerun.stdout);
    }
    for (field, sql) in CONFLICTS {
        server.psql("postgres", "DROP DATABASE app");
        server.psql("postgres", sql);
        let refused = admin(full).expect(4, "conflict");
        assert_eq!(refused.report["conflicts"][0]["at"], *field, "{sql}: {}", refused.stdout);
    }
}

#[test]
fn an_admin_sets_drift_back_as_far_as_postgresql_allows() {
    every_row_is_set_back_or_names_what_is_missing(&Admin { makes: vec![MANAGER], own_roles: true });
}

#[test]
#[ignore = "the field: just field postgres"]
fn an_admin_with_createrole_self_grant_sets_back_the_same() {
    if major() < 16 {
        return;
    }
    let grants_itself = "ALTER ROLE manager SET createrole_self_grant = 'set, inherit'";
    every_row_is_set_back_or_names_what_is_missing(&Admin {
        makes: vec![MANAGER, grants_itself],
        own_roles: true,
    });
}

#[test]
#[ignore = "the field: just field postgres"]
fn an_admin_by_a_group_sets_back_the_same() {
    let roles = "CREATE ROLE readers; CREATE ROLE app; CREATE ROLE cdc; CREATE ROLE hidden_reporter; CREATE ROLE admins";
    let group =
        "GRANT readers, app, cdc, hidden_reporter TO admins WITH ADMIN OPTION; GRANT admins TO manager";
    every_row_is_set_back_or_names_what_is_missing(&Admin {
        makes: vec![MANAGER, roles, group],
        own_roles: false,
    });
}
