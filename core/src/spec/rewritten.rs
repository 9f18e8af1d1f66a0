//! A text of a spec, written anew: what it is made of.

use std::collections::BTreeSet;

use super::page::{Page, Place};
use crate::SpecPath;
use crate::locate::Position;
use crate::variables::Problem;

/// One key of a text's top level, and what stands below it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    /// Where the value begins.
    pub(crate) start: Place,
    pub(crate) form: Form,
    /// What begins the value: its anchor and tag, and the bracket of a list or a mapping.
    pub(crate) head: String,
    /// What stands between the brackets, each item behind a comma.
    pub(crate) body: Page,
    /// The keys of a mapping.
    pub(crate) names: Vec<(String, Place)>,
    /// The anchors that it defines, and those that it repeats.
    pub(crate) anchors: Anchors,
}

#[derive(Debug, Default)]
pub(crate) struct Anchors {
    pub(crate) defined: BTreeSet<usize>,
    pub(crate) repeated: BTreeSet<usize>,
}

impl Entry {
    pub(crate) fn new(key: &str, place: Place) -> Self {
        Self {
            key: key.to_owned(),
            place,
            start: place,
            form: Form::Scalar,
            head: String::new(),
            body: Page::default(),
            names: Vec::new(),
            anchors: Anchors::default(),
        }
    }

    /// Whether an anchor or a tag belongs to the value as a whole.
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

/// A text written anew, and everything in it that has no value.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) entries: Vec<Entry>,
    pub(crate) start: Option<Position>,
    /// Whether anything is other than it was.
    pub(crate) changed: bool,
    pub(crate) problems: Vec<(SpecPath, Position, Trouble)>,
}

/// Why a value cannot be written.
#[derive(Debug)]
pub(crate) enum Trouble {
    Variable(Problem),
    /// A variable in the name of a secret.
    Secret,
    /// A text whose top level is no mapping, or has a key that is no name.
    NoMapping,
}
