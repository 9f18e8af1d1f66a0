//! The difference between the spec and the server. Pure: it knows no client, no clock and no secret.

mod access;
mod databases;
mod extensions;
mod foreign;
mod inside;
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

/// Everything that has to change, and everything that cannot be changed in place.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let mut planner = Planner { desired, observed, changes: Vec::new(), conflicts: Vec::new() };
    planner.roles();
    planner.databases();
    planner.slots();
    Plan::new(planner.changes, planner.conflicts)
}
