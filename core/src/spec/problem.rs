//! The messages for errors of the YAML parser. They contain types and keys, but no values of the spec.

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::{DefaultMessageFormatter, Error as Yaml, ExternalMessageSource, MessageFormatter as _};

use crate::escape::printable;
use crate::hint;

/// The largest nesting depth, which is deeper than any spec and does not exhaust the stack.
pub(crate) const DEPTH_LIMIT: usize = 64;
/// The largest number of nodes, enough for 10,000 objects of a hundred fields. It stops a document of exploding aliases.
pub(crate) const NODE_LIMIT: usize = 4_000_000;
pub(crate) const ALIAS_EVENTS_LIMIT: usize = 1_000_000;

const MORE_DOCUMENTS: &str = "a spec is one YAML document, and this is more than one: `---` begins another";

/// The message for an error, without any value of the text.
pub(crate) fn problem(error: &Yaml) -> String {
    match error.without_snippet() {
        Yaml::Eof { .. } => "the spec is empty".to_owned(),
        Yaml::MultipleDocuments { .. } => MORE_DOCUMENTS.to_owned(),
        Yaml::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Yaml::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected),
        Yaml::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        Yaml::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` is there twice"),
        Yaml::DuplicateMappingKey { key: None, .. } => "a key is there twice".to_owned(),
        Yaml::SerdeInvalidType { unexpected, expected, .. } => {
            format!("expected {}, found {}", type_name(expected), found_type(unexpected))
        }
        Yaml::SerdeInvalidValue { expected, .. } => format!("the value is out of range: expected {expected}"),
        Yaml::InvalidScalar { ty, .. } => format!("expected {}", type_name(ty)),
        Yaml::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
        Yaml::Unexpected { expected, .. } => format!("expected {}", type_name(expected)),
        Yaml::NonFiniteFloat { .. } => "expected a finite number".to_owned(),
        Yaml::NullIntoString { .. } => "expected a string, found nothing".to_owned(),
        Yaml::ExternalMessage { source, .. } if is_too_deep(source) => too_deep(),
        Yaml::Message { msg, .. } | Yaml::ExternalMessage { msg, .. } => msg.clone(),
        Yaml::AliasError { error, .. } => format!("in the aliased text: {}", problem(error)),
        Yaml::Budget { breach, .. } => exceeded_limit(breach),
        Yaml::AliasReplayStackDepthExceeded { .. } => too_deep(),
        Yaml::AliasReplayCounterOverflow { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. } => too_long_aliases(),
        // Formatting without the parser's snippet renderer keeps that renderer out of the binary.
        other => printable(&DefaultMessageFormatter.format_message(other)),
    }
}

/// The message for an exceeded limit.
fn exceeded_limit(breach: &BudgetBreach) -> String {
    match breach {
        BudgetBreach::Documents { .. } => MORE_DOCUMENTS.to_owned(),
        BudgetBreach::Depth { .. } => too_deep(),
        BudgetBreach::RecordedAnchorEvents { .. } | BudgetBreach::RecordedAnchorBytes { .. } => {
            too_long_aliases()
        }
        _ => {
            format!("the spec has more than {NODE_LIMIT} keys and values, which is more than any spec needs")
        }
    }
}

/// Returns true for the parser's own depth limit, which it reaches first in flow collections, because it reads ahead there.
fn is_too_deep(source: &ExternalMessageSource) -> bool {
    matches!(source, ExternalMessageSource::Parser(error) if *error.kind() == ErrorKind::RecursionLimitExceeded)
}

/// Returns true for a syntax error of the parser.
pub(crate) fn is_syntax(source: &ExternalMessageSource) -> bool {
    matches!(source, ExternalMessageSource::Parser(_)) && !is_too_deep(source)
}

fn too_deep() -> String {
    format!("the spec is nested deeper than {DEPTH_LIMIT} levels")
}

fn too_long_aliases() -> String {
    format!(
        "the aliases (`*name`) expand to more than {ALIAS_EVENTS_LIMIT} keys and values, which is more than any spec needs"
    )
}

/// The usual name of a type of the parser.
pub(crate) fn type_name(ty: &str) -> &str {
    match ty {
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "a whole number, not negative",
        "f32" | "f64" => "a number",
        "bool" => "true or false",
        "string scalar" => "a string",
        "sequence start" => "a list",
        "mapping start" => "a mapping",
        other => other,
    }
}

/// The type in serde's text of an unexpected value, without the value, which follows in quotes or backticks.
fn found_type(unexpected: &str) -> &str {
    let end = unexpected.find(['"', '`']).unwrap_or(unexpected.len());
    match unexpected.get(..end).map(str::trim) {
        Some("sequence") => "a list",
        Some("map") => "a mapping",
        Some("string") => "a string",
        Some("boolean") => "true or false",
        Some("integer" | "floating point") => "a number",
        Some("unit value" | "Option value") => "nothing",
        Some(other) => other,
        None => "another type",
    }
}

fn unknown(what: &str, name: &str, expected: &[&str]) -> String {
    if let (["secret"], Some(hint)) = (expected, hint::secret(name)) {
        return format!("unknown {what} `{name}`: {hint}");
    }
    // The text after the colon is a value, which may be a password.
    if let Some((key, _)) = name.split_once(':') {
        return format!("unknown {what} `{key}:…`: is a space missing after the colon?");
    }
    let known = expected.join(", ");
    match nearest(name, expected) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`? Known here: {known}"),
        None => format!("unknown {what} `{name}`; known here: {known}"),
    }
}

/// The candidate that is most similar to a name, if one is similar enough.
pub(crate) fn nearest<'a>(name: &str, expected: &[&'a str]) -> Option<&'a str> {
    // Upper and lower case are compared as equal, for keywords such as `SELECT`.
    let lower = name.to_ascii_lowercase();
    let score = |candidate: &str| {
        strsim::jaro_winkler(name, candidate)
            .max(strsim::jaro_winkler(&lower, &candidate.to_ascii_lowercase()))
    };
    // A prefix of a candidate stands for that candidate, even if another one is more similar.
    if let Some(whole) = expected.iter().find(|candidate| name.len() > 3 && candidate.starts_with(name)) {
        return Some(whole);
    }
    let scored = expected.iter().map(|candidate| (score(candidate), *candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, near)| near)
}
