//! Redacts and bounds the values of log fields.

use std::fmt;

use crate::escape;
use crate::redact::{self, Rule};

/// The fields whose text is written by this program (`Rule::Own`). Any other field may contain text of a peer.
const OWN: [&str; 8] = ["change", "stage", "server", "endpoint", "spec", "kind", "outcome", "compared"];
/// The longest value of a field, in bytes.
const LIMIT: usize = 8 * 1024;

/// Redacts and bounds the value of a field.
pub(super) fn safe(field: &str, value: impl fmt::Display) -> String {
    let rule = if OWN.contains(&field) { Rule::Own } else { Rule::Peer };
    let redactor = redact::current();
    let safe = |text: &str| match &redactor {
        Some(redactor) => redactor.text(text, rule).into_owned(),
        None => text.to_owned(),
    };
    escape::bounded(value, LIMIT, safe)
}

/// Redacts and bounds a text that may contain text of a peer. It is not escaped.
pub(crate) fn peer(value: impl fmt::Display) -> String {
    safe("cause", value)
}
