//! What was found on a server.

use init_core::Text;
use init_core::export::Note;

use crate::observed::Observed;

/// What was found, all of it as if a spec had declared it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) server: Observed,
    /// The account that provisions: no spec declares it.
    pub(super) own: Text,
    /// What a spec cannot say, as it was met while reading.
    pub(super) notes: Vec<Note>,
}

impl Found {
    pub(super) fn of(own: &Text) -> Self {
        Self { server: Observed::default(), own: own.clone(), notes: Vec::new() }
    }

    pub(super) fn note(&mut self, section: &'static str, name: &str, text: impl Into<String>) {
        self.notes.push(Note { section, name: name.to_owned(), text: text.into() });
    }
}
