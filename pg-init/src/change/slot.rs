//! The creation of replication slots.

use std::fmt::{self, Display};

use init_core::{Properties, Subject};

use super::show::{Show, detail, details_text};
use crate::desired::Slot;

/// A new replication slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateReplicationSlot {
    /// The name.
    pub slot: String,
    /// The properties of the slot.
    pub of: Slot,
}

impl Display for CreateReplicationSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(logical) = &self.of.logical else {
            return write!(f, "create physical replication slot {}", self.slot);
        };
        let details = [
            Some(format!("plugin {}", logical.plugin())),
            detail("twoPhase", logical.two_phase.as_ref()),
            detail("failover", logical.failover.as_ref()),
        ];
        let details: Vec<_> = details.into_iter().flatten().collect();
        let (slot, database) = (&self.slot, &logical.database);
        write!(f, "create logical replication slot {slot} in database {database}{}", details_text(&details))
    }
}

impl Show for CreateReplicationSlot {
    fn subject(&self) -> Subject {
        Subject::new("replication_slot", &self.slot)
    }

    fn properties(&self) -> Properties {
        let Some(logical) = &self.of.logical else { return Properties::none() };
        Properties::none()
            .to("database", &logical.database)
            .to("plugin", logical.plugin())
            .to_some("two_phase", logical.two_phase)
            .to_some("failover", logical.failover)
    }
}
