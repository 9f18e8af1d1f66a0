//! Replication slots: names as PostgreSQL takes them, and what only a logical one has.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::{LogicalSlot, Slot};
use crate::spec::ReplicationSlot;

pub(super) fn all(
    written: BTreeMap<String, ReplicationSlot>,
    wrong: &mut Violations,
) -> BTreeMap<String, Slot> {
    let root = SpecPath::root().key("replicationSlots");
    let mut slots = BTreeMap::new();
    for (name, ReplicationSlot { database, plugin, two_phase, failover }) in written {
        let at = root.key(&name);
        wrong.check(&at, names::slot(&name));
        if let Some(database) = &database {
            wrong.check(&at.key("database"), names::name(database));
        }
        if let Some(plugin) = &plugin {
            wrong.check(&at.key("plugin"), names::name(plugin));
        }
        if database.is_none() && (plugin.is_some() || two_phase.is_some() || failover.is_some()) {
            wrong.push(&at, "a logical slot is of one database: add `database`");
        }
        let logical = database.map(|database| LogicalSlot { database, plugin, two_phase, failover });
        slots.insert(name, Slot { logical });
    }
    slots
}
