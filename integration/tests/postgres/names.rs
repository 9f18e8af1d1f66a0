//! Names and values that a quoting mistake would turn into something else.

use std::cell::Cell;
use std::collections::BTreeMap;

use integration::postgres::Server;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

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

/// A text in double quotes that YAML and JSON read alike, whatever is in it.
fn quote(text: &str) -> String {
    let plain = |c: char| !c.is_control() && !matches!(c, '"' | '\\' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let escape = |c: char| if plain(c) { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// Any name that PostgreSQL bears.
fn any_name() -> impl Strategy<Value = String> {
    let any = prop_oneof!["[\"';\\\\$ a-zA-Z.,(){}-]{1,12}", "[^\\x00]{1,15}", "\\PC{1,15}"];
    let own = |name: &String| name.starts_with("pg_") || matches!(name.as_str(), "public" | "none");
    any.prop_filter("a name of ours", move |name| name.len() <= 63 && !own(name))
}

/// Roles with values and schemas by the dozen in one run, read back as JSON: equal to the letter.
#[test]
fn any_name_and_any_value_are_read_back_equal() {
    let server = Server::start(&[]);
    let texts = || vec("[^\\x00]{0,20}", 60);
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 4, failure_persistence: None, max_shrink_iters: 0, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let case = Cell::new(0);
    let outcome = runner.run(&(btree_set(any_name(), 60), texts()), |(names, values)| {
        case.set(case.get() + 1);
        let database = format!("d{}", case.get());
        let all: BTreeMap<&String, &String> = names.iter().zip(&values).collect();
        let role = |(name, value): (&&String, &&String)| {
            let (name, value) = (quote(name), quote(value));
            format!("  {name}: {{settings: {{app.value: {value}, search_path: [{name}, {value}]}}}}\n")
        };
        let schema = |name: &&String| format!("{}: {{owner: {}}}, ", quote(name), quote(name));
        let spec = format!(
            "roles:\n{}databases: {{{database}: {{schemas: {{{}}}}}}}\n",
            all.iter().map(role).collect::<String>(),
            all.keys().map(schema).collect::<String>()
        );
        server.init(&spec).run().expect(0, "changed");
        server.init(&spec).run().expect(0, "unchanged");
        let read = server.psql(
            &database,
            "SELECT json_object_agg(r.rolname, json_build_array(r.rolconfig, \
                (SELECT n.nspowner = r.oid FROM pg_namespace n WHERE n.nspname = r.rolname))) \
             FROM pg_roles r WHERE r.rolconfig IS NOT NULL AND EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = r.rolname)",
        );
        let read: Value = serde_json::from_str(&read).expect("JSON");
        for (name, value) in all {
            let found = &read[name];
            assert_eq!(found[1], true, "{name:?} and its schema");
            assert!(found[0].as_array().is_some_and(|config| config.contains(&Value::from(format!("app.value={value}")))), "{name:?}={value:?}: {found}");
        }
        Ok(())
    });
    outcome.expect("every case holds");
}
