//! Extensions as Debian packages them, and the roles and databases of well-known applications, each from nothing in one run and
//! then unchanged (`just field postgres`). The server's image is `dayzero/postgres:17-extensions`.

mod admin;
mod applications;
mod extensions;
mod preloaded;

use integration::Ended;
use integration::postgres::Server;

use crate::acceptance::unchanged_without_wal;

/// The plan, the run that carries it out, and a rerun that leaves nothing in the write-ahead log.
fn from_nothing(server: &Server, spec: &str) -> Ended {
    let init = || server.init(spec).secret("one", PASSWORD);
    let planned = init().args(&["plan"]).run().expect(3, "drift");
    let cold = init().run().expect(0, "changed");
    assert_eq!(cold.operations(), planned.operations(), "what is planned is what is done");
    unchanged_without_wal(server, init());
    cold
}

/// The extensions that a run has created, sorted.
fn created(ended: &Ended) -> Vec<String> {
    let changes = ended.changes();
    let names = changes.iter().filter_map(|change| change.strip_prefix("create_extension "));
    let mut names: Vec<String> = names
        .filter_map(|name| name.split_once('/'))
        .map(|(_, name)| name.replace(": applied", ""))
        .collect();
    names.sort();
    names
}

/// Every application's password.
const PASSWORD: &str = "canary-application";

/// A server on which nobody else writes.
const QUIET: &str = "autovacuum=off";

/// Roles and databases that no server begins with.
const MADE: &str = "SELECT (SELECT count(*) FROM pg_roles WHERE oid >= 16384) || ' roles, ' \
    || (SELECT count(*) FROM pg_database WHERE oid >= 16384) || ' databases'";
