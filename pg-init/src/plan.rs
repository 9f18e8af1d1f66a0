//! The difference between what is wanted and what is there. Pure: knows no client, no clock, no secret.

mod access;
mod change;
mod databases;
mod display;
mod extensions;
mod inside;
mod privileges;
mod roles;

use init_core::{Conflict, Plan, SpecPath};

pub use change::{
    AlterDatabase, AlterDefaultPrivileges, AlterExtension, AlterMembership, AlterPublication, AlterRole,
    AlterSchema, Change, CreateDatabase, CreateExtension, CreatePublication, CreateRole, CreateSchema,
    GrantRole, Members, PasswordDrift, Privileges, Was,
};

pub(crate) use display::operations;

use crate::desired::{Desired, PUBLIC};
use crate::observed::Observed;

/// What is being collected, and both sides of the comparison.
struct Planner<'a> {
    desired: &'a Desired,
    observed: &'a Observed,
    changes: Vec<Change>,
    conflicts: Vec<Conflict>,
}

/// Everything that has to change, and everything that cannot be changed in place.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut planner = Planner { desired, observed, changes: Vec::new(), conflicts: Vec::new() };
    planner.roles();
    planner.databases();
    Plan::new(planner.changes, planner.conflicts)
}

impl Planner<'_> {
    fn change(&mut self, change: Change) {
        self.changes.push(change);
    }

    fn conflict(&mut self, at: &SpecPath, problem: impl Into<String>) {
        self.conflicts.push(Conflict::new(at.clone(), problem));
    }

    /// A role that somebody refers to is declared or there.
    fn role(&mut self, at: &SpecPath, role: &str) {
        let there = self.desired.roles.contains_key(role) || self.observed.roles.contains_key(role);
        if role != PUBLIC && !there {
            self.conflict(at, format!("the role {role} is neither declared nor there"));
        }
    }
}
