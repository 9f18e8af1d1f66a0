//! Compares the desired state with the observed one: the changes to be made, and the conflicts that an administrator
//! has to resolve. It is a pure function.

pub(crate) mod addresses;
mod ambiguous_names;
pub(crate) mod cluster;
mod forget;
mod libraries;
mod local_state;
mod open_slots;
pub(crate) mod parameter_values;
mod permissions;
pub(crate) mod primary_count;
mod rebalance;
pub(crate) mod replication;
pub(crate) mod roles;
pub(crate) mod safety;
mod sentinel_permissions;
pub(crate) mod sentinels;
mod streams;
pub(crate) mod topology;

use init_core::Plan;

use crate::change::Change;
use crate::desired::{Desired, Mode};
use crate::observed::Observed;

/// All changes, in the order of execution, and all conflicts.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let desired = &*desired.with_instances(&observed.instances);
    if observed.missing.is_empty() {
        return plan_present_nodes(desired, observed);
    }
    plan_present_nodes(&desired.without_nodes(&observed.missing), observed)
}

/// The plan for nodes that have all been reached.
fn plan_present_nodes(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let (mut changes, mut conflicts) = match desired.mode {
        Mode::Cluster => cluster::plan(desired, observed),
        Mode::Replication => replication::plan(desired, observed),
        Mode::Standalone => replication::plan_standalone(desired, observed),
    };
    local_state::plan(desired, observed, &mut changes, &mut conflicts);
    streams::plan(desired, observed, &mut changes, &mut conflicts);
    sentinels::plan(desired, observed, &mut changes, &mut conflicts);
    libraries::conflicts(desired, observed, &changes, &mut conflicts);
    permissions::conflicts(desired, observed, &mut conflicts);
    sentinel_permissions::conflicts(desired, observed, &mut conflicts);
    ambiguous_names::conflicts(desired, observed, &mut conflicts);
    Plan::new(changes, conflicts)
}
