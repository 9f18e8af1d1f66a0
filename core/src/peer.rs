//! The texts that a run keeps: redacted before they are kept, and bounded in size and number, whatever a peer sends.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::redact::Redactor;
use crate::shown::bounded;

/// The longest text that is kept, in bytes.
const LIMIT: usize = 4 * 1024;
/// All of them together; what comes after that is kept in brief.
const TOTAL: usize = 1024 * 1024;
const BRIEF: usize = 128;
/// An error has no more causes than this, and a list of texts no more items.
const CAUSES: usize = 16;
const ITEMS: usize = 100;

/// Makes texts fit to be kept and shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) redactor: Arc<Redactor>,
    kept: Cell<usize>,
}

impl Texts {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self { redactor: Arc::new(redactor), kept: Cell::default() }
    }

    /// A text that a peer had a part in.
    pub(crate) fn peer(&self, text: impl fmt::Display) -> String {
        self.keep(text, |text| self.redactor.peer(text).into_owned())
    }

    /// A text of ours.
    pub(crate) fn own(&self, text: impl fmt::Display) -> String {
        self.keep(text, |text| self.redactor.own(text).into_owned())
    }

    fn keep(&self, text: impl fmt::Display, safe: impl Fn(&str) -> String) -> String {
        let limit = if self.kept.get() < TOTAL { LIMIT } else { BRIEF };
        let text = bounded(text, limit, safe);
        self.kept.set(self.kept.get() + text.len());
        text
    }

    /// An error and what caused it, outermost first. No Display in this project repeats its source.
    pub(crate) fn chain(&self, error: &(dyn StdError + 'static)) -> Vec<String> {
        let causes = std::iter::successors(Some(error), |&error| error.source());
        causes.take(CAUSES).map(|cause| self.peer(cause)).collect()
    }

    /// A list of texts of ours, and how many more there are.
    pub(crate) fn list<T: fmt::Display>(&self, items: impl ExactSizeIterator<Item = T>) -> Vec<String> {
        let more = items.len().saturating_sub(ITEMS);
        let rest = (more > 0).then(|| format!("… and {more} more"));
        items.take(ITEMS).map(|item| self.own(item)).chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_one_by_one_and_together() {
        let texts = Texts::default();
        assert_eq!(texts.peer("x".repeat(5_000)), format!("{}… (904 bytes more)", "x".repeat(4_096)));
        let kept: usize = (0..10_000).map(|_| texts.peer("x".repeat(100_000)).len()).sum();
        assert!(kept < 4 * 1024 * 1024, "{kept}");
        assert_eq!(texts.list((0..150).collect::<Vec<_>>().iter()).len(), 101);
    }
}
