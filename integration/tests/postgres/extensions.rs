//! Extensions as they are packaged: requirements, fixed schemas, and errors in their scripts.

use integration::docker;
use integration::postgres::Server;

/// Stand-ins, each a control file and a script: the ways in which common extensions differ.
const STAND_INS: &[(&str, &str, &str)] = &[
    ("z_base", "relocatable = true", "CREATE FUNCTION z_base() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
    ("m_middle", "requires = 'z_base'", "CREATE FUNCTION m_middle() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
    ("a_uses", "requires = 'm_middle'", "CREATE FUNCTION a_uses() RETURNS int LANGUAGE sql AS 'SELECT 1';"),
    ("a_own", "schema = 'own_place'\nrequires = 'z_base'", "CREATE TABLE own_place.t ();"),
    (
        "a_catalog",
        "schema = 'pg_catalog'",
        "CREATE FUNCTION pg_catalog.a_catalog() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    ),
    (
        "a_language",
        "requires = 'plpgsql'",
        "CREATE FUNCTION a_language() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';",
    ),
    ("a_lacks", "requires = 'no_such_thing'", ""),
    ("a_broken", "", "DO $$ BEGIN RAISE EXCEPTION 'it has to be preloaded' USING ERRCODE = 'XX000'; END $$;"),
    (
        "a_patient",
        "",
        "DO $$ BEGIN IF current_setting('statement_timeout') <> '0' THEN RAISE 'too short'; END IF; END $$;",
    ),
];

fn with_stand_ins() -> Server {
    let server = Server::start(&[]);
    give_files(&server, STAND_INS);
    server
}

/// Puts the files of these extensions beside those of the server's own.
pub(crate) fn give_files(server: &Server, extensions: &[(&str, &str, &str)]) {
    let mut script = "cd $(dirname $(find / -name plpgsql.control 2>/dev/null | head -n 1))\n".to_owned();
    for (name, control, sql) in extensions {
        script += &format!("cat >{name}.control <<'E'\ndefault_version = '1.0'\n{control}\nE\n");
        script += &format!("cat >{name}--1.0.sql <<'E'\n{sql}\nE\n");
    }
    docker(&["exec", "--user", "root", server.name(), "bash", "-c", &script]).ok();
}

pub(crate) const INSTALLED: &str = "SELECT string_agg(e.extname || ' ' || n.nspname, ', ' ORDER BY e.extname) \
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname <> 'plpgsql'";

/// In a database that is not there yet, in one run.
#[test]
fn required_extensions_are_created_first_and_fixed_schemas_are_kept() {
    let server = with_stand_ins();
    let spec = "databases: {gis: {extensions: {a_catalog: {}, a_own: {}, a_patient: {}, a_uses: {}}}}\n";
    let planned = server.init(spec).args(&["plan"]).run().expect(3, "drift");
    let cold = server.init(spec).run().expect(0, "changed");
    assert_eq!(cold.operations(), planned.operations(), "what is planned is what is done");
    let names: Vec<&str> = ["a_catalog", "a_own", "a_patient", "a_uses", "m_middle", "z_base"].to_vec();
    for name in names {
        let shown = format!("\"kind\":\"extension\",\"name\":\"{name}\"");
        assert!(planned.stdout.contains(&shown), "{name}: {}", planned.stdout);
    }
    assert_eq!(
        server.psql("gis", INSTALLED),
        "a_catalog pg_catalog, a_own own_place, a_patient public, a_uses public, m_middle public, z_base public"
    );
    server.init(spec).run().expect(0, "unchanged");
    server.psql("gis", "DROP EXTENSION z_base CASCADE");
    server.init(spec).run().expect(0, "changed");
    server.init(spec).run().expect(0, "unchanged");
    // Declared, in a schema of its own, and named as the place that it has anyway.
    let spec = "databases: {two: {schemas: {ext: {}}, extensions: {a_uses: {schema: ext}, z_base: {schema: ext}, \
                a_own: {schema: own_place}}}}\n";
    server.init(spec).run().expect(0, "changed");
    assert_eq!(server.psql("two", INSTALLED), "a_own own_place, a_uses ext, m_middle ext, z_base ext");
    server.init(spec).run().expect(0, "unchanged");
}

/// PostgreSQL's own language is in every database that is made: no plan creates it there, required or declared.
#[test]
fn plpgsql_is_not_created_in_a_new_database() {
    let server = with_stand_ins();
    for (database, body) in [
        ("required", "extensions: {a_language: {}}"),
        ("declared", "extensions: {a_language: {}, plpgsql: {}}"),
        ("in_its_schema", "extensions: {a_language: {}, plpgsql: {schema: pg_catalog, version: latest}}"),
        ("copied", "template: template1, extensions: {a_language: {}, plpgsql: {version: '1.0'}}"),
    ] {
        let spec = format!("databases: {{{database}: {{{body}}}}}\n");
        let planned = server.init(&spec).args(&["plan"]).run().expect(3, "drift");
        assert_eq!(planned.operations(), ["create_database", "create_extension"], "{body}");
        let cold = server.init(&spec).run().expect(0, "changed");
        assert_eq!(cold.operations(), planned.operations(), "{body}");
        server.init(&spec).run().expect(0, "unchanged");
        // The language is created again where it was dropped.
        server.psql(database, "DROP EXTENSION plpgsql CASCADE");
        let healed = server.init(&spec).run().expect(0, "changed");
        assert_eq!(healed.operations(), ["create_extension"; 2], "{body}");
    }
    assert!(!server.log().contains("already exists"));
    let elsewhere = "databases: {n: {extensions: {plpgsql: {schema: public}}}}\n";
    server.init(elsewhere).run().expect(4, "conflict");
}

/// The error is reported before the first write, even for a database that does not exist yet.
#[test]
fn an_extension_that_cannot_be_installed_is_refused_before_the_first_write() {
    let server = with_stand_ins();
    for (extension, exit, says) in [
        ("no_such_thing: {}", 76, "no files of the extension no_such_thing"),
        ("z_base: {version: \"9\"}", 76, "z_base 9"),
        ("a_lacks: {}", 4, "requires the extension no_such_thing, which the server has no files of"),
        ("a_own: {schema: public}", 4, "goes to the schema own_place only"),
    ] {
        let spec = format!("roles: {{beside: {{}}}}\ndatabases: {{n: {{extensions: {{{extension}}}}}}}\n");
        let ended = server.init(&spec).run();
        assert_eq!(ended.exit, exit, "{extension}: {}", ended.stdout);
        assert!(ended.stdout.contains(says), "{says}: {}", ended.stdout);
    }
    let written = "SELECT count(*) FROM pg_roles WHERE rolname = 'beside'";
    assert_eq!(server.psql("postgres", written), "0");
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_database WHERE datname = 'n'"), "0");
}

/// An internal error may come from a race, but the same error after another observation does not.
#[test]
fn a_repeated_internal_error_is_a_refusal_with_the_servers_message() {
    let server = with_stand_ins();
    let ended =
        server.init("databases: {n: {extensions: {a_broken: {}}}}\n").args(&["--timeout", "10m"]).run();
    let ended = ended.expect(76, "failed");
    assert!(ended.error().contains("it has to be preloaded"), "{}", ended.stdout);
}

/// The state after an update of the image: the server's files have another version than the installed extension.
#[test]
fn latest_follows_the_default_version_of_the_servers_files() {
    let server = with_stand_ins();
    let files = |version: &str| {
        let script = format!(
            "cd $(dirname $(find / -name z_base.control 2>/dev/null | head -n 1))\n\
             sed -i \"s/^default_version.*/default_version = '{version}'/\" z_base.control\necho 'SELECT 1;' >z_base--1.0--1.1.sql\n"
        );
        docker(&["exec", "--user", "root", server.name(), "bash", "-c", &script]).ok();
    };
    let version = "SELECT extversion FROM pg_extension WHERE extname = 'z_base'";
    let (latest, any) = (
        "databases: {d: {extensions: {z_base: {version: latest}}}}\n",
        "databases: {d: {extensions: {z_base: {}}}}\n",
    );
    server.init(latest).run().expect(0, "changed");
    server.init(latest).run().expect(0, "unchanged");
    files("1.1");
    server.init(any).run().expect(0, "unchanged");
    let healed = server.init(latest).run().expect(0, "changed");
    assert_eq!(healed.changes(), ["alter_extension d/z_base: applied"]);
    assert_eq!(server.psql("d", version), "1.1");
    server.init(latest).run().expect(0, "unchanged");
    files("1.0");
    let ended = server.init(latest).run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "databases.d.extensions.z_base.version");
}
