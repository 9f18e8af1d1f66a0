//! Every property of the full spec is changed by hand and set back, one by one. Properties that the spec does not
//! declare stay.

mod admin;
mod table;

use std::collections::BTreeSet;

use integration::postgres::{Server, major};
use serde_json::Value;

use table::{CONFLICTS, DRIFTS, MODERN_DRIFTS, NO_DRIFT};

/// The fields of a spec without fields of their own. A secret is one field, and so are a list of names and an entry
/// of grants.
fn fields(at: &str, value: &Value, found: &mut BTreeSet<String>) {
    let whole =
        |key: &str| ["grants[", "revokes[", "defaultPrivileges["].iter().any(|list| key.starts_with(list));
    let last = at.rsplit('.').next().unwrap_or_default();
    match value {
        Value::Object(entries) if whole(last) => {
            found.insert(at.to_owned());
            found.extend(entries.get("grantOption").map(|_| format!("{at}.grantOption")));
        }
        Value::Object(entries) if !entries.is_empty() && !entries.contains_key("secret") => {
            for (key, inner) in entries {
                fields(&format!("{at}.{key}"), inner, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (position, inner) in items.iter().enumerate() {
                fields(&format!("{at}[{position}]"), inner, found);
            }
        }
        _ => {
            found.insert(at.to_owned());
        }
    }
}

/// A field that is added to the full spec wants a row above.
#[test]
fn every_field_of_the_full_spec_has_a_drift() {
    let spec: Value =
        serde_saphyr::from_str(include_str!("../../specs/pg.full.yaml")).expect("the spec is YAML");
    let mut declared = BTreeSet::new();
    fields("roles", &spec["roles"], &mut declared);
    fields("databases", &spec["databases"], &mut declared);
    let rows = DRIFTS.iter().chain(MODERN_DRIFTS).map(|(field, ..)| field);
    let covered: BTreeSet<String> =
        rows.chain(CONFLICTS.iter().map(|(field, _)| field)).map(ToString::to_string).collect();
    assert_eq!(declared, covered);
}

/// True for a field that the release does not have, which is not in its full spec either.
fn unknown(field: &str) -> bool {
    major() < 15 && field.contains("orders") || major() < 14 && field.contains("hstore.version")
}

#[test]
fn every_property_is_set_back_and_nothing_else_is_touched() {
    let server = Server::start(&["wal_level=logical"]);
    crate::full(&server).run().expect(0, "changed");
    let modern = if major() < 16 { &[] } else { MODERN_DRIFTS };
    for (field, database, sql, expected) in DRIFTS.iter().chain(modern) {
        if unknown(field) {
            continue;
        }
        server.psql(database, sql);
        let healed = crate::full(&server).run_inside(server.name()).expect(0, "changed");
        let mut expected = expected.to_vec();
        if major() < 15 {
            expected.dedup_by(|one, other| one == other && *one == "create_publication");
        }
        assert_eq!(healed.operations(), expected, "{sql}: {}", healed.stdout);
    }
    for (database, sql) in NO_DRIFT {
        server.psql(database, sql);
        let rerun = crate::full(&server).run_inside(server.name());
        assert_eq!((rerun.exit, rerun.outcome()), (0, "unchanged"), "{sql}: {}", rerun.stdout);
    }
    for (field, sql) in CONFLICTS {
        server.psql("postgres", "DROP DATABASE app");
        server.psql("postgres", sql);
        let refused = crate::full(&server).run().expect(4, "conflict");
        assert_eq!(refused.report["conflicts"][0]["at"], *field, "{sql}: {}", refused.stdout);
    }
}

/// A change is reported with the stored and the new value.
#[test]
fn a_change_reports_the_stored_and_the_new_value() {
    let server = Server::start(&[]);
    let spec = "roles: {r: {connectionLimit: 3, settings: {work_mem: 4MB}}}\n";
    server.init(spec).run().expect(0, "changed");
    server.psql("postgres", "ALTER ROLE r CONNECTION LIMIT 5; ALTER ROLE r SET work_mem = '5MB'");
    let planned = server.init(spec).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(planned.operations(), ["alter_role"]);
    let healed = server.init(spec).run().expect(0, "changed");
    assert_eq!(
        healed.report["changes"][0].to_string(),
        r#"{"connection_limit":{"from":5,"to":3},"kind":"role","name":"r","op":"alter_role","settings":{"from":{"work_mem":"5MB"},"to":{"work_mem":"4MB"}},"status":"applied"}"#
    );
}
