//! The parts of a rewritten text, before they are merged.

use std::collections::BTreeSet;

use super::composed::{Composed, Place};
use crate::SpecPath;
use crate::locate::Position;
use crate::variables::Problem;

/// One top-level key of a part, with its rewritten value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    /// The start of the value.
    pub(crate) start: Place,
    pub(crate) form: Form,
    /// The anchor and the tag of the value.
    pub(crate) head: String,
    /// The content between the brackets, with a comma before each item.
    pub(crate) body: Composed,
    /// The keys of the value if it is a mapping.
    pub(crate) names: Vec<(String, Place)>,
    /// The anchors that it defines and those that it refers to.
    pub(crate) anchors: Anchors,
}

#[derive(Debug, Default)]
pub(crate) struct Anchors {
    pub(crate) defined: BTreeSet<usize>,
    pub(crate) aliased: BTreeSet<usize>,
}

impl Entry {
    pub(crate) fn new(key: &str, place: Place) -> Self {
        Self {
            key: key.to_owned(),
            place,
            start: place,
            form: Form::Scalar,
            head: String::new(),
            body: Composed::default(),
            names: Vec::new(),
            anchors: Anchors::default(),
        }
    }

    /// Returns true if the value as a whole has an anchor or a tag.
    pub(crate) fn is_marked(&self) -> bool {
        !self.head.is_empty()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Mapping,
    List,
    Scalar,
}

/// A rewritten text, with the problems of rewriting.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) entries: Vec<Entry>,
    pub(crate) start: Option<Position>,
    /// Set if the text differs from the original.
    pub(crate) changed: bool,
    pub(crate) problems: Vec<(SpecPath, Position, RewriteProblem)>,
}

/// The reason for which a value could not be rewritten.
#[derive(Debug)]
pub(crate) enum RewriteProblem {
    Variable(Problem),
    /// The name of a secret contains a variable.
    Secret,
    /// The top level of the text is not a mapping, or has a key that is not a string.
    NoMapping,
}
