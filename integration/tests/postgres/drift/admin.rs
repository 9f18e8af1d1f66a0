//! The same table for an admin that is no superuser: what PostgreSQL lets it set back is set back, and for the rest the privilege
//! that it lacks is named.

use integration::postgres::{Server, major};

use super::table::{DRIFTS, MODERN_DRIFTS, NO_DRIFT};
use crate::privileges::as_admin;

/// What somebody does, and what is named to an admin that cannot set it back: before PostgreSQL 16, and from then on. Nothing
/// is named where it can.
const LACKS: &[(&str, Option<&str>, Option<&str>)] = &[
    ("ALTER ROLE app SUPERUSER", Some("SUPERUSER"), Some("SUPERUSER")),
    ("ALTER ROLE app REPLICATION", Some("SUPERUSER"), Some("REPLICATION")),
    ("ALTER ROLE app BYPASSRLS", Some("SUPERUSER"), Some("BYPASSRLS")),
    ("ALTER ROLE cdc NOREPLICATION", Some("SUPERUSER"), Some("REPLICATION")),
    ("REVOKE pg_monitor", None, Some("ADMIN OPTION on the role pg_monitor")),
    ("GRANT pg_monitor", None, Some("membership in the role postgres, which has granted it")),
    ("DROP DATABASE app", Some("superuser"), Some("superuser")),
    // What a trusted extension has made belongs to the first superuser.
    ("ALTER EXTENSION hstore SET SCHEMA", Some("must be owner of"), Some("must be owner of")),
    ("DROP EXTENSION hstore; CREATE EXTENSION", Some("must be owner of"), Some("must be owner of")),
    // Objects of a superuser's.
    ("app.t1", GRANTS, GRANTS),
    ("app.v1", GRANTS, GRANTS),
    ("app.m1", GRANTS, GRANTS),
    ("app.p1", GRANTS, GRANTS),
    ("app.s1", GRANTS, GRANTS),
    ("app.f1", GRANTS, GRANTS),
    ("app.p2", GRANTS, GRANTS),
    ("DROP PUBLICATION", Some("superuser"), Some("superuser")),
    ("ALTER PUBLICATION", Some("must be owner of publication"), Some("must be owner of publication")),
];

const GRANTS: Option<&str> = Some("with grant option on the ");

#[test]
fn an_admin_sets_back_what_postgresql_lets_it() {
    let server = Server::start(&["wal_level=logical"]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    let entered = "    grants:\n      - {to: manager, object: database, privileges: [connect]}\n";
    let full = crate::full_body().replace("    grants:\n", entered);
    let (own, _) = full.split_once("    publications:").unwrap_or_default();
    let own = own.replace("replication: true, ", "");
    let own: String =
        own.lines().filter(|line| !line.contains("pg_monitor")).map(|line| format!("{line}\n")).collect();
    let admin = |spec: &str| crate::with_secrets(as_admin(&server, spec)).run_inside(server.name());
    let superuser = || crate::with_secrets(server.init(&full)).run_inside(server.name());
    admin(&own).expect(0, "changed");
    superuser().expect(0, "changed");
    admin(&full).expect(0, "unchanged");
    let modern = if major() < 16 { &[] } else { MODERN_DRIFTS };
    let mut wrong = String::new();
    for (field, database, sql, _) in DRIFTS.iter().chain(modern) {
        if major() < 15 && field.contains("orders") || major() < 14 && field.contains("hstore.version") {
            continue;
        }
        server.psql(database, sql);
        let ended = admin(&full);
        let lacks = LACKS.iter().find(|(known, ..)| sql.contains(known));
        let lacks = lacks.and_then(|(_, old, new)| if major() < 16 { *old } else { *new });
        let told = lacks.map_or(ended.exit == 0, |lacks| ended.exit == 77 && ended.stdout.contains(lacks));
        if !told {
            wrong += &format!("{sql}: {} {}\n", ended.exit, ended.stdout);
        }
        // With what it may not do, somebody else helps; what it has made stays its own.
        let helped = superuser();
        assert_eq!(helped.exit, 0, "{sql}: {}", helped.stdout);
        if lacks.is_none() && helped.outcome() != "unchanged" {
            wrong += &format!("{sql}: left {}\n", helped.stdout);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    for (database, sql) in NO_DRIFT {
        server.psql(database, sql);
        admin(&full).expect(0, "unchanged");
    }
}
