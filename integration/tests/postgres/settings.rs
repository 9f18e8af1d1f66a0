//! Parameters of roles, of databases, and of roles in databases: set, and taken away again.

use integration::postgres::Server;

use crate::privileges::as_admin;

const SPEC: &str = "roles:\n  app: {settings: {work_mem: 8MB}}\ndatabases:\n  d:\n    settings: {timezone: UTC}\n\
    \x20   roleSettings: {app: {search_path: [app, public], statement_timeout: 30s}}\n";

/// The stored parameters of each role and database.
fn stored(server: &Server) -> String {
    server.psql(
        "postgres",
        "SELECT coalesce(datname, ''), coalesce(rolname, ''), setconfig FROM pg_db_role_setting \
         LEFT JOIN pg_database d ON d.oid = setdatabase LEFT JOIN pg_roles r ON r.oid = setrole ORDER BY 1, 2",
    )
}

#[test]
fn a_role_has_settings_of_its_own_in_one_database() {
    for manager in [false, true] {
        let server = Server::start(&[]);
        server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
        let run = |spec: &str| if manager { as_admin(&server, spec).run() } else { server.init(spec).run() };
        run(SPEC).expect(0, "changed");
        run(SPEC).expect(0, "unchanged");
        assert_eq!(
            stored(&server),
            "|app|{work_mem=8MB}\nd||{TimeZone=UTC}\nd|app|{\"search_path=app, public\",statement_timeout=30s}"
        );
        for drift in [
            "ALTER ROLE app IN DATABASE d SET search_path = public",
            "ALTER ROLE app IN DATABASE d SET statement_timeout = '31s'",
            "ALTER ROLE app IN DATABASE d RESET ALL",
        ] {
            server.psql("postgres", drift);
            assert_eq!(run(SPEC).expect(0, "changed").operations(), ["alter_role_settings"], "{drift}");
        }
        // Another spelling of the same, another parameter, another role.
        server.psql("postgres", "ALTER ROLE app IN DATABASE d SET statement_timeout = '30000'; ALTER ROLE app IN DATABASE d SET jit = off");
        server.psql("postgres", "ALTER ROLE manager IN DATABASE d SET jit = off");
        run(SPEC).expect(0, "unchanged");
        // An explicit nothing takes away what is named, and nothing else.
        let none = "roles: {app: {settings: {work_mem: null}}, new: {settings: {work_mem: null}}}\ndatabases:\n  d:\n\
            \x20   settings: {timezone: null}\n    roleSettings: {app: {search_path: null, statement_timeout: null, lock_timeout: null}}\n";
        let taken = run(none).expect(0, "changed");
        assert_eq!(
            taken.operations(),
            ["create_role", "alter_role", "alter_database", "alter_role_settings"]
        );
        assert_eq!(stored(&server), "d|app|{jit=off}\nd|manager|{jit=off}");
        run(none).expect(0, "unchanged");
    }
}
