//! Reads and parses a spec: YAML 1.2 from files or stdin, with limits for size, depth and aliases.
//!
//! A message of the YAML parser may quote the text with the error, which may contain a password. Each message is therefore
//! written anew here, with types and keys but without values.

mod composed;
mod events;
mod merge;
mod parse;
mod problem;
mod resolve;
mod rewrite;
mod rewritten;
mod scalars;
mod schema;
mod source;

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_saphyr::{Error as Yaml, Location};

use self::composed::Composed;
use self::parse::{check, parse};
use self::problem::{is_syntax, problem, type_name};
pub(crate) use self::resolve::{Context, Unresolved};
pub(crate) use self::schema::SpecSchema;
pub(crate) use self::source::{Part, read, specs};
pub use self::source::{Source, Unreadable};
use crate::files::Files;
use crate::locate::{Locations, Position};
use crate::{SpecPath, Violation, Violations, hint};

/// The text of a spec, of one or several parts, and the directory for its relative paths.
pub(crate) struct Text {
    /// The parts as written.
    parts: Vec<Part>,
    /// The composed text, if it differs from the only part.
    composed: Option<Composed>,
    pub(crate) files: Files,
}

impl Text {
    /// Makes a spec of one text without substitution.
    pub(crate) fn plain(yaml: String, files: Files) -> Self {
        let part = Part { name: String::new(), written: yaml, base: Path::new("").to_owned() };
        Self { parts: vec![part], composed: None, files }
    }

    /// Makes a spec of all its parts, with substitution and merging.
    pub(crate) fn new(parts: Vec<Part>, context: &Context<'_>) -> Result<Self, Unresolved> {
        let interpolated = resolve::interpolation_flags(&parts).map_err(Unresolved::Invalid)?;
        let base = parts.first().filter(|_| resolve::have_same_base(&parts)).map(|part| part.base.clone());
        let mut text = Self { parts, composed: None, files: Files::relative_to(base.unwrap_or_default()) };
        if resolve::is_needed(&text.parts, &interpolated) {
            text.check_syntax().map_err(Unresolved::Invalid)?;
            text.composed = resolve::resolve(&text.parts, &interpolated, context)?;
        }
        Ok(text)
    }

    /// Checks the YAML syntax and the limits of each part.
    fn check_syntax(&self) -> Result<(), Violations> {
        let mut violations = Violations::default();
        for (number, part) in self.parts.iter().enumerate() {
            // A file with only comments is allowed and contributes nothing.
            if self.parts.len() > 1 && resolve::is_empty(&part.written) {
                continue;
            }
            let name = resolve::name(&self.parts, number);
            let single = Self::plain(part.written.clone(), self.files.clone());
            let checked = check(&part.written).map_err(|error| single.violation(&error).of_file(name));
            violations.extend(checked.err());
        }
        violations.or(())
    }

    /// Deserializes the spec, or returns all errors with line, column and path.
    pub(crate) fn parse<S: DeserializeOwned>(&self) -> Result<S, Violations> {
        parse(self.yaml()).map_err(|errors| {
            errors.iter().map(|error| self.violation(error)).collect::<Violations>().sorted()
        })
    }

    /// The YAML text that is parsed.
    pub(crate) fn yaml(&self) -> &str {
        match (&self.composed, &self.parts[..]) {
            (Some(composed), _) => &composed.yaml,
            (None, [first, ..]) => &first.written,
            (None, []) => "",
        }
    }

    /// The public texts for redaction: the parts as written, and the composed text.
    pub(crate) fn public(&self) -> Vec<&str> {
        let composed = self.composed.iter().map(|composed| composed.yaml.as_str());
        self.parts.iter().map(|part| part.written.as_str()).chain(composed).collect()
    }

    /// Makes a spec of another text, with the same directory for relative paths.
    pub(crate) fn with_yaml(&self, yaml: String) -> Self {
        Self::plain(yaml, self.files.clone())
    }

    /// Adds file and position to each violation, and sorts them.
    pub(crate) fn locate(&self, violations: Violations) -> Violations {
        let locations = Locations::of(self.yaml());
        violations.located(|at| {
            let (file, position, _) = self.origin(locations.position(at)?);
            Some((file, position))
        })
    }

    /// The origin of a position of the parsed text: the file, the position in it, and its text.
    fn origin(&self, position: Position) -> (Option<&str>, Position, &str) {
        let place = self.composed.as_ref().and_then(|composed| composed.place(position.0));
        let (part, position) = place.map_or((0, position), |place| (place.part, place.at));
        let written = self.parts.get(part).map(|part| part.written.as_str()).unwrap_or_default();
        (resolve::name(&self.parts, part), position, written)
    }

    /// The path of an error. For a missing key, it is the path of the mapping.
    fn path(&self, error: &Yaml, position: Position) -> SpecPath {
        let locations = Locations::of(self.yaml());
        let container = locations.container(position).filter(|_| is_missing_key(error));
        let path = container.unwrap_or_else(|| locations.path(position));
        // A key with a colon contains its value, which may be a password, so it is left out of the path.
        match error.without_snippet() {
            Yaml::SerdeUnknownField { field, .. } if field.contains(':') => path.parent().unwrap_or_default(),
            _ => path,
        }
    }

    fn violation(&self, error: &Yaml) -> Violation {
        let known = error.location().filter(|location| *location != Location::UNKNOWN);
        let position = known.map(|location| (as_usize(location.line()), as_usize(location.column())));
        let at = position.map(|position| self.path(error, position)).unwrap_or_default();
        // For a missing key, the parser reports the position of the last key of the mapping.
        let mapping = is_missing_key(error).then(|| Locations::of(self.yaml()).position(&at)).flatten();
        let position = mapping.or(position);
        let Some((file, position, text)) = position.map(|position| self.origin(position)) else {
            return Violation { at, file: None, line: None, column: None, problem: problem(error) };
        };
        Violation::at(at, position, problem(error) + hint(text, error, position)).of_file(file)
    }
}

/// The hint for an error at this position.
fn hint(text: &str, error: &Yaml, (line, column): Position) -> &'static str {
    let text = |number: usize| text.lines().nth(number).unwrap_or_default();
    let current = text(line.saturating_sub(1));
    let found = current.char_indices().nth(column.saturating_sub(1)).and_then(|(at, _)| current.get(at..));
    match error.without_snippet() {
        Yaml::Unexpected { expected: "mapping start", .. } => hint::mapping(found.unwrap_or(current)),
        Yaml::Unexpected { expected: "sequence start", .. } => hint::list(found.unwrap_or(current)),
        Yaml::SerdeInvalidType { expected, .. } => {
            hint::quoted(type_name(expected), found.unwrap_or_default())
        }
        Yaml::ExternalMessage { source, .. } if is_syntax(source) => {
            hint::syntax(if line > 1 { text(line - 2) } else { "" }, current)
        }
        _ => "",
    }
}

fn is_missing_key(error: &Yaml) -> bool {
    matches!(error.without_snippet(), Yaml::SerdeMissingField { .. })
}

fn as_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
#[path = "spec/resolve_tests.rs"]
mod resolve_tests;
#[cfg(test)]
mod tests;
