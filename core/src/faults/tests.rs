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
        Category::Io | Category::Syntax | Category::Eof => Kind::Text,
    }
}

/// Only a key that is no field cannot be the one that is missing.
fn is_meant(_: &serde_json::Error, other: &serde_json::Error) -> bool {
    !other.to_string().starts_with("unknown field `other`")
}

/// The beginning of each error.
fn errors(most: usize, text: &str) -> Vec<String> {
    let read =
        |reading: &Reading| Toy::deserialize(reading.of(&mut serde_json::Deserializer::from_str(text)));
    let told = all(most, kind, is_meant, read).err().unwrap_or_default();
    told.iter().map(|error| error.to_string().split([',', '`']).take(2).collect()).collect()
}

#[test]
fn a_text_without_faults_is_read_as_it_is() {
    let text = r#"{"name": "a", "items": [{"name": "b", "count": 1}], "by_number": {"1": true}}"#;
    let read =
        |reading: &Reading| Toy::deserialize(reading.of(&mut serde_json::Deserializer::from_str(text)));
    assert_eq!(all(9, kind, is_meant, read).ok(), serde_json::from_str(text).ok());
}

#[test]
fn every_place_is_told_once() {
    let text = r#"{"name": 1, "items": [{"name": "b", "count": "x", "more": 1}, 7, {"count": 1}], "by_number": {"1": 2, "2": 3}}"#;
    let told = errors(9, text);
    let begins = [
        "invalid type: integer 1",
        "invalid type: string \"x\"",
        "unknown field more",
        "invalid type: integer 7",
    ];
    for (told, begin) in told.iter().zip(begins) {
        assert!(told.starts_with(&begin.replace('`', "")), "{told}");
    }
    assert_eq!(told.len(), 7, "{told:?}");
    assert_eq!(errors(3, text).len(), 3);
}

#[test]
fn a_key_whose_value_is_left_out_is_not_told_to_be_missing() {
    assert_eq!(errors(9, r#"{"name": 1}"#).len(), 1);
    assert_eq!(errors(9, r#"{"name": "a", "items": [{"name": 1}, {"name": 2}]}"#).len(), 2);
    assert_eq!(
        errors(9, r#"{"name": "a", "items": [{}, {}]}"#),
        ["missing field name", "missing field name"]
    );
}

#[test]
fn a_key_that_is_missing_beside_one_that_is_unknown_is_told() {
    assert_eq!(errors(9, r#"{"other": 1}"#), ["unknown field other", "missing field name"]);
    assert_eq!(errors(9, r#"{"nam": 1}"#), ["unknown field nam"]);
    let nested = r#"{"name": "a", "items": [{"other": 1}, {"count": 1}]}"#;
    assert_eq!(errors(9, nested), ["unknown field other", "missing field name", "missing field name"]);
}

#[test]
fn a_value_that_is_no_text_of_its_format_is_told_as_that_alone() {
    let told = errors(9, r#"{"count": "x", "name": [1, "#);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("invalid type: string") && told[1].starts_with("EOF"), "{told:?}");
}

#[test]
fn nothing_is_told_twice_where_the_text_ends() {
    let told = errors(9, r#"{"name": 1, "items": [{"name": 2}, "#);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[2].starts_with("EOF"), "{told:?}");
}

#[test]
fn a_long_text_is_not_read_again_for_each_place() {
    let numbers: Vec<String> = (0..60_000).map(|number| format!("\"{number}\": true")).collect();
    let text = format!("{{\"by_number\": {{{}}}, \"a\": 1, \"b\": 2}}", numbers.join(", "));
    assert_eq!(errors(50, &text).len(), 2);
    let unknown: Vec<String> = (0..50).map(|number| format!("\"u{number}\": 1")).collect();
    let text = format!("{{\"by_number\": {{{}}}, {}}}", numbers.join(", "), unknown.join(", "));
    let told = errors(50, &text).len();
    assert!((2..20).contains(&told), "{told}");
}
