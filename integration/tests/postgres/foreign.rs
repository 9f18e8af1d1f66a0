//! Foreign servers and user mappings: reading through them, drift, and the privileges that they need.

use integration::Init;
use integration::postgres::{PASSWORD, Server, init};

use crate::acceptance::unchanged_without_wal;
use crate::export;
use crate::privileges::as_admin;

/// A password with characters that are special in options and shells.
const FAR: &str = "canary 'far\\ \"$x=1";

/// A server with a database to be reached, and the role that reads there.
fn server(settings: &[&str]) -> Server {
    let server = Server::start(settings);
    server.psql("postgres", "CREATE DATABASE far");
    server.psql("far", &format!("CREATE ROLE reader LOGIN PASSWORD '{}'", FAR.replace('\'', "''")));
    server.psql("far", "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2); GRANT SELECT ON t TO reader");
    server
}

fn spec(server: &Server, extensions: &str) -> String {
    format!(
        "roles: {{app: {{login: true}}, readers: {{}}}}\ndatabases:\n  near:\n    {extensions}\n    foreignServers:\n\
         \x20     far:\n\
         \x20       wrapper: postgres_fdw\n\
         \x20       options: {{host: {}, port: 5432, dbname: far}}\n\
         \x20       owner: app\n\
         \x20       usage: [readers]\n\
         \x20       userMappings:\n\
         \x20         app: {{options: {{user: reader, password: {{secret: far}}}}}}\n\
         \x20         public: {{options: {{user: reader}}}}\n",
        server.name()
    )
}

const FILES: &str = "      files: {wrapper: file_fdw}\n";

fn whole(server: &Server) -> String {
    spec(server, "extensions: {postgres_fdw: {}, file_fdw: {}}") + FILES
}

fn run(server: &Server, spec: &str) -> Init {
    server.init(spec).secret("far", FAR).args(&["--log", "trace"])
}

/// A statement that causes drift, and the operation that sets it back.
const DRIFTS: &[(&str, &str)] = &[
    ("ALTER SERVER far OPTIONS (SET dbname 'other')", "alter_foreign_server"),
    ("ALTER SERVER far OPTIONS (DROP port, ADD fetch_size '7')", "alter_foreign_server"),
    ("ALTER SERVER far OWNER TO postgres", "alter_foreign_server"),
    ("ALTER SERVER far OWNER TO readers", "alter_foreign_server"),
    ("REVOKE USAGE ON FOREIGN SERVER far FROM readers", "alter_foreign_server"),
    ("ALTER USER MAPPING FOR app SERVER far OPTIONS (SET password 'other')", "alter_user_mapping"),
    ("ALTER USER MAPPING FOR app SERVER far OPTIONS (DROP password)", "alter_user_mapping"),
    ("ALTER USER MAPPING FOR public SERVER far OPTIONS (SET user 'other')", "alter_user_mapping"),
    ("DROP USER MAPPING FOR app SERVER far", "create_user_mapping"),
    ("DROP SERVER files", "create_foreign_server"),
];

const NO_DRIFT: &[&str] = &[
    "ALTER SERVER far OPTIONS (ADD batch_size '7')",
    "CREATE SERVER strange FOREIGN DATA WRAPPER file_fdw",
    "CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'x', password 'y')",
    "GRANT USAGE ON FOREIGN SERVER far TO reader",
    "ALTER USER MAPPING FOR public SERVER far OPTIONS (ADD sslcert 'x')",
];

fn reads(server: &Server) {
    assert_eq!(server.psql("near", "SET ROLE app; SELECT count(*) FROM t"), "2");
}

