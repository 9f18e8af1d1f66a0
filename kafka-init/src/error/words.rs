//! Optional parts of error messages: lists, and text that is left out when there is nothing to list.

use kafka_protocol::protocol::VersionRange;

pub(super) fn version_range(theirs: Option<VersionRange>) -> String {
    theirs.map_or_else(|| "no version".to_owned(), |range| format!("versions {} to {}", range.min, range.max))
}

pub(super) fn joined<T: ToString>(failures: &[T]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

pub(super) fn but_offers(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(", but {}", offered.join(", ")) }
}

pub(super) fn in_parentheses(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(" ({})", offered.join(", ")) }
}
