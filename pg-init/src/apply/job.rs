//! The statements of a change, and its result.

use crate::error::Error;

/// The statements of one change.
pub(super) struct Job {
    /// The position of the change in its stage.
    pub(super) index: usize,
    /// The change as text, for an error.
    pub(super) doing: String,
    /// The statements that the provisioning role runs with its own privileges, in a transaction of their own; `CREATE
    /// DATABASE` runs outside a transaction.
    pub(super) alone: Option<String>,
    /// The statements after that, in one transaction with the temporary memberships that they need.
    pub(super) as_member: Option<AsMember>,
}

/// Statements that need the privileges of other roles.
pub(super) struct AsMember {
    pub(super) roles: Vec<String>,
    pub(super) sql: String,
}

impl Job {
    /// True when the statements need a temporary membership.
    pub(super) fn needs_membership(&self) -> bool {
        self.as_member.as_ref().is_some_and(|statements| !statements.roles.is_empty())
    }
}

/// The position of a change in its stage, and its result.
pub(super) type Answer = (usize, Result<(), Error>);
