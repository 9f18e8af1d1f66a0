//! Names and values that a quoting mistake would turn into something else.

use integration::postgres::Server;

const NAMES: [&str; 8] = [
    "With Capitals",
    "quo\"te",
    "semi;colon",
    "\"; DROP ROLE x; --",
    "it's",
    "back\\slash",
    "ünïcödé 🐘",
    "$user",
];

/// Each as a role, a database, a schema, a member, a grantee and a value: created literally and read back equal.
#[test]
fn names_are_taken_literally() {
    let server = Server::start(&[]);
    let quoted = |name: &str| format!("'{}'", name.replace('\'', "''"));
    let mut spec = "roles:\n".to_owned();
    for name in NAMES {
        spec += &format!(
            "  {}: {{memberOf: [group], settings: {{app.value: {}, search_path: [{}]}}}}\n",
            quoted(name),
            quoted(name),
            quoted(name)
        );
    }
    spec += "  group: {}\ndatabases:\n";
    for name in NAMES {
        let q = quoted(name);
        spec += &format!(
            "  {q}: {{owner: {q}, settings: {{app.value: {q}}}, schemas: {{{q}: {{owner: {q}}}}}, \
             grants: [{{to: {q}, object: schema, schema: {q}, privileges: [all]}}, {{to: {q}, object: tables, schema: {q}, privileges: [select]}}], \
             publications: {{{q}: {{schemas: [{q}]}}}}}}\n"
        );
    }
    server.init(&spec).run().expect(0, "changed");
    server.init(&spec).run().expect(0, "unchanged");
    for name in NAMES {
        let literal = format!("E'{}'", name.replace('\\', "\\\\").replace('\'', "\\'"));
        let role =
            server.psql("postgres", &format!("SELECT count(*) FROM pg_roles WHERE rolname = {literal}"));
        let database =
            server.psql("postgres", &format!("SELECT count(*) FROM pg_database WHERE datname = {literal}"));
        let schema =
            server.psql(name, &format!("SELECT count(*) FROM pg_namespace WHERE nspname = {literal}"));
        let value = server.psql(name, "SELECT current_setting('app.value')");
        assert_eq!([role, database, schema, value], ["1", "1", "1", name], "{name}");
    }
}
