//! Collects the changes and conflicts of a plan while the desired state is compared with the observed one.

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use crate::change::Change;
use crate::desired::{Desired, PUBLIC};
use crate::observed::Observed;

/// The two states that are compared, and the changes and conflicts so far.
pub(super) struct Planner<'a> {
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<Conflict>,
}

/// The drift of a declared value from the stored one.
pub(super) fn drift<T: PartialEq>(wanted: Option<T>, existing: Option<T>) -> Option<Drift<T>> {
    wanted.and_then(|wanted| Drift::between(existing, wanted))
}

impl Planner<'_> {
    pub(super) fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(super) fn conflict(&mut self, at: &SpecPath, problem: impl Into<String>) {
        self.conflicts.push(Conflict::new(at.clone(), problem));
    }

    /// Checks that a role to which the spec refers is declared or exists.
    pub(super) fn check_role(&mut self, at: &SpecPath, role: &str) {
        let existing = self.desired.roles.contains_key(role) || self.observed.roles.contains_key(role);
        if role != PUBLIC && !existing {
            self.conflict(at, format!("the role {role} is neither declared nor there"));
        }
    }
}
