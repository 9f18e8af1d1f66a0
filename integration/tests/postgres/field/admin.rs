//! The same extensions for an admin with CREATEROLE and CREATEDB alone.

use integration::postgres::Server;

use super::{QUIET, created};
use crate::acceptance::unchanged_without_wal;
use crate::extensions::INSTALLED;
use crate::privileges::as_admin;

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'";

/// Their control files say `trusted`.
const TRUSTED: &[&str] = &[
    "btree_gin",
    "citext",
    "cube",
    "fuzzystrmatch",
    "hstore",
    "pg_trgm",
    "pgcrypto",
    "timescaledb",
    "unaccent",
    "uuid-ossp",
];

/// Theirs do not, or those of an extension that they require.
const NOT_TRUSTED: &[&str] = &[
    "earthdistance",
    "pg_cron",
    "pgrouting",
    "postgis",
    "postgis_tiger_geocoder",
    "postgis_topology",
    "vector",
];

fn spec(extensions: &[&str]) -> String {
    let extensions: Vec<String> = extensions.iter().map(|name| format!("{name}: {{}}")).collect();
    format!(
        "roles: {{app: {{login: true, password: {{secret: one}}}}}}\n\
         databases: {{app: {{owner: app, extensions: {{{}}}}}}}\n",
        extensions.join(", ")
    )
}

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn trusted_extensions_are_created() {
    let server = Server::start(&[QUIET, "shared_preload_libraries=timescaledb"]);
    server.psql("postgres", MANAGER);
    let spec = spec(TRUSTED);
    let cold = as_admin(&server, &spec).run().expect(0, "changed");
    assert_eq!(created(&cold), TRUSTED);
    unchanged_without_wal(&server, as_admin(&server, &spec));
}

/// Managed servers let their admins create some of them, so the log says what may come, and the server decides.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn others_are_the_servers_to_refuse() {
    let server = Server::start(&[QUIET, "shared_preload_libraries=pg_cron", "cron.database_name=app"]);
    server.psql("postgres", MANAGER);
    for name in NOT_TRUSTED {
        let ended = as_admin(&server, &spec(&[name])).run().expect(77, "failed");
        assert!(ended.error().contains("permission denied to create extension"), "{name}: {}", ended.stdout);
        let warned = ended.log.lines().any(|line| line.contains("only a superuser create this extension"));
        assert!(warned, "{name}: {}", ended.log);
    }
    let installed = server.psql("app", INSTALLED);
    assert_eq!(installed, "cube public, fuzzystrmatch public", "of what is required, the trusted ones");
}
