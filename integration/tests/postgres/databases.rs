//! Options of databases: connections, templates and tablespaces.

use integration::postgres::Server;

use crate::privileges::as_admin;

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'";

#[test]
fn a_database_becomes_a_template_refuses_connections_and_allows_them_again() {
    const CLOSED: &str = "databases:\n  form: {isTemplate: true, allowConnections: false}\n  \
                          copy: {template: form, isTemplate: false, allowConnections: true, connectionLimit: 5}\n";
    for manager in [false, true] {
        let server = Server::start(&[]);
        server.psql("postgres", MANAGER);
        let run = |spec: &str| if manager { as_admin(&server, spec) } else { server.init(spec) };
        run(CLOSED).run().expect(0, "changed");
        run(CLOSED).run().expect(0, "unchanged");
        for drift in [
            "form IS_TEMPLATE false",
            "form ALLOW_CONNECTIONS true",
            "form IS_TEMPLATE false ALLOW_CONNECTIONS true",
            "copy IS_TEMPLATE true",
            "copy ALLOW_CONNECTIONS false",
            "copy CONNECTION LIMIT 6",
        ] {
            server.psql("postgres", &format!("ALTER DATABASE {drift}"));
            assert_eq!(run(CLOSED).run().expect(0, "changed").operations(), ["alter_database"], "{drift}");
        }
        run(CLOSED).run().expect(0, "unchanged");
        // The contents are compared once the database allows connections.
        let inside = "databases: {form: {schemas: {s: {}}}}\n";
        let ended = run(inside).run().expect(4, "conflict");
        assert_eq!(ended.report["conflicts"][0]["at"], "databases.form");
        let opened = "databases: {form: {allowConnections: true, schemas: {s: {}}}}\n";
        let plan = run(opened).args(&["plan"]).run().expect(3, "drift");
        assert_eq!(plan.operations(), ["alter_database"]);
        run(opened).run().expect(0, "changed");
        run(opened).run().expect(0, "unchanged");
        assert_eq!(server.psql("form", "SELECT count(*) FROM pg_namespace WHERE nspname = 's'"), "1");
    }
}

#[test]
fn a_database_is_made_in_its_tablespace_and_stays_there() {
    let server = Server::start(&[]);
    server.shell("mkdir /tmp/fast /tmp/slow").ok();
    server.psql("postgres", MANAGER);
    for name in ["fast", "slow"] {
        server.psql("postgres", &format!("CREATE TABLESPACE {name} LOCATION '/tmp/{name}'"));
    }
    let spec = |tablespace: &str| {
        format!(
            "roles: {{beside: {{}}}}\ndatabases: {{d: {{tablespace: {tablespace}, schemas: {{s: {{}}}}}}}}\n"
        )
    };
    let refused = as_admin(&server, &spec("fast")).run().expect(77, "failed");
    assert!(refused.error().contains("CREATE on the tablespace fast"), "{}", refused.stdout);
    let absent = server.init(&spec("nowhere")).run().expect(4, "conflict");
    assert_eq!(absent.report["conflicts"][0]["at"], "databases.d.tablespace");
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'"), "0");
    server.psql("postgres", "GRANT CREATE ON TABLESPACE fast TO manager");
    as_admin(&server, &spec("fast")).run().expect(0, "changed");
    as_admin(&server, &spec("fast")).run().expect(0, "unchanged");
    let moved = server.init(&spec("slow")).run().expect(4, "conflict");
    assert_eq!(moved.report["conflicts"][0]["at"], "databases.d.tablespace");
    let page = crate::export::export(&server, &[]);
    assert!(page.contains("tablespace: fast"), "{page}");
}
