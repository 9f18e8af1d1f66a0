//! Extensions that work only where the server has preloaded their library.

use integration::postgres::Server;

use super::{MADE, PASSWORD, QUIET, created, from_nothing};
use crate::extensions::INSTALLED;

const TIMESCALE: &str = "\
roles: {metrics: {login: true, password: {secret: one}}}
databases: {metrics: {owner: metrics, extensions: {timescaledb: {}}}}
";

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn timescaledb_where_it_is_preloaded() {
    let server = Server::start(&[QUIET, "shared_preload_libraries=timescaledb"]);
    let cold = from_nothing(&server, TIMESCALE);
    assert_eq!(created(&cold), ["timescaledb"]);
    let table = "SET ROLE metrics; CREATE TABLE m (at timestamptz NOT NULL); SELECT create_hypertable('m', 'at') IS NOT NULL";
    assert_eq!(server.psql("metrics", table), "t");
}

/// A permanent cause, which the server tells with the class of internal errors and by ending the session. Nothing tells it before,
/// so what goes before the extension is there: the same change once more is what ends the run.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn timescaledb_where_it_is_not_preloaded() {
    let server = Server::start(&[QUIET]);
    let init = || server.init(TIMESCALE).secret("one", PASSWORD).args(&["--timeout", "10m"]);
    for changes in [3, 1] {
        let ended = init().run().expect(76, "failed");
        assert!(ended.error().contains("must be preloaded"), "{}", ended.stdout);
        assert_eq!(ended.changes().len(), changes, "{}", ended.stdout);
    }
    let refusals = server.log().matches("FATAL:  extension").count();
    assert_eq!(refusals, 4, "twice in each run, and not up to its deadline");
    assert_eq!(server.psql("postgres", MADE), "1 roles, 1 databases");
    assert_eq!(server.psql("metrics", INSTALLED), "");
}

const CRON: &[&str] = &[QUIET, "shared_preload_libraries=pg_cron", "cron.database_name=jobs"];

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn pg_cron_in_its_database() {
    let server = Server::start(CRON);
    let cold = from_nothing(&server, "databases: {jobs: {extensions: {pg_cron: {}}}}\n");
    assert_eq!(created(&cold), ["pg_cron"]);
    assert_eq!(server.psql("jobs", "SELECT cron.schedule('n', '* * * * *', 'SELECT 1')"), "1");
}

/// The server alone knows why it refuses, and says so once.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn pg_cron_in_another_database_or_not_preloaded() {
    for (settings, says) in [
        (CRON, "can only create extension in database jobs"),
        (&[QUIET], "unrecognized configuration parameter \"cron.database_name\""),
    ] {
        let server = Server::start(settings);
        let spec = "databases: {other: {extensions: {pg_cron: {}}}}\n";
        let ended = server.init(spec).args(&["--timeout", "10m"]).run().expect(76, "failed");
        assert!(ended.error().contains(says), "{}", ended.stdout);
        assert_eq!(server.log().matches(says).count(), 1, "it is not tried again");
        assert_eq!(server.psql("postgres", MADE), "0 roles, 1 databases");
        assert_eq!(server.psql("other", INSTALLED), "");
    }
}
