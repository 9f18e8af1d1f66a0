//! Roles and databases as applications ask for them in their manuals.

use integration::postgres::Server;

use super::{PASSWORD, QUIET, from_nothing};

/// The first steps of an application in its database.
const OWN_TABLE: &str =
    "CREATE TABLE first (id uuid PRIMARY KEY DEFAULT gen_random_uuid()); INSERT INTO first DEFAULT VALUES";

fn logs_in_and_makes_a_table(server: &Server, role: &str, database: &str) {
    assert!(server.lets_in(role, PASSWORD, database), "{role}");
    server.psql(database, &format!("SET SESSION AUTHORIZATION {role}; {OWN_TABLE}"));
}

/// Immich makes its extensions itself as a superuser, or finds them.
const IMMICH: &str = "\
roles: {immich: {login: true, superuser: true, password: {secret: one}}}
databases:
  immich:
    owner: immich
    extensions: {vector: {}, cube: {}, earthdistance: {}, pg_trgm: {}, unaccent: {}, uuid-ossp: {}}
    settings: {search_path: ['$user', public, vectors]}
";

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn immich() {
    let server = Server::start(&[QUIET]);
    for superuser in ["true", "false"] {
        let spec = IMMICH.replace("superuser: true", &format!("superuser: {superuser}"));
        let spec = spec.replace("immich", &format!("immich_{superuser}"));
        from_nothing(&server, &spec);
        let name = format!("immich_{superuser}");
        logs_in_and_makes_a_table(&server, &name, &name);
        let uses = "CREATE TABLE face (embedding vector(3)); CREATE INDEX ON face USING hnsw (embedding vector_cosine_ops); \
                    CREATE TABLE place (name text, at cube); CREATE INDEX ON place USING gin (name gin_trgm_ops); \
                    CREATE EXTENSION IF NOT EXISTS vector; SELECT earth() > 0, unaccent('é')";
        assert_eq!(server.psql(&name, &format!("SET SESSION AUTHORIZATION {name}; {uses}")), "t|e");
    }
}

/// The first script of n8n's own compose file: a role beside the superuser, and grants where others have an owner.
const N8N: &str = "\
roles: {n8n: {login: true, password: {secret: one}}}
databases:
  n8n:
    extensions: {uuid-ossp: {}}
    grants:
      - {to: n8n, object: database, privileges: [all]}
      - {to: n8n, object: schema, schema: public, privileges: [create]}
";

const AUTHENTIK: &str = "\
roles: {authentik: {login: true, password: {secret: one}}}
databases:
  authentik:
    owner: authentik
    schemas: {public: {owner: authentik}}
    grants:
      - {to: authentik, object: database, privileges: [all]}
    revokes:
      - {from: public, object: database, privileges: [connect, temporary]}
";

/// Nextcloud's installer creates a role of its own where it may.
const NEXTCLOUD: &str = "\
roles: {nextcloud: {login: true, createdb: true, createrole: true, password: {secret: one}}}
databases:
  nextcloud:
    owner: nextcloud
    template: template0
    encoding: UTF8
    grants:
      - {to: nextcloud, object: schema, schema: public, privileges: [all]}
";

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn n8n_authentik_and_nextcloud() {
    let server = Server::start(&[QUIET]);
    for (name, spec) in [("n8n", N8N), ("authentik", AUTHENTIK), ("nextcloud", NEXTCLOUD)] {
        from_nothing(&server, spec);
        logs_in_and_makes_a_table(&server, name, name);
    }
    assert!(!server.lets_in("n8n", PASSWORD, "authentik"), "it is closed to others");
    server.psql("nextcloud", "SET SESSION AUTHORIZATION nextcloud; CREATE ROLE oc_admin LOGIN");
}

#[test]
#[ignore = "takes an image of its own: just field postgres"]
fn supabase() {
    let server = Server::start(&[QUIET, "wal_level=logical"]);
    from_nothing(&server, include_str!("supabase.yaml"));
    for role in ["authenticator", "auth_admin", "storage_admin"] {
        assert!(server.lets_in(role, PASSWORD, "supabase"), "{role}");
    }
    // An admin of a schema makes tables there by its search_path, and the owner's own tables are open to the three roles.
    let tables = "CREATE TABLE users (id int)";
    server
        .psql("supabase", &format!("SET SESSION AUTHORIZATION auth_admin; SET search_path = auth; {tables}"));
    let tables =
        "CREATE TABLE todo (id int); ALTER TABLE todo ENABLE ROW LEVEL SECURITY; INSERT INTO todo VALUES (1)";
    server.psql("supabase", &format!("SET SESSION AUTHORIZATION owner; {tables}"));
    for (role, seen) in [("anon", "0"), ("authenticated", "0"), ("service_role", "1")] {
        let sql = format!(
            "SET SESSION AUTHORIZATION authenticator; SET ROLE {role}; SELECT count(*) FROM public.todo"
        );
        assert_eq!(server.psql("supabase", &sql), seen, "{role}");
    }
    let refused = server
        .try_psql("supabase", "SET SESSION AUTHORIZATION authenticator; SELECT count(*) FROM public.todo");
    assert!(refused.exit != 0, "it inherits nothing");
    let refused = server.try_psql("supabase", "SET ROLE anon; SELECT count(*) FROM auth.users");
    assert!(refused.exit != 0);
}
