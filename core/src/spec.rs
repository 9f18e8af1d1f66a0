//! Reads and parses a spec: YAML 1.2 from files or stdin, capped in size, depth and aliases.
//!
//! A parser's own message may quote the text it stumbled over, and someone may have written a password
//! there. So each problem is put in words here: types and keys, never values.

mod events;
mod merge;
mod page;
mod parse;
mod problem;
mod resolve;
mod rewrite;
mod rewritten;
mod scalars;
mod shape;
mod source;

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_saphyr::{Error as Yaml, Location};

use self::page::Page;
use self::parse::{check, parse};
use self::problem::{is_syntax, problem, words};
pub(crate) use self::resolve::{Grounds, Unresolved};
pub(crate) use self::shape::Shape;
pub(crate) use self::source::{Part, read, specs};
pub use self::source::{Source, Unreadable};
use crate::files::Files;
use crate::locate::{Locations, Position};
use crate::{SpecPath, Violation, Violations, hint};

/// The text of a spec and the folder that its relative paths start from.
pub(crate) struct Text {
    /// As they are written.
    parts: Vec<Part>,
    /// As one text, where that is another one.
    page: Option<Page>,
    pub(crate) files: Files,
}

impl Text {
    /// One text as it is, in which nothing is replaced.
    pub(crate) fn plain(yaml: String, files: Files) -> Self {
        let part = Part { name: String::new(), written: yaml, base: Path::new("").to_owned() };
        Self { parts: vec![part], page: None, files }
    }

    /// The texts of a spec, as one.
    pub(crate) fn new(parts: Vec<Part>, grounds: &Grounds<'_>) -> Result<Self, Unresolved> {
        let asked = resolve::asked(&parts).map_err(Unresolved::Invalid)?;
        let base = parts.first().filter(|_| resolve::is_one_folder(&parts)).map(|part| part.base.clone());
        let mut text = Self { parts, page: None, files: Files::relative_to(base.unwrap_or_default()) };
        if resolve::is_needed(&text.parts, &asked) {
            text.well_formed().map_err(Unresolved::Invalid)?;
            text.page = resolve::resolve(&text.parts, &asked, grounds)?;
        }
        Ok(text)
    }

    /// Each text by itself is YAML within its bounds.
    fn well_formed(&self) -> Result<(), Violations> {
        let mut wrong = Violations::default();
        for (number, part) in self.parts.iter().enumerate() {
            // A file in which everything is a comment adds nothing.
            if self.parts.len() > 1 && resolve::is_empty(&part.written) {
                continue;
            }
            let name = resolve::name(&self.parts, number);
            let alone = Self::plain(part.written.clone(), self.files.clone());
            let checked = check(&part.written).map_err(|error| alone.violation(&error).of_file(name));
            wrong.extend(checked.err());
        }
        wrong.or(())
    }

    /// Everything that does not parse, with line, column and path.
    pub(crate) fn parse<S: DeserializeOwned>(&self) -> Result<S, Violations> {
        parse(self.yaml()).map_err(|errors| {
            errors.iter().map(|error| self.violation(error)).collect::<Violations>().sorted()
        })
    }

    /// The text that is parsed.
    pub(crate) fn yaml(&self) -> &str {
        match (&self.page, &self.parts[..]) {
            (Some(page), _) => &page.yaml,
            (None, [first, ..]) => &first.written,
            (None, []) => "",
        }
    }

    /// Everything that is said in plain: the texts as they are written, and as they are read.
    pub(crate) fn public(&self) -> Vec<&str> {
        let page = self.page.iter().map(|page| page.yaml.as_str());
        self.parts.iter().map(|part| part.written.as_str()).chain(page).collect()
    }

    /// Another text in the place of this one: its relative paths start from the same folder.
    pub(crate) fn beside(&self, yaml: String) -> Self {
        Self::plain(yaml, self.files.clone())
    }

    /// Gives each violation its place, and puts them in the order of the files.
    pub(crate) fn locate(&self, violations: Violations) -> Violations {
        let locations = Locations::of(self.yaml());
        violations.located(|at| {
            let (file, position, _) = self.origin(locations.position(at)?);
            Some((file, position))
        })
    }

    /// Where a position of the text that is parsed comes from: the file, the position in it, and its text.
    fn origin(&self, position: Position) -> (Option<&str>, Position, &str) {
        let place = self.page.as_ref().and_then(|page| page.place(position.0));
        let (part, position) = place.map_or((0, position), |place| (place.part, place.at));
        let written = self.parts.get(part).map(|part| part.written.as_str()).unwrap_or_default();
        (resolve::name(&self.parts, part), position, written)
    }

    /// What the error is about: of a key that is missing, the mapping that lacks it.
    fn path(&self, error: &Yaml, position: Position) -> SpecPath {
        let locations = Locations::of(self.yaml());
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
        // Where a key is missing, the parser is at the last one that is there.
        let mapping = is_missing_key(error).then(|| Locations::of(self.yaml()).position(&at)).flatten();
        let position = mapping.or(position);
        let Some((file, position, text)) = position.map(|position| self.origin(position)) else {
            return Violation { at, file: None, line: None, column: None, problem: problem(error) };
        };
        Violation::at(at, position, problem(error) + hint(text, error, position)).of_file(file)
    }
}

/// What was probably meant at this place.
fn hint(text: &str, error: &Yaml, (line, column): Position) -> &'static str {
    let text = |number: usize| text.lines().nth(number).unwrap_or_default();
    let here = text(line.saturating_sub(1));
    let there = here.char_indices().nth(column.saturating_sub(1)).and_then(|(at, _)| here.get(at..));
    match error.without_snippet() {
        Yaml::Unexpected { expected: "mapping start", .. } => hint::mapping(there.unwrap_or(here)),
        Yaml::Unexpected { expected: "sequence start", .. } => hint::list(there.unwrap_or(here)),
        Yaml::SerdeInvalidType { expected, .. } => hint::quoted(words(expected), there.unwrap_or_default()),
        Yaml::ExternalMessage { source, .. } if is_syntax(source) => {
            hint::syntax(if line > 1 { text(line - 2) } else { "" }, here)
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
