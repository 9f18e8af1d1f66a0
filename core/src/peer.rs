//! The texts that a run keeps for its report. They are redacted when they are kept, and bounded in size and number, whatever
//! a peer sends.

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::escape::bounded;
use crate::redact::Redactor;

/// The longest text, in bytes.
const LIMIT: usize = 4 * 1024;
/// The size of all texts together, in bytes. Texts beyond it are truncated to `BRIEF`.
const TOTAL: usize = 1024 * 1024;
const BRIEF: usize = 128;
/// The limits for the causes of an error and for the items of a list.
const CAUSES: usize = 16;
const ITEMS: usize = 100;

/// Redacts and bounds texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    pub(crate) redactor: Arc<Redactor>,
    kept: Cell<usize>,
}

impl Texts {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self { redactor: Arc::new(redactor), kept: Cell::default() }
    }

    /// Keeps a text that may contain text of a peer.
    pub(crate) fn peer(&self, text: impl fmt::Display) -> String {
        self.keep(text, |text| self.redactor.redact_peer(text).into_owned())
    }

    /// Keeps a text that this program has written.
    pub(crate) fn own(&self, text: impl fmt::Display) -> String {
        self.keep(text, |text| self.redactor.redact_own(text).into_owned())
    }

    fn keep(&self, text: impl fmt::Display, safe: impl Fn(&str) -> String) -> String {
        let limit = if self.kept.get() < TOTAL { LIMIT } else { BRIEF };
        let text = bounded(text, limit, safe);
        self.kept.set(self.kept.get() + text.len());
        text
    }

    /// Keeps an error and its causes, the outermost first. No `Display` of this project repeats its source.
    pub(crate) fn chain(&self, error: &(dyn StdError + 'static)) -> Vec<String> {
        let causes = std::iter::successors(Some(error), |&error| error.source());
        causes.take(CAUSES).map(|cause| self.peer(cause)).collect()
    }

    /// Keeps the first texts of a list of this program, and the number of the others.
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
    fn single_texts_and_their_sum_are_bounded() {
        let texts = Texts::default();
        assert_eq!(texts.peer("x".repeat(5_000)), format!("{}… (904 bytes more)", "x".repeat(4_096)));
        let kept: usize = (0..10_000).map(|_| texts.peer("x".repeat(100_000)).len()).sum();
        assert!(kept < 4 * 1024 * 1024, "{kept}");
        assert_eq!(texts.list((0..150).collect::<Vec<_>>().iter()).len(), 101);
    }
}
