//! Parts of messages.

use kafka_protocol::protocol::VersionRange;

use super::Error;

pub(super) fn offered(theirs: Option<VersionRange>) -> String {
    theirs.map_or_else(|| "no version".to_owned(), |range| format!("versions {} to {}", range.min, range.max))
}

pub(super) fn list(failures: &[Error]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
