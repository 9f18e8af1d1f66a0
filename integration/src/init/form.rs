//! Checks that a report has the form that is documented for all tools.

use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::compose::root;

/// A documented schema.
fn validator(name: &str) -> Validator {
    let path = root().join("docs/schema").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let schema = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn hold(validator: &Validator, value: &Value) {
    let problems: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(problems.is_empty(), "the report is not of the documented form: {problems:?}\n{value}");
}

/// Fails when the report differs from its schema.
pub(super) fn check(report: &Value) {
    static REPORT: OnceLock<Validator> = OnceLock::new();
    hold(REPORT.get_or_init(|| validator("report.json")), report);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of every kind, as the driver's own tests keep them.
    #[test]
    fn records_are_of_the_documented_form() {
        let kept = "core/tests/lifecycle/snapshots/lifecycle__records__every_kind_of_record.snap";
        let records = std::fs::read_to_string(root().join(kept)).unwrap();
        let (validator, mut kinds) = (validator("records.json"), std::collections::BTreeSet::new());
        for line in records.lines().filter(|line| line.starts_with('{')) {
            let record: Value = serde_json::from_str(line).unwrap();
            hold(&validator, &record);
            kinds.insert(record["record"].as_str().unwrap().to_owned());
        }
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        let wrong = serde_json::json!({"record": "conflict", "tool": "pg-init", "spec": "-", "at": "roles"});
        assert!(!validator.is_valid(&wrong));
    }
}
