//! A text of YAML that is made of others: each of its lines knows where it comes from.

use crate::locate::Position;

/// A place in one of the texts of a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which of the texts, from zero.
    pub(crate) part: usize,
    pub(crate) at: Position,
}

/// Lines, each with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) yaml: String,
    places: Vec<Place>,
}

impl Page {
    pub(crate) fn line(&mut self, parts: &[&str], place: Place) {
        self.yaml.extend(parts.iter().copied());
        self.yaml.push('\n');
        self.places.push(place);
    }

    /// More lines. The first of all in a list or a mapping has no comma before it.
    pub(crate) fn extend(&mut self, more: &Self, is_first: bool) {
        let skipped = if is_first { ", ".len() } else { 0 };
        self.yaml.push_str(more.yaml.get(skipped..).unwrap_or_default());
        self.places.extend(&more.places);
    }

    /// Lines as they are.
    pub(crate) fn append(&mut self, more: &Self) {
        self.yaml.push_str(&more.yaml);
        self.places.extend(&more.places);
    }

    /// Where a line, from one, comes from.
    pub(crate) fn place(&self, line: usize) -> Option<Place> {
        self.places.get(line.checked_sub(1)?).copied()
    }
}
