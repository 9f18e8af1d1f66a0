//! Validates `reassign`: whether partitions may be reassigned, and at which rate.

use init_core::{SpecPath, Violations};

use crate::spec::Reassign;

/// A valid `reassign`.
#[derive(Clone)]
pub(super) struct Reassignment {
    pub(super) is_allowed: bool,
    /// The bytes per second, and the place that declares them.
    pub(super) throttle: Option<(u64, SpecPath)>,
}

/// Validates the `reassign` of the spec, of `defaults` or of a topic.
pub(super) fn reassignment(
    written: Option<&Reassign>,
    parent: &SpecPath,
    violations: &mut Violations,
) -> Option<Reassignment> {
    match written? {
        Reassign::Unthrottled(is_allowed) => Some(Reassignment { is_allowed: *is_allowed, throttle: None }),
        Reassign::Throttled(written) => {
            let at = parent.key("reassign").key("throttle");
            let bytes = violations.check(&at, written.throttle.bytes())?;
            Some(Reassignment { is_allowed: true, throttle: Some((bytes, at)) })
        }
    }
}
