//! Parts of messages.

use kafka_protocol::protocol::VersionRange;

pub(super) fn offered(theirs: Option<VersionRange>) -> String {
    theirs.map_or_else(|| "no version".to_owned(), |range| format!("versions {} to {}", range.min, range.max))
}

pub(super) fn list<T: ToString>(failures: &[T]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

pub(super) fn but(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(", but {}", offered.join(", ")) }
}

pub(super) fn among(offered: &[String]) -> String {
    if offered.is_empty() { String::new() } else { format!(" ({})", offered.join(", ")) }
}
