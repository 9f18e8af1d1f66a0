//! Redaction: removes the values of secrets from all output, which is faults, reports, conflicts, status lines and log lines.
//!
//! There are two kinds of text, with one rule each:
//!
//! - **Text of a peer** ([`Redactor::redact_peer`]): faults with their causes, remedies, the conditions that a backend waits for,
//!   and every log field that is not listed as the program's own. It may contain anything that was sent. All values of
//!   secrets are replaced, without exception.
//! - **Text of this program** ([`Redactor::redact_own`]): changes, conflicts, paths of the spec, messages of errors. It consists of
//!   fixed words, names of the spec, and values of the server. A value that also occurs in the spec in plain text, or that
//!   is a word of the tool, is public and not replaced: replacing it would make a plan unreadable (role `app` with the
//!   password `app`) and would reveal which word is the password. All other values are replaced.
//!
//! A value is found literally and in the encodings that programs use: percent-encoding, backslash escapes (JSON, Rust, Go,
//! C, Python, RESP), doubled quotes (SQL), character references (XML), hexadecimal and base64, at any offset in a longer
//! text (`\0user\0password`), with up to three nested encodings. It is replaced by `{secret: NAME}`. A hexadecimal or base64
//! text that contains a value is replaced as a whole.
//!
//! A value of fewer than six characters is found only as a whole word, because its characters occur in many other words. Of
//! a longer value, the first sixteen bytes are enough, because servers truncate long arguments. Of a value of several
//! lines, each line is enough.

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

/// Finds and replaces the values of all secrets of a run.
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

/// The range of a value in a text, and the index of its label.
type Found = (Range<usize>, usize);

impl Redactor {
    /// Makes a redactor for the secrets of a run. `public` are the texts that anybody may read: the spec and the tool's words.
    pub(crate) fn new<'p>(secrets: &Secrets, public: impl IntoIterator<Item = &'p str>) -> Self {
        let labels = secrets.iter().map(|(name, _)| name.clone()).collect();
        let mut values = Values::new(secrets.iter().map(|(_, secret)| secret));
        for text in public {
            values.publish(text.as_bytes());
        }
        Self { values, labels }
    }

    /// Redacts a text that may contain text of a peer: replaces all values.
    pub fn redact_peer<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.text(text, Rule::Peer)
    }

    /// Redacts a text of this program: replaces the values that are not public.
    pub fn redact_own<'t>(&self, text: &'t str) -> Cow<'t, str> {
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
        if found.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(self.replace_found(text, found)) }
    }

    /// Replaces the found ranges. Overlapping ranges become one, with the label of the first.
    fn replace_found(&self, text: &str, mut found: Vec<Found>) -> String {
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

/// The redactor of the present run, for log lines, which are written without access to the run.
static CURRENT: RwLock<Option<Arc<Redactor>>> = RwLock::new(None);

/// Installs the redactor for the log.
pub(crate) fn set_current(redactor: Arc<Redactor>) {
    *CURRENT.write().unwrap_or_else(PoisonError::into_inner) = Some(redactor);
}

/// The redactor for the log; `None` before the secrets are read.
pub(crate) fn current() -> Option<Arc<Redactor>> {
    CURRENT.read().unwrap_or_else(PoisonError::into_inner).clone()
}

#[cfg(test)]
mod tests;
