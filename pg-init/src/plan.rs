//! Computes the plan: the changes from the observed state to the desired one, and the conflicts. It is a pure
//! function, and reads neither a client nor a clock nor a secret.

mod access;
mod contents;
mod databases;
mod extensions;
mod foreign;
mod planner;
mod privileges;
mod publications;
mod roles;
mod settings;
mod slots;
mod subscriptions;

use init_core::Plan;

use self::planner::Planner;
use crate::change::Change;
use crate::desired::Desired;
use crate::observed::Observed;

/// The changes that converge the server, and a conflict for each difference that cannot be changed in place.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut planner = Planner { desired, observed, changes: Vec::new(), conflicts: Vec::new() };
    planner.roles();
    planner.databases();
    planner.slots();
    Plan::new(planner.changes, planner.conflicts)
}
