//! Rewrites the scalars of a text. A substituted scalar is written in quotes, unless it was plain and its value is a number
//! or a boolean.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{Event, ScalarStyle, Tag};

use super::rewritten::RewriteProblem;
use crate::SpecPath;
use crate::locate::Position;
use crate::quote::quoted;
use crate::variables::{self, Problem, SIZE_LIMIT, Variables};

/// The role of a node in its parent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role<'k> {
    Key,
    /// The value of this key.
    Value(&'k str),
    Item,
}

/// The path, the position and the role of a node.
#[derive(Clone, Copy)]
pub(crate) struct NodePosition<'k> {
    pub(crate) place: &'k SpecPath,
    pub(crate) at: Position,
    pub(crate) role: Role<'k>,
}

/// A scalar with an anchor, to which aliases may refer.
struct AnchoredScalar {
    text: String,
    has_variable: bool,
}

/// A rewritten scalar, with its value.
pub(crate) struct RewrittenScalar {
    pub(crate) yaml: String,
    pub(crate) text: String,
}

/// The state of rewriting.
pub(crate) struct Scalars<'r> {
    /// The variables, or `None` if they are not substituted.
    variables: Option<&'r Variables>,
    anchored: BTreeMap<usize, AnchoredScalar>,
    size: usize,
    pub(crate) changed: bool,
    pub(crate) problems: Vec<(SpecPath, Position, RewriteProblem)>,
}

impl<'r> Scalars<'r> {
    pub(crate) fn new(variables: Option<&'r Variables>) -> Self {
        Self { variables, anchored: BTreeMap::new(), size: 0, changed: false, problems: Vec::new() }
    }

    pub(crate) fn report(&mut self, position: NodePosition<'_>, problem: RewriteProblem) {
        self.problems.push((position.place.clone(), position.at, problem));
    }

    /// The value of a key. A key that cannot be substituted is reported when it is rewritten.
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

    /// The value of the scalar with this anchor, if there is one.
    pub(crate) fn aliased(&self, anchor: usize) -> Option<&str> {
        self.anchored.get(&anchor).map(|anchored| anchored.text.as_str())
    }

    /// Reports an alias of a scalar with a variable in the place of a secret's name.
    pub(crate) fn alias(&mut self, anchor: usize, position: NodePosition<'_>) {
        let has_variable = self.anchored.get(&anchor).is_some_and(|anchored| anchored.has_variable);
        if has_variable && position.role == Role::Value("secret") {
            self.report(position, RewriteProblem::Secret);
        }
    }

    pub(crate) fn rewrite(
        &mut self,
        text: &str,
        (style, is_tagged, anchor): (ScalarStyle, bool, usize),
        position: NodePosition<'_>,
    ) -> RewrittenScalar {
        let is_plain = style == ScalarStyle::Plain;
        let written = |yaml: String, text: &str| RewrittenScalar { yaml, text: text.to_owned() };
        let written = match self.expand(text, position) {
            Some(expanded) if is_plain && is_literal(&expanded) => written(expanded.clone(), &expanded),
            Some(expanded) => written(quoted(&expanded), &expanded),
            None if is_plain && is_simple(text) => written(text.to_owned(), text),
            None if is_plain && text.is_empty() && !is_tagged => written("null".to_owned(), text),
            // The tag determines the meaning of an empty scalar.
            None if is_plain && text.is_empty() => written(String::new(), text),
            None => written(quoted(text), text),
        };
        self.changed |= written.text != text;
        if anchor > 0 {
            let anchored =
                AnchoredScalar { text: written.text.clone(), has_variable: self.has_variable(text) };
            self.anchored.insert(anchor, anchored);
        }
        written
    }

    /// Substitutes the variables of a text; `None` if it has none.
    fn expand(&mut self, text: &str, position: NodePosition<'_>) -> Option<String> {
        if !text.contains('$') {
            return None;
        }
        let variables = self.variables?;
        if position.role == Role::Value("secret") {
            if self.has_variable(text) {
                self.report(position, RewriteProblem::Secret);
            }
            return None;
        }
        let expanded = variables.expand(text).and_then(|expanded| {
            self.size += expanded.len();
            if self.size > SIZE_LIMIT { Err(Problem::TooLong) } else { Ok(expanded) }
        });
        expanded.map_err(|problem| self.report(position, RewriteProblem::Variable(problem))).ok()
    }

    fn has_variable(&self, text: &str) -> bool {
        self.variables.is_some() && variables::first_variable(text).is_some()
    }
}

/// The text of a tag that does not depend on the directives of its document.
pub(crate) fn tag_text(tag: &Tag) -> String {
    let original = tag.original();
    if original.matches('!').count() < 2 || original.starts_with("!!") || original.starts_with("!<") {
        original
    } else {
        format!("!<{}{}>", tag.handle(), tag.suffix())
    }
}

/// Returns true for a number or a boolean in the form that every parser accepts.
fn is_literal(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let number = digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits);
    number || text == "true" || text == "false"
}

/// Returns true for a plain scalar without special characters, which need not be a string.
fn is_simple(text: &str) -> bool {
    !text.is_empty()
        && text != "-"
        && text.bytes().all(|b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'-' | b'~' | b'/' | b'<' | b'=')
        })
}
