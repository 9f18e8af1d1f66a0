use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::error::Category;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Toy {
    name: String,
    count: Option<u8>,
    items: Option<Vec<Toy>>,
    by_number: Option<BTreeMap<i32, bool>>,
}

fn kind(error: &serde_json::Error) -> Kind {
    match error.classify() {
        Category::Data if error.to_string().starts_with("missing field") => Kind::MissingKey,
        Category::Data => Kind::Entry,
        Category::Io | Category::Syntax | Category::Eof => Kind::Document,
    }
}

/// Any unknown key but `other` may be a misspelling of the missing one.
fn may_be_misspelling(_: &serde_json::Error, other: &serde_json::Error) -> bool {
    !other.to_string().starts_with("unknown field `other`")
}

/// The beginning of the message of each error.
fn errors(most: usize, text: &str) -> Vec<String> {
    let read = |pass: &Pass| Toy::deserialize(pass.track(&mut serde_json::Deserializer::from_str(text)));
    let errors_found = collect_errors(most, kind, may_be_misspelling, read).err().unwrap_or_default();
    errors_found.iter().map(|error| error.to_string().split([',', '`']).take(2).collect()).collect()
}

#[test]
fn a_document_without_errors_is_deserialized() {
    let text = r#"{"name": "a", "items": [{"name": "b", "count": 1}], "by_number": {"1": true}}"#;
    let read = |pass: &Pass| Toy::deserialize(pass.track(&mut serde_json::Deserializer::from_str(text)));
    assert_eq!(collect_errors(9, kind, may_be_misspelling, read).ok(), serde_json::from_str(text).ok());
}

#[test]
fn every_error_is_reported_once() {
    let text = r#"{"name": 1, "items": [{"name": "b", "count": "x", "more": 1}, 7, {"count": 1}], "by_number": {"1": 2, "2": 3}}"#;
    let errors_found = errors(9, text);
    let begins = [
        "invalid type: integer 1",
        "invalid type: string \"x\"",
        "unknown field more",
        "invalid type: integer 7",
    ];
    for (errors_found, begin) in errors_found.iter().zip(begins) {
        assert!(errors_found.starts_with(&begin.replace('`', "")), "{errors_found}");
    }
    assert_eq!(errors_found.len(), 7, "{errors_found:?}");
    assert_eq!(errors(3, text).len(), 3);
}

#[test]
fn a_key_whose_value_is_skipped_is_not_reported_as_missing() {
    assert_eq!(errors(9, r#"{"name": 1}"#).len(), 1);
    assert_eq!(errors(9, r#"{"name": "a", "items": [{"name": 1}, {"name": 2}]}"#).len(), 2);
    assert_eq!(
        errors(9, r#"{"name": "a", "items": [{}, {}]}"#),
        ["missing field name", "missing field name"]
    );
}

#[test]
fn a_missing_key_is_reported_beside_an_unknown_one() {
    assert_eq!(errors(9, r#"{"other": 1}"#), ["unknown field other", "missing field name"]);
    assert_eq!(errors(9, r#"{"nam": 1}"#), ["unknown field nam"]);
    let nested = r#"{"name": "a", "items": [{"other": 1}, {"count": 1}]}"#;
    assert_eq!(errors(9, nested), ["unknown field other", "missing field name", "missing field name"]);
}

#[test]
fn invalid_syntax_is_reported_beside_an_earlier_error() {
    let errors_found = errors(9, r#"{"count": "x", "name": [1, "#);
    assert_eq!(errors_found.len(), 2, "{errors_found:?}");
    assert!(
        errors_found[0].starts_with("invalid type: string") && errors_found[1].starts_with("EOF"),
        "{errors_found:?}"
    );
}

#[test]
fn a_truncated_document_reports_each_error_once() {
    let errors_found = errors(9, r#"{"name": 1, "items": [{"name": 2}, "#);
    assert_eq!(errors_found.len(), 3, "{errors_found:?}");
    assert!(errors_found[2].starts_with("EOF"), "{errors_found:?}");
}

#[test]
fn the_number_of_entries_of_all_passes_is_limited() {
    let numbers: Vec<String> = (0..60_000).map(|number| format!("\"{number}\": true")).collect();
    let text = format!("{{\"by_number\": {{{}}}, \"a\": 1, \"b\": 2}}", numbers.join(", "));
    assert_eq!(errors(50, &text).len(), 2);
    let unknown: Vec<String> = (0..50).map(|number| format!("\"u{number}\": 1")).collect();
    let text = format!("{{\"by_number\": {{{}}}, {}}}", numbers.join(", "), unknown.join(", "));
    let errors_found = errors(50, &text).len();
    assert!((2..20).contains(&errors_found), "{errors_found}");
}
