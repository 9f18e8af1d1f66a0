//! Collects the changes and conflicts of a plan before they are sorted.

use init_core::Conflict;

use crate::change::Change;

/// The changes and conflicts so far.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<Conflict>,
}

impl Findings {
    pub(super) fn change(&mut self, change: impl Into<Change>) {
        self.changes.push(change.into());
    }

    pub(super) fn changes(&mut self, changes: impl IntoIterator<Item = impl Into<Change>>) {
        self.changes.extend(changes.into_iter().map(Into::into));
    }
}
