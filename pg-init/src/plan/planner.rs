//! What a plan is made from, and what it consists of so far.

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use crate::change::Change;
use crate::desired::{Desired, PUBLIC};
use crate::observed::Observed;

/// What is being collected, and both sides of the comparison.
pub(super) struct Planner<'a> {
    pub(super) desired: &'a Desired,
    pub(super) observed: &'a Observed,
    pub(super) changes: Vec<Change>,
    pub(super) conflicts: Vec<Conflict>,
}

/// What is wanted and not there.
pub(super) fn drift<T: PartialEq>(wanted: Option<T>, there: Option<T>) -> Option<Drift<T>> {
    wanted.and_then(|wanted| Drift::between(there, wanted))
}

impl Planner<'_> {
    pub(super) fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    pub(super) fn conflict(&mut self, at: &SpecPath, problem: impl Into<String>) {
        self.conflicts.push(Conflict::new(at.clone(), problem));
    }

    /// A role that the spec refers to is declared or exists.
    pub(super) fn check_role(&mut self, at: &SpecPath, role: &str) {
        let there = self.desired.roles.contains_key(role) || self.observed.roles.contains_key(role);
        if role != PUBLIC && !there {
            self.conflict(at, format!("the role {role} is neither declared nor there"));
        }
    }
}
