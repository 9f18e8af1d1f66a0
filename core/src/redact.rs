//! Keeps the values of secrets out of everything that is shown: faults, reports, conflicts, waiting texts, log lines.
//!
//! Two kinds of text are shown, and each has one rule:
//!
//! - **A text of a peer** ([`Redactor::peer`]): the text of a fault and of everything that caused it, a remedy, what a
//!   backend waits for, and every field of the log that is not listed as our own. It may hold anything that was sent.
//!   No value of a secret is shown in it, without exception.
//! - **A text of ours** ([`Redactor::own`]): a change, a conflict, a path of the spec, the message of an error. It is made
//!   of our own words, of names that the spec says, and of values that the server has. A value that the spec says in
//!   plain, or that is a word of the tool's own, is public there already: to replace it would make a plan unreadable
//!   (role `app` with the password `app`) and would tell which word the password is. Every other value is replaced.
//!
//! A value is found as it is and in the forms that programs write it in: URL-encoded, escaped with backslashes (JSON,
//! Rust, Go, C, Python, RESP), with doubled quotes (SQL), as entities (XML), in hex and in base64, at any place of a
//! longer text (`\0user\0password`), and up to three of these forms one in another. It is replaced by `{secret: NAME}`.
//! A text in hex or base64 that holds a value is replaced whole.
//!
//! A value of fewer than six characters counts where it stands as a word by itself: the letters of a short password are
//! part of many words, and what is shown of them tells nothing. Of a longer one, the first sixteen bytes are enough, as
//! servers cut long arguments. Of a value of several lines, each line counts.

mod runs;
mod values;
mod views;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

pub(crate) use self::values::Rule;
use self::values::Values;
use self::views::View;
use crate::{SecretRef, Secrets};

/// Knows every secret of a run.
#[derive(Default)]
pub struct Redactor {
    values: Values,
    labels: Vec<SecretRef>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor of {} secrets", self.labels.len())
    }
}

/// A part of a text that is a value, and whose.
type Found = (Range<usize>, usize);

impl Redactor {
    /// For the secrets of a run. `public` is what is said in plain anyway: the spec's text and the tool's own words.
    pub(crate) fn new<'p>(secrets: &Secrets, public: impl IntoIterator<Item = &'p str>) -> Self {
        let labels = secrets.iter().map(|(name, _)| name.clone()).collect();
        let mut values = Values::new(secrets.iter().map(|(_, secret)| secret));
        for text in public {
            values.publish(text.as_bytes());
        }
        Self { values, labels }
    }

    /// A text that a peer had a part in, without any value.
    pub fn peer<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.text(text, Rule::Peer)
    }

    /// A text of ours, without any value that is not public.
    pub fn own<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.text(text, Rule::Own)
    }

    pub(crate) fn text<'t>(&self, text: &'t str, rule: Rule) -> Cow<'t, str> {
        if self.values.is_empty(rule) {
            return Cow::Borrowed(text);
        }
        let mut found = Vec::new();
        for view in View::all(text) {
            self.values.find(view.bytes(), rule, |range, label| found.push((view.original(range), label)));
            runs::find(view.bytes(), &self.values, rule, |range, label| {
                found.push((view.original(range), label));
            });
        }
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(self.replaced(text, found)) }
    }

    /// Overlapping finds are one, under the label of the one that begins first.
    fn replaced(&self, text: &str, mut found: Vec<Found>) -> String {
        found.sort_by_key(|(range, label)| (range.start, std::cmp::Reverse(range.end), *label));
        let mut shown = String::with_capacity(text.len());
        let (mut end, mut bytes) = (0, text.as_bytes());
        for (range, label) in found {
            if range.start >= end {
                let (plain, rest) = bytes.split_at(range.start - end);
                shown += &String::from_utf8_lossy(plain);
                if let Some(label) = self.labels.get(label) {
                    shown += &label.to_string();
                }
                (bytes, end) = (rest, range.start);
            }
            let (_, rest) = bytes.split_at(range.end.saturating_sub(end));
            (bytes, end) = (rest, end.max(range.end));
        }
        shown + &String::from_utf8_lossy(bytes)
    }
}

/// The redactor of the run that this process is in: a line of the log is written far from the run that causes it.
static CURRENT: RwLock<Option<Arc<Redactor>>> = RwLock::new(None);

/// From now on the log is redacted with this one.
pub(crate) fn set_current(redactor: Arc<Redactor>) {
    *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(redactor);
}

/// What the log is redacted with; nothing before the secrets are read.
pub(crate) fn current() -> Option<Arc<Redactor>> {
    CURRENT.read().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests;
