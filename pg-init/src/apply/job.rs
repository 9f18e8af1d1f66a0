//! A change as the server takes it.

use crate::error::Error;

/// The statements of one change.
pub(super) struct Job {
    /// The position of the change in its stage.
    pub(super) index: usize,
    /// The change in words, for an error.
    pub(super) doing: String,
    /// What the provisioning role does by itself, as a transaction of its own; `CREATE DATABASE` alone bears none.
    pub(super) alone: Option<String>,
    /// What comes after that, in one transaction with the memberships that it needs.
    pub(super) as_member: Option<AsMember>,
}

/// Statements that need the privileges of other roles.
pub(super) struct AsMember {
    pub(super) roles: Vec<String>,
    pub(super) sql: String,
}

impl Job {
    /// Whether a membership has to be granted for it.
    pub(super) fn needs_membership(&self) -> bool {
        self.as_member.as_ref().is_some_and(|statements| !statements.roles.is_empty())
    }
}

/// The position of a change, and what came of it.
pub(super) type Answer = (usize, Result<(), Error>);
