//! Whether a report has the form that is documented for all tools.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::compose::root;

/// The schema of the report, compiled once.
fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let path = root().join("docs/schema/report.json");
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let schema =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// Fails when the report differs from its schema.
pub(super) fn check(report: &Value) {
    let problems: Vec<String> =
        validator().iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "the report is not of the documented form: {problems:?}\n{report}");
}
