//! Reads and parses a spec: YAML 1.2 from a file or stdin, capped in size, depth and aliases.
//!
//! A parser's own message may quote the text it stumbled over, and someone may have written a password
//! there. So each problem is put in words here: types and keys, never values.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::{
    DefaultMessageFormatter, Error as Yaml, ExternalMessageSource, Location, MessageFormatter as _,
};
use thiserror::Error;

use crate::access::{self, explained};
use crate::extension::Without;
use crate::files::{Files, capped};
use crate::locate::{Locations, Position};
use crate::shown::printable;
use crate::{SpecPath, Violation, Violations, hint, unexpanded};

/// Deeper than any spec, and far from the end of the stack.
const DEPTH_LIMIT: usize = 64;
/// Room for 10,000 objects of a hundred fields; an alias bomb ends here.
const NODE_LIMIT: usize = 4_000_000;
const ALIAS_EVENTS_LIMIT: usize = 1_000_000;

const MORE_DOCUMENTS: &str = "a spec is one YAML document, and this is more than one: `---` begins another";

/// Where a spec comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`
    Stdin,
    /// A path.
    File(PathBuf),
}

/// A spec that could not be read at all.
#[derive(Debug, Error)]
#[error("cannot read the spec {of}")]
pub struct Unreadable {
    of: Source,
    source: io::Error,
}

/// The text of a spec and the folder that its relative paths start from.
pub(crate) struct Text {
    yaml: String,
    pub(crate) files: Files,
}

impl Unreadable {
    /// What a person can do about it.
    pub(crate) fn remedy(&self) -> &'static str {
        access::remedy(&self.source)
            .unwrap_or("mount the spec there, or name it with --spec (`-` reads standard input)")
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("from standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// The whole text, or why it cannot be had.
pub(crate) fn read(source: &Source, stdin: impl Read) -> Result<Text, Unreadable> {
    let (bytes, base) = match source {
        Source::Stdin => (capped(stdin), Path::new("")),
        Source::File(path) => {
            let bytes = File::open(path).and_then(capped).map_err(|error| explained(path, error));
            (bytes, path.parent().unwrap_or(Path::new("")))
        }
    };
    let text = bytes.and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
    });
    match text {
        Ok(yaml) => Ok(Text::new(yaml, Files::relative_to(base))),
        Err(error) => Err(Unreadable { of: source.clone(), source: error }),
    }
}

impl Text {
    pub(crate) fn new(yaml: String, files: Files) -> Self {
        Self { yaml, files }
    }

    /// The first thing that does not parse, with line, column and path; before it every variable that nothing has replaced.
    pub(crate) fn parse<S: DeserializeOwned>(&self) -> Result<S, Violations> {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! {
                max_depth: DEPTH_LIMIT,
                flow_nesting_limit: DEPTH_LIMIT,
                max_nodes: NODE_LIMIT,
                max_events: NODE_LIMIT,
                max_documents: 1,
                max_aliases: NODE_LIMIT,
                max_anchors: NODE_LIMIT,
                max_merge_keys: NODE_LIMIT,
                // What counts is what aliases expand to, not how many there are.
                enforce_alias_anchor_ratio: false,
            },
            alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: ALIAS_EVENTS_LIMIT },
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            with_snippet: false,
        };
        unexpanded::violations(&self.yaml).or(())?;
        let parse = |deserializer: serde_saphyr::Deserializer<'_, '_>| S::deserialize(Without(deserializer));
        serde_saphyr::with_deserializer_from_str_with_options(&self.yaml, options, parse)
            .map_err(|error| self.violation(&error).into())
    }

    /// The text itself.
    pub(crate) fn yaml(&self) -> &str {
        &self.yaml
    }

    /// Another text in the place of this one: its relative paths start from the same folder.
    pub(crate) fn beside(&self, yaml: String) -> Self {
        Self::new(yaml, self.files.clone())
    }

    /// Gives each violation its line and column, and puts them in the order of the file.
    pub(crate) fn locate(&self, violations: Violations) -> Violations {
        let locations = Locations::of(&self.yaml);
        violations.located(|at| locations.position(at))
    }

    /// What the error is about: of a key that is missing, the mapping that lacks it.
    fn path(&self, error: &Yaml, position: Position) -> SpecPath {
        let locations = Locations::of(&self.yaml);
        let container = locations.container(position).filter(|_| is_missing_key(error));
        let path = container.unwrap_or_else(|| locations.path(position));
        // A key with its value in it, which may be a password, is no part of a path.
        match error.without_snippet() {
            Yaml::SerdeUnknownField { field, .. } if field.contains(':') => path.parent().unwrap_or_default(),
            _ => path,
        }
    }

    fn violation(&self, error: &Yaml) -> Violation {
        let known = error.location().filter(|location| *location != Location::UNKNOWN);
        let position = known.map(|location| (as_usize(location.line()), as_usize(location.column())));
        let at = position.map(|position| self.path(error, position)).unwrap_or_default();
        let (line, column) = position.unzip();
        Violation { at, line, column, problem: problem(error) + self.hint(error, position) }
    }

    /// What was probably meant at this place.
    fn hint(&self, error: &Yaml, position: Option<Position>) -> &'static str {
        let Some((line, column)) = position else { return "" };
        let text = |number: usize| self.yaml.lines().nth(number).unwrap_or_default();
        let here = text(line.saturating_sub(1));
        let there = here.char_indices().nth(column.saturating_sub(1)).and_then(|(at, _)| here.get(at..));
        match error.without_snippet() {
            Yaml::Unexpected { expected: "mapping start", .. } => hint::mapping(there.unwrap_or(here)),
            Yaml::Unexpected { expected: "sequence start", .. } => hint::list(there.unwrap_or(here)),
            Yaml::ExternalMessage { source, .. } if is_syntax(source) => {
                hint::syntax(if line > 1 { text(line - 2) } else { "" }, here)
            }
            _ => "",
        }
    }
}

