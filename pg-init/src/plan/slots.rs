//! Replication slots: one that is missing is created. Nothing of one that is there can be altered by a statement.

use init_core::SpecPath;

use super::planner::Planner;
use crate::change::{Change, CreateReplicationSlot};
use crate::desired::LogicalSlot;
use crate::observed;

impl Planner<'_> {
    pub(super) fn slots(&mut self) {
        for (name, slot) in &self.desired.slots {
            let at = SpecPath::root().key("replicationSlots").key(name);
            if let Some(there) = self.observed.slots.get(name) {
                self.compare_slot(name, slot.logical.as_ref(), there, &at);
                continue;
            }
            if let Some(slot) = &slot.logical {
                self.check_slot_database(&slot.database, &at.key("database"));
            }
            let change = CreateReplicationSlot { slot: name.clone(), of: slot.clone() };
            self.change(Change::CreateReplicationSlot(change));
        }
    }

    /// A logical slot is created in a session in its database.
    fn check_slot_database(&mut self, name: &str, at: &SpecPath) {
        let (declared, there) = (self.desired.databases.get(name), self.observed.databases.get(name));
        let wanted = declared.and_then(|database| database.options.allow_connections);
        let open = wanted.or(there.map(observed::Database::allows_connections));
        if declared.is_none() && there.is_none() {
            self.conflict(at, format!("the database {name} is neither declared nor there"));
        } else if open == Some(false) {
            self.conflict(at, format!("the database {name} takes no connections, and a slot takes one"));
        }
    }

    fn compare_slot(
        &mut self,
        name: &str,
        wanted: Option<&LogicalSlot>,
        there: &observed::Slot,
        at: &SpecPath,
    ) {
        let mut differs = |at: &SpecPath, has: String| {
            let problem = format!("the slot {name} {has}, and PostgreSQL alters none: {CURE}");
            self.conflict(at, problem);
        };
        if there.temporary {
            return differs(at, "ends with the session of somebody else".to_owned());
        }
        let (wanted, there) = match (wanted, &there.slot.logical) {
            (Some(wanted), Some(there)) => (wanted, there),
            (None, None) => return,
            (Some(_), None) => return differs(&at.key("database"), "is a physical one".to_owned()),
            (None, Some(there)) => {
                return differs(at, format!("is a logical one of the database {}", there.database));
            }
        };
        if wanted.database != there.database {
            differs(&at.key("database"), format!("is of the database {}", there.database));
        }
        if wanted.plugin.as_ref().is_some_and(|plugin| plugin != there.plugin()) {
            differs(&at.key("plugin"), format!("has the plugin {}", there.plugin()));
        }
        for (key, wanted, there) in
            [("twoPhase", wanted.two_phase, there.two_phase), ("failover", wanted.failover, there.failover)]
        {
            if let Some(there) = there.filter(|there| wanted.is_some_and(|wanted| wanted != *there)) {
                differs(&at.key(key), format!("has `{key}: {there}`"));
            }
        }
    }
}

const CURE: &str = "drop it when its reader is done with it, or correct the spec";
