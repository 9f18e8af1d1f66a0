//! Validates replication slots: their names, and the keys that only a logical slot has.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::{LogicalSlot, Slot};
use crate::spec::ReplicationSlot;

pub(super) fn validate(
    written: BTreeMap<String, ReplicationSlot>,
    violations: &mut Violations,
) -> BTreeMap<String, Slot> {
    let root = SpecPath::root().key("replicationSlots");
    let mut slots = BTreeMap::new();
    for (name, ReplicationSlot { database, plugin, two_phase, failover }) in written {
        let at = root.key(&name);
        violations.check(&at, names::slot_name(&name));
        if let Some(database) = &database {
            violations.check(&at.key("database"), names::object_name(database));
        }
        if let Some(plugin) = &plugin {
            violations.check(&at.key("plugin"), names::object_name(plugin));
        }
        if database.is_none() && (plugin.is_some() || two_phase.is_some() || failover.is_some()) {
            violations.push(&at, "a logical slot is of one database: add `database`");
        }
        let logical = database.map(|database| LogicalSlot { database, plugin, two_phase, failover });
        slots.insert(name, Slot { logical });
    }
    slots
}
