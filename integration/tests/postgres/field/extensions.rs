//! Extensions that need only their files.

use integration::postgres::Server;

use super::{QUIET, created, from_nothing};
use crate::acceptance::unchanged_without_wal;
use crate::extensions::{INSTALLED, give_files};

/// Each has a fixed schema or requires another, and the alphabet is not the order in which they can be created.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn postgis_with_topology_and_the_geocoder() {
    let installed =
        "fuzzystrmatch public, postgis public, postgis_tiger_geocoder tiger, postgis_topology topology";
    let server = Server::start(&[QUIET]);
    for (database, extensions) in [
        ("all", "postgis: {}, postgis_topology: {}, postgis_tiger_geocoder: {}, fuzzystrmatch: {}"),
        ("required", "postgis_topology: {}, postgis_tiger_geocoder: {}"),
    ] {
        let cold =
            from_nothing(&server, &format!("databases: {{{database}: {{extensions: {{{extensions}}}}}}}\n"));
        let names = ["fuzzystrmatch", "postgis", "postgis_tiger_geocoder", "postgis_topology"];
        assert_eq!(created(&cold), names, "what is required is shown too");
        assert_eq!(server.psql(database, INSTALLED), installed);
        let point = "SELECT ST_AsText(ST_Point(1, 2)), topology.CreateTopology('t') > 0, soundex('dayzero')";
        assert_eq!(server.psql(database, point), "POINT(1 2)|t|D260");
    }
}

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn postgis_in_a_schema_that_is_declared() {
    let server = Server::start(&[QUIET]);
    let spec = "databases: {gis: {schemas: {ext: {}}, extensions: {postgis: {schema: ext}, postgis_topology: {}}}}\n";
    from_nothing(&server, spec);
    assert_eq!(server.psql("gis", INSTALLED), "postgis ext, postgis_topology topology");
}

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn pgrouting_brings_postgis() {
    let server = Server::start(&[QUIET]);
    let cold = from_nothing(&server, "databases: {routes: {extensions: {pgrouting: {}}}}\n");
    assert_eq!(created(&cold), ["pgrouting", "postgis"]);
    assert_eq!(server.psql("routes", "SELECT pgr_version()"), "3.7.3");
}

/// A stand-in for `VectorChord`, which Debian does not package: it comes earlier in the alphabet than the extension
/// that it requires, and adds an index method over vectors.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn an_extension_over_vectors_brings_them() {
    let over =
        "CREATE FUNCTION distance(vector) RETURNS float8 LANGUAGE sql AS 'SELECT $1 <-> ''[0,0]''::vector';";
    for (declared, database) in
        [("over_vector: {}", "one"), ("over_vector: {}, vector: {version: latest}", "two")]
    {
        let server = Server::start(&[QUIET]);
        give_files(&server, &[("over_vector", "requires = 'vector'\nrelocatable = true", over)]);
        let cold =
            from_nothing(&server, &format!("databases: {{{database}: {{extensions: {{{declared}}}}}}}\n"));
        assert_eq!(created(&cold), ["over_vector", "vector"]);
        assert_eq!(server.psql(database, "SELECT distance('[3,4]')"), "5");
    }
}

/// A session in the template would be in the way of the copy, so what it has is only seen afterwards.
#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn a_copy_of_a_template_that_has_postgis() {
    let server = Server::start(&[QUIET]);
    server.psql("postgres", "CREATE DATABASE gis");
    server.psql("gis", "CREATE EXTENSION postgis");
    let spec = "databases: {copy: {template: gis, extensions: {postgis: {}, pgrouting: {}}}}\n";
    let cold = server.init(spec).run().expect(0, "changed");
    assert_eq!(created(&cold), ["pgrouting"], "{}", cold.stdout);
    unchanged_without_wal(&server, server.init(spec));
}
