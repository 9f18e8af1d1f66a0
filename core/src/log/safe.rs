//! The values of fields as they may be written down.

use std::fmt;

use crate::redact::{self, Rule};
use crate::shown;

/// Fields that hold a text of ours (`redact`); a peer may have had a part in any other.
const OWN: [&str; 8] = ["change", "stage", "server", "endpoint", "spec", "kind", "outcome", "compared"];
/// The longest value of a field, in bytes.
const LIMIT: usize = 8 * 1024;

/// A field's value as it may be written down.
pub(super) fn safe(field: &str, value: impl fmt::Display) -> String {
    let rule = if OWN.contains(&field) { Rule::Own } else { Rule::Peer };
    let redactor = redact::current();
    let safe = |text: &str| match &redactor {
        Some(redactor) => redactor.text(text, rule).into_owned(),
        None => text.to_owned(),
    };
    shown::bounded(value, LIMIT, safe)
}

/// A text that a peer had a part in, as a line may have it before it is escaped.
pub(crate) fn peer(value: impl fmt::Display) -> String {
    safe("cause", value)
}