fn is_missing_key(error: &Yaml) -> bool {
    matches!(error.without_snippet(), Yaml::SerdeMissingField { .. })
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What is wrong, in words that repeat no value of the text.
fn problem(error: &Yaml) -> String {
    match error.without_snippet() {
        Yaml::Eof { .. } => "the spec is empty".to_owned(),
        Yaml::MultipleDocuments { .. } => MORE_DOCUMENTS.to_owned(),
        Yaml::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Yaml::SerdeUnknownVariant { variant, expected, .. } => unknown("value", variant, expected),
        Yaml::SerdeMissingField { field, .. } => format!("the key `{field}` is missing"),
        Yaml::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{key}` is there twice"),
        Yaml::DuplicateMappingKey { key: None, .. } => "a key is there twice".to_owned(),
        Yaml::SerdeInvalidType { unexpected, expected, .. } => {
            format!("expected {}, found {}", words(expected), kind(unexpected))
        }
        Yaml::SerdeInvalidValue { expected, .. } => format!("the value is out of range: expected {expected}"),
        Yaml::InvalidScalar { ty, .. } => format!("expected {}", words(ty)),
        Yaml::InvalidBooleanStrict { .. } => "expected true or false".to_owned(),
        Yaml::Unexpected { expected, .. } => format!("expected {}", words(expected)),
        Yaml::NonFiniteFloat { .. } => "expected a finite number".to_owned(),
        Yaml::NullIntoString { .. } => "expected a string, found nothing".to_owned(),
        Yaml::ExternalMessage { source, .. } if is_too_deep(source) => too_deep(),
        Yaml::Message { msg, .. } | Yaml::ExternalMessage { msg, .. } => msg.clone(),
        Yaml::AliasError { error, .. } => format!("in the aliased text: {}", problem(error)),
        Yaml::Budget { breach, .. } => too_much(breach),
        Yaml::AliasReplayStackDepthExceeded { .. } => too_deep(),
        Yaml::AliasReplayCounterOverflow { .. }
        | Yaml::AliasReplayLimitExceeded { .. }
        | Yaml::AliasExpansionLimitExceeded { .. } => too_long_aliases(),
        // The parser's renderer of snippets is left out: nothing here shows them, and every binary would hold it.
        other => printable(&DefaultMessageFormatter.format_message(other)),
    }
}

/// Which bound a spec does not keep.
fn too_much(breach: &BudgetBreach) -> String {
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

/// The parser reads ahead in one-line lists, and meets their depth before anybody counts it.
fn is_too_deep(source: &ExternalMessageSource) -> bool {
    matches!(source, ExternalMessageSource::Parser(error) if *error.kind() == ErrorKind::RecursionLimitExceeded)
}

/// What the parser itself says, but for its bound.
fn is_syntax(source: &ExternalMessageSource) -> bool {
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

/// A type of the parser's as people call it.
fn words(ty: &str) -> &str {
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

/// Serde says the type and then the value in quotes or backticks: only the type is repeated.
fn kind(unexpected: &str) -> &str {
    let end = unexpected.find(['"', '`']).unwrap_or(unexpected.len());
    unexpected.get(..end).map_or("another type", str::trim)
}

fn unknown(what: &str, name: &str, expected: &[&str]) -> String {
    if let (["secret"], Some(hint)) = (expected, hint::secret(name)) {
        return format!("unknown {what} `{name}`: {hint}");
    }
    // Behind the colon is a value, which may be a password.
    if let Some((key, _)) = name.split_once(':') {
        return format!("unknown {what} `{key}:…`: is a space missing after the colon?");
    }
    let known = expected.join(", ");
    match nearest(name, expected) {
        Some(near) => format!("unknown {what} `{name}`: did you mean `{near}`? Known here: {known}"),
        None => format!("unknown {what} `{name}`; known here: {known}"),
    }
}

/// The candidate that is nearest to what was written, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, expected: &[&'a str]) -> Option<&'a str> {
    // `SELECT` is `select` to whoever knows SQL.
    let lower = name.to_ascii_lowercase();
    let score = |candidate: &str| {
        strsim::jaro_winkler(name, candidate)
            .max(strsim::jaro_winkler(&lower, &candidate.to_ascii_lowercase()))
    };
    let scored = expected.iter().map(|candidate| (score(candidate), *candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, near)| near)
}

#[cfg(test)]
mod tests;
