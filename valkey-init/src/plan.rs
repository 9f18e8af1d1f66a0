//! Compares the spec with the servers: the changes that are to be made, and the conflicts that only a person can end. Pure.

pub(crate) mod cluster;
mod forget;
mod libraries;
mod links;
pub(crate) mod members;
mod names;
mod open_slots;
mod rebalance;
pub(crate) mod replication;
pub(crate) mod roles;
pub(crate) mod safety;
pub(crate) mod sentinels;
mod settings;
pub(crate) mod shape;
mod streams;
pub(crate) mod topology;
pub(crate) mod value;
mod watching;

use init_core::Plan;

use crate::change::Change;
use crate::desired::{Desired, Mode};
use crate::observed::Observed;

/// All changes, in the order of execution, and all conflicts.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let desired = &*desired.with_instances(&observed.instances);
    if observed.missing.is_empty() {
        return of_all(desired, observed);
    }
    of_all(&desired.without(&observed.missing), observed)
}

/// The plan for nodes that are all there.
fn of_all(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let (mut changes, mut conflicts) = match desired.mode {
        Mode::Cluster => cluster::plan(desired, observed),
        Mode::Replication => replication::plan(desired, observed),
        Mode::Standalone => replication::standalone(desired, observed),
    };
    settings::plan(desired, observed, &mut changes, &mut conflicts);
    streams::plan(desired, observed, &mut changes, &mut conflicts);
    sentinels::plan(desired, observed, &mut changes, &mut conflicts);
    libraries::conflicts(desired, observed, &changes, &mut conflicts);
    links::conflicts(desired, observed, &mut conflicts);
    watching::conflicts(desired, observed, &mut conflicts);
    names::conflicts(desired, observed, &mut conflicts);
    Plan::new(changes, conflicts)
}