#[test]
fn a_foreign_server_is_created_and_set_back_and_its_password_is_in_no_output() {
    let server = server(&["log_statement=all", "log_min_duration_statement=0", "autovacuum=off"]);
    let spec = whole(&server);
    let cold = run(&server, &spec).run().expect(0, "changed");
    let made = cold.operations();
    assert_eq!(
        made.iter().skip_while(|op| *op != "create_foreign_server").collect::<Vec<_>>(),
        ["create_foreign_server", "create_foreign_server", "create_user_mapping", "create_user_mapping"]
    );
    server.psql("near", "CREATE FOREIGN TABLE t (n int) SERVER far; GRANT SELECT ON t TO app");
    reads(&server);
    let mut outputs = vec![cold];
    outputs.push(unchanged_without_wal(&server, run(&server, &spec)));
    for (sql, operation) in DRIFTS {
        server.psql("near", sql);
        let healed = run(&server, &spec).run().expect(0, "changed");
        assert_eq!(healed.operations(), [*operation], "{sql}: {}", healed.stdout);
        reads(&server);
        outputs.push(healed);
    }
    for sql in NO_DRIFT {
        server.psql("near", sql);
        run(&server, &spec).run().expect(0, "unchanged");
    }
    let rotated = run(&server, &spec).secret("far", "canary-new").run().expect(0, "changed");
    assert_eq!(rotated.operations(), ["alter_user_mapping"]);
    assert!(server.try_psql("near", "SET ROLE app; SELECT count(*) FROM t").exit != 0);
    outputs.push(rotated);
    for ended in &outputs {
        assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    }
    // Only the test's own statement contains the password in the server's log.
    let log = server.log();
    let own = log.lines().filter(|line| line.contains("canary") && !line.contains("CREATE ROLE reader"));
    assert_eq!(own.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn another_wrapper_or_type_of_a_foreign_server_is_a_conflict() {
    let server = server(&[]);
    let spec = whole(&server);
    run(&server, &spec).run().expect(0, "changed");
    for (from, to, at) in [
        ("wrapper: file_fdw", "wrapper: postgres_fdw", "databases.near.foreignServers.files.wrapper"),
        ("wrapper: file_fdw", "wrapper: file_fdw, type: t", "databases.near.foreignServers.files.type"),
        ("files: {wrapper: file_fdw", "new: {wrapper: no_fdw", "databases.near.foreignServers.new.wrapper"),
        ("usage: [readers]", "usage: [nobody_here]", "databases.near.foreignServers.far.usage"),
    ] {
        let refused = run(&server, &spec.replace(from, to)).run().expect(4, "conflict");
        assert_eq!(refused.report["conflicts"][0]["at"], at, "{}", refused.stdout);
    }
    // The wrapper refuses an option that it does not know.
    let refused = run(&server, &spec.replace("dbname: far", "no_such: far")).run().expect(76, "failed");
    assert!(refused.error().contains("HV00D"), "{}", refused.stdout);
}

#[test]
fn foreign_servers_are_exported_and_change_nothing() {
    let server = server(&[]);
    run(&server, &whole(&server)).run().expect(0, "changed");
    let page = export::export(&server, &[]);
    for line in [
        "wrapper: postgres_fdw\n",
        "usage: [readers]\n",
        "password: {secret: near_far_app_password}",
        "owner: app\n",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(!page.contains("canary"), "{page}");
    let run = init(&page).secret("admin", PASSWORD).secret("near_far_app_password", FAR);
    run.secret("reader_password", FAR).run().expect(0, "unchanged");
    init(&page).secret("admin", PASSWORD).args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
    assert_eq!(export::export(&server, &[]), page);
}

/// The owner of a foreign server needs USAGE on its wrapper, and no other role can read user mappings.
#[test]
fn an_admin_creates_foreign_servers_where_it_has_usage_on_the_wrapper() {
    let server = server(&[]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    server.psql("postgres", "CREATE ROLE boss SUPERUSER; SET ROLE manager; CREATE ROLE app LOGIN");
    server.psql("postgres", "CREATE DATABASE near OWNER manager");
    server.psql("near", "CREATE EXTENSION postgres_fdw");
    let spec = spec(&server, "schemas: {public: {}}");
    let run = |spec: &str| as_admin(&server, spec).secret("far", FAR).run();
    for (grants, owner, lacks) in [
        ("SELECT 1", "", "lacks USAGE on the foreign-data wrapper postgres_fdw"),
        (
            "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO manager",
            "owner: app",
            "lacks USAGE on the foreign-data wrapper postgres_fdw for the role app",
        ),
    ] {
        server.psql("near", grants);
        let refused = run(&spec.replace("owner: app", owner)).expect(77, "failed");
        assert!(refused.error().contains(lacks), "{lacks}: {}", refused.stdout);
        assert_eq!(server.psql("near", "SELECT count(*) FROM pg_roles WHERE rolname = 'readers'"), "0");
    }
    server.psql("near", "GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO app");
    let before = server.memberships("manager");
    run(&spec).expect(0, "changed");
    assert!(server.memberships("manager").starts_with(&before), "{}", server.memberships("manager"));
    server.psql("near", "CREATE FOREIGN TABLE t (n int) SERVER far; GRANT SELECT ON t TO app");
    reads(&server);
    let rerun = run(&spec).expect(0, "unchanged");
    assert!(rerun.log.contains("this user mapping cannot be read here"), "{}", rerun.log);
    for (sql, operation) in DRIFTS
        .iter()
        .filter(|(sql, _)| !(sql.contains("ALTER USER") || sql.contains("files") || sql.contains("postgres")))
    {
        server.psql("near", sql);
        assert_eq!(run(&spec).expect(0, "changed").operations(), [*operation], "{sql}");
        run(&spec).expect(0, "unchanged");
    }
    reads(&server);
    server.psql("near", "ALTER SERVER far OWNER TO boss; ALTER SERVER far OPTIONS (SET dbname 'other')");
    let refused = run(&spec).expect(77, "failed");
    assert!(refused.error().contains("the role boss"), "{}", refused.stdout);
}
