//! A YAML text that is composed of others, with a source map of its lines.

use crate::locate::Position;

/// A position in one of the parts of a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The index of the part.
    pub(crate) part: usize,
    pub(crate) at: Position,
}

/// The lines of the text, each with its origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Composed {
    pub(crate) yaml: String,
    places: Vec<Place>,
}

impl Composed {
    pub(crate) fn line(&mut self, parts: &[&str], place: Place) {
        self.yaml.extend(parts.iter().copied());
        self.yaml.push('\n');
        self.places.push(place);
    }

    /// Appends entries of a list or a mapping, without the leading comma if they are the first.
    pub(crate) fn extend(&mut self, more: &Self, is_first: bool) {
        let skipped = if is_first { ", ".len() } else { 0 };
        self.yaml.push_str(more.yaml.get(skipped..).unwrap_or_default());
        self.places.extend(&more.places);
    }

    /// Appends lines unchanged.
    pub(crate) fn append(&mut self, more: &Self) {
        self.yaml.push_str(&more.yaml);
        self.places.extend(&more.places);
    }

    /// The origin of a line, counted from one.
    pub(crate) fn place(&self, line: usize) -> Option<Place> {
        self.places.get(line.checked_sub(1)?).copied()
    }
}
