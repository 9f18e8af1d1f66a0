//! From what is wanted and what is there to what has to happen, and what stands in the way. Pure.

mod accounts;
mod change;
pub(crate) mod cluster;
pub(crate) mod links;
mod names;
mod open;
mod replication;
mod roles;
pub(crate) mod safety;
mod topology;
mod value;

use std::borrow::Cow;

use init_core::{Endpoint, Plan};

use crate::observe::{NodeState, Observed};
use crate::spec::{Desired, Mode};

pub use change::{Change, Passwords};
pub(crate) use replication::member as primary_named;
pub(crate) use roles::Roles;
pub(crate) use topology::Topology;
pub(crate) use value::{differs, wanted};

/// All drift, in the order of execution, and all conflicts.
pub(crate) fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
    let (mut changes, mut conflicts) = match desired.mode {
        Mode::Cluster => cluster::plan(desired, observed),
        Mode::Replication => replication::plan(desired, observed),
        Mode::Standalone => replication::standalone(desired, observed),
    };
    accounts::plan(desired, observed, &mut changes, &mut conflicts);
    links::conflicts(desired, observed, &mut conflicts);
    names::conflicts(desired, observed, &mut conflicts);
    Plan::new(changes, conflicts)
}

/// What was read of a node; a node that was not is a new one.
pub(crate) fn state<'a>(observed: &'a Observed, node: &Endpoint) -> Cow<'a, NodeState> {
    observed.nodes.get(node).map_or_else(|| Cow::Owned(NodeState::default()), Cow::Borrowed)
}
