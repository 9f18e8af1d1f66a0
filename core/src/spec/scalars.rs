//! The scalars of a text that is written anew. A replaced one is written in quotes, unless it stood without and is a number
//! or a boolean.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, ScalarStyle, Tag};

use super::rewritten::Trouble;
use crate::SpecPath;
use crate::locate::Position;
use crate::quote::quoted;
use crate::variables::{self, Problem, SIZE_LIMIT, Variables};

/// Where a node stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'k> {
    Key,
    /// Below this key.
    Value(&'k str),
    Item,
}

/// A place in a text.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'k> {
    pub(crate) place: &'k SpecPath,
    pub(crate) at: Position,
    pub(crate) role: Role<'k>,
}

/// A scalar that an alias may repeat.
struct Known {
    text: String,
    varies: bool,
}

/// A scalar as it is written anew, and the text that it stands for.
pub(crate) struct Written {
    pub(crate) yaml: String,
    pub(crate) text: String,
}

/// What is replaced, and what has been.
pub(crate) struct Scalars<'r> {
    /// None where variables stay as they are.
    variables: Option<&'r Variables>,
    known: BTreeMap<usize, Known>,
    size: usize,
    pub(crate) changed: bool,
    pub(crate) problems: Vec<(SpecPath, Position, Trouble)>,
}

impl<'r> Scalars<'r> {
    pub(crate) fn new(variables: Option<&'r Variables>) -> Self {
        Self { variables, known: BTreeMap::new(), size: 0, changed: false, problems: Vec::new() }
    }

    pub(crate) fn trouble(&mut self, spot: Spot<'_>, trouble: Trouble) {
        self.problems.push((spot.place.clone(), spot.at, trouble));
    }

    /// The text of a key; one that has no value is told where it is written.
    pub(crate) fn name(&self, key: &Event<'_>) -> String {
        match key {
            Event::Scalar(text, ..) => match self.variables.map(|variables| variables.expand(text)) {
                Some(Ok(expanded)) => expanded,
                _ => text.to_string(),
            },
            Event::Alias(anchor) => self.aliased(*anchor).unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }

    /// What an alias repeats, if that is a scalar.
    pub(crate) fn aliased(&self, anchor: usize) -> Option<&str> {
        self.known.get(&anchor).map(|known| known.text.as_str())
    }

    /// An alias in the place of a secret's name repeats no variable.
    pub(crate) fn alias(&mut self, anchor: usize, spot: Spot<'_>) {
        let varies = self.known.get(&anchor).is_some_and(|known| known.varies);
        if varies && spot.role == Role::Value("secret") {
            self.trouble(spot, Trouble::Secret);
        }
    }

    pub(crate) fn written(
        &mut self,
        text: &str,
        (style, is_tagged, anchor): (ScalarStyle, bool, usize),
        spot: Spot<'_>,
    ) -> Written {
        let is_plain = style == ScalarStyle::Plain;
        let written = |yaml: String, text: &str| Written { yaml, text: text.to_owned() };
        let written = match self.expanded(text, spot) {
            Some(expanded) if is_plain && is_literal(&expanded) => written(expanded.clone(), &expanded),
            Some(expanded) => written(quoted(&expanded), &expanded),
            None if is_plain && is_simple(text) => written(text.to_owned(), text),
            None if is_plain && text.is_empty() && !is_tagged => written("null".to_owned(), text),
            // What nothing means is the tag's to say.
            None if is_plain && text.is_empty() => written(String::new(), text),
            None => written(quoted(text), text),
        };
        self.changed |= written.text != text;
        if anchor > 0 {
            let known = Known { text: written.text.clone(), varies: self.varies(text) };
            self.known.insert(anchor, known);
        }
        written
    }

    /// The text with its variables replaced, where it has any.
    fn expanded(&mut self, text: &str, spot: Spot<'_>) -> Option<String> {
        if !text.contains('$') {
            return None;
        }
        let variables = self.variables?;
        if spot.role == Role::Value("secret") {
            if self.varies(text) {
                self.trouble(spot, Trouble::Secret);
            }
            return None;
        }
        let expanded = variables.expand(text).and_then(|expanded| {
            self.size += expanded.len();
            if self.size > SIZE_LIMIT { Err(Problem::TooLong) } else { Ok(expanded) }
        });
        expanded.map_err(|problem| self.trouble(spot, Trouble::Variable(problem))).ok()
    }

    fn varies(&self, text: &str) -> bool {
        self.variables.is_some() && variables::first(text).is_some()
    }
}

/// A tag as it is written without the directives of its document.
pub(crate) fn spelled(tag: &Tag) -> String {
    let original = tag.original();
    if original.matches('!').count() < 2 || original.starts_with("!!") || original.starts_with("!<") {
        original
    } else {
        format!("!<{}{}>", tag.handle(), tag.suffix())
    }
}

/// A number or a boolean, in the form that every reader takes for one.
fn is_literal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let number = digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits);
    number || text == "true" || text == "false"
}

/// A plain scalar of letters alone that mean nothing to a parser, which may be more than a string.
fn is_simple(text: &str) -> bool {
    !text.is_empty()
        && text != "-"
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'~' | b'/' | b'<' | b'=')
        })
}
