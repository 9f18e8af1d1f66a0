//! SIGKILL at any moment: the temporary memberships of a provisioning role without superuser end with their
//! transaction.

use std::thread;
use std::time::{Duration, Instant};

use integration::postgres::{Server, major};
use integration::{Init, Running, eventually};

use crate::privileges::{as_admin, managed};

const KILLS: u32 = 75;

/// Everything that the spec names, as one line.
const STATE: &str = "\
    SELECT (SELECT string_agg(r::text, ' ' ORDER BY r.rolname) FROM ( \
            SELECT rolname, rolcanlogin, rolconnlimit, rolconfig FROM pg_roles WHERE rolname !~ '^pg_') r), \
        pg_has_role('app', 'readers', 'MEMBER'), \
        (SELECT (datdba::regrole, datacl) FROM pg_database WHERE datname = 'app'), \
        (SELECT string_agg(concat(nspname, nspowner::regrole, nspacl), ' ' ORDER BY nspname) FROM pg_namespace), \
        (SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension), \
        (SELECT string_agg(defaclacl::text, ' ') FROM pg_default_acl)";

/// From PostgreSQL 16 on whoever creates a role has ADMIN OPTION on it, and that alone.
fn joined(server: &Server) -> String {
    let usable = if major() < 16 { "true" } else { "a.inherit_option OR a.set_option" };
    server.psql(
        "postgres",
        &format!(
            "SELECT string_agg(a.roleid::regrole::text, ' ') FROM pg_auth_members a \
             WHERE a.member = 'manager'::regrole AND ({usable})"
        ),
    )
}

/// A run that is at its changes.
fn begun(init: &Init) -> Running {
    let running = init.clone().start();
    eventually("it has begun", Duration::from_secs(30), || running.log().contains("planned"));
    running
}

#[test]
#[ignore = "the fault suite: just fault postgres"]
fn after_75_kills_nothing_is_joined_and_nothing_is_left() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    let run = || as_admin(&server, &managed());
    let running = begun(&run());
    let began = Instant::now();
    running.wait().expect(0, "changed");
    let work = began.elapsed().mul_f64(0.7);
    let (expected, memberships) = (server.psql("app", STATE), server.memberships("manager").lines().count());
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg-init'";
    let mut killed = 0;
    for kill in 0..KILLS {
        server.psql("postgres", "DROP DATABASE IF EXISTS app WITH (FORCE)");
        server.psql("postgres", "DROP ROLE IF EXISTS app, readers");
        let running = begun(&run());
        // Multiples of the golden ratio fall anywhere, and nowhere twice.
        thread::sleep(work.mul_f64((f64::from(kill) * 0.618_034).fract()));
        integration::docker(&["kill", "--signal", "KILL", running.name()]);
        killed += u32::from(running.wait().exit == 137);
        eventually("its sessions are gone", Duration::from_secs(60), || server.psql("postgres", busy) == "0");
        assert_eq!(joined(&server), "", "kill {kill}");
        if kill % 5 == 4 {
            let rerun = run().run_inside(server.name());
            assert_eq!(rerun.exit, 0, "kill {kill}: {}\n{}", rerun.stdout, rerun.log);
            assert_eq!(server.psql("app", STATE), expected, "kill {kill}");
            assert_eq!(server.memberships("manager").lines().count(), memberships, "kill {kill}");
        }
    }
    run().run().expect(0, "unchanged");
    assert!(killed >= 10, "only {killed} runs were at work when they were killed");
}
