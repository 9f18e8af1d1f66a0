//! The unchanged specs: a first run, a rerun, and the result in the server's own tools.

use std::collections::BTreeSet;

use integration::postgres::Server;
use integration::{Ended, Init};

/// The full spec converges an empty server, and the second run writes nothing at all.
#[test]
fn the_full_spec_converges_and_a_rerun_writes_nothing() {
    let server = Server::start(&["wal_level=logical", "log_statement=all", "autovacuum=off"]);
    crate::full(&server).run().expect(0, "changed");
    let log = server.log().len();
    unchanged_without_wal(&server, crate::full(&server));
    let said = server.log().split_off(log);
    let writes = ["CREATE ", "ALTER ", "GRANT ", "REVOKE ", "DROP "];
    let written: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("statement:") && writes.iter().any(|w| line.contains(w)))
        .collect();
    assert_eq!(written, [""; 0]);
}

/// A run that changes nothing, after which the server's write-ahead log contains only what reading leaves there.
pub(crate) fn unchanged_without_wal(server: &Server, init: Init) -> Ended {
    server.psql("postgres", "CHECKPOINT");
    let position = server.wal();
    let rerun = init.run().expect(0, "unchanged");
    assert_eq!(rerun.report["changes"].as_array().map(Vec::len), Some(0));
    // The checkpoint itself and a snapshot of running transactions are all that may follow it.
    let wal = server.shell("pg_waldump --path $PGDATA/pg_wal --start $(psql -U postgres -Atc 'SELECT redo_lsn FROM pg_control_checkpoint()') 2>/dev/null; true");
    let kinds: BTreeSet<&str> =
        wal.stdout.lines().filter_map(|line| line.split("desc: ").nth(1)?.split(' ').next()).collect();
    let quiet = BTreeSet::from([
        "CHECKPOINT_ONLINE",
        "CHECKPOINT_REDO",
        "RUNNING_XACTS",
        "PRUNE",
        "PRUNE_ON_ACCESS",
        "FPI_FOR_HINT",
    ]);
    assert!(kinds.is_subset(&quiet), "{kinds:?} since {position}: {}", wal.stdout);
    rerun
}

/// The baseline provisions what the home lab's script was meant to.
#[test]
fn the_baseline_gives_each_application_its_database() {
    let server = Server::start(&[]);
    let spec = include_str!("../../specs/pg.baseline.yaml");
    let body = spec.find("roles:").map_or("", |at| &spec[at..]);
    let run = || {
        let secrets =
            ["n8n_db", "keycloak_db", "airflow_db", "terrakube_db", "sonarqube_db", "service_postgres"];
        secrets.iter().fold(server.init(body), |init, name| {
            init.secret(&format!("{name}_password"), &format!("pw-{name}"))
        })
    };
    let cold = run().run().expect(0, "changed");
    let counts = ["create_role", "create_database", "alter_schema"]
        .map(|op| cold.operations().iter().filter(|found| *found == op).count());
    assert_eq!(counts, [6, 6, 6]);
    run().run().expect(0, "unchanged");
    assert!(server.lets_in("app_user", "pw-service_postgres", "app_db"));
    assert_eq!(
        server.psql("app_db", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'"),
        "app_user"
    );
}

#[test]
fn a_hundred_databases_and_a_thousand_roles() {
    let server = Server::start(&[]);
    let roles: String =
        (0..1000).map(|n| format!("  r{n}: {{login: true, password: {{secret: one}}}}\n")).collect();
    let grants: String =
        (0..10).map(|n| format!("{{to: r{n}, object: database, privileges: [connect, create]}},")).collect();
    let database = |n: usize| {
        format!(
            "  d{n}: {{owner: r{n}, schemas: {{a: {{owner: r{n}}}, b: {{}}, c: {{}}}}, grants: [{grants}]}}\n"
        )
    };
    let databases: String = (0..100).map(database).collect();
    let spec = format!("roles:\n{roles}databases:\n{databases}");
    let run = || server.init(&spec).secret("one", "the same for all").args(&["--timeout", "10m"]);
    run().run().expect(0, "changed");
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname ~ '^r[0-9]+$'"), "1000");
    assert_eq!(server.psql("postgres", "SELECT count(DISTINCT split_part(rolpassword, '$', 2)) FROM pg_authid WHERE rolname ~ '^r[0-9]+$'"), "1000", "each has its own salt");
    assert_eq!(server.psql("d99", "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'a'"), "r99");
    run().run().expect(0, "unchanged");
}
