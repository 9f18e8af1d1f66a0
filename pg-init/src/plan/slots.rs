//! Compares replication slots. A missing slot is created. No statement alters an existing slot, so each difference is
//! a conflict.

use init_core::SpecPath;

use super::planner::Planner;
use crate::change::{Change, CreateReplicationSlot};
use crate::desired::LogicalSlot;
use crate::observed;

impl Planner<'_> {
    pub(super) fn slots(&mut self) {
        for (name, slot) in &self.desired.slots {
            let at = SpecPath::root().key("replicationSlots").key(name);
            if let Some(existing) = self.observed.slots.get(name) {
                self.compare_slot(name, slot.logical.as_ref(), existing, &at);
                continue;
            }
            if let Some(slot) = &slot.logical {
                self.check_slot_database(&slot.database, &at.key("database"));
            }
            let change = CreateReplicationSlot { slot: name.clone(), of: slot.clone() };
            self.change(Change::CreateReplicationSlot(change));
        }
    }

    /// Checks the database of a new logical slot, which is created in a session in that database.
    fn check_slot_database(&mut self, name: &str, at: &SpecPath) {
        let (declared, existing) = (self.desired.databases.get(name), self.observed.databases.get(name));
        let wanted = declared.and_then(|database| database.options.allow_connections);
        let open = wanted.or(existing.map(observed::Database::allows_connections));
        if declared.is_none() && existing.is_none() {
            self.conflict(at, format!("the database {name} is neither declared nor there"));
        } else if open == Some(false) {
            self.conflict(at, format!("the database {name} takes no connections, and a slot takes one"));
        }
    }

    fn compare_slot(
        &mut self,
        name: &str,
        wanted: Option<&LogicalSlot>,
        existing: &observed::Slot,
        at: &SpecPath,
    ) {
        let mut differs = |at: &SpecPath, has: String| {
            let problem = format!("the slot {name} {has}, and PostgreSQL alters none: {REMEDY}");
            self.conflict(at, problem);
        };
        if existing.temporary {
            return differs(at, "is a temporary slot of another session".to_owned());
        }
        let (wanted, existing) = match (wanted, &existing.slot.logical) {
            (Some(wanted), Some(existing)) => (wanted, existing),
            (None, None) => return,
            (Some(_), None) => return differs(&at.key("database"), "is a physical one".to_owned()),
            (None, Some(existing)) => {
                return differs(at, format!("is a logical one of the database {}", existing.database));
            }
        };
        if wanted.database != existing.database {
            differs(&at.key("database"), format!("is of the database {}", existing.database));
        }
        if wanted.plugin.as_ref().is_some_and(|plugin| plugin != existing.plugin()) {
            differs(&at.key("plugin"), format!("has the plugin {}", existing.plugin()));
        }
        for (key, wanted, existing) in [
            ("twoPhase", wanted.two_phase, existing.two_phase),
            ("failover", wanted.failover, existing.failover),
        ] {
            if let Some(existing) =
                existing.filter(|existing| wanted.is_some_and(|wanted| wanted != *existing))
            {
                differs(&at.key(key), format!("has `{key}: {existing}`"));
            }
        }
    }
}

/// The end of a message about a slot that differs.
const REMEDY: &str = "drop the slot once its consumer no longer needs it, or correct the spec";
