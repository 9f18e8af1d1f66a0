//! Checks that the server can create the replication slots of a plan: `max_replication_slots` and `wal_level`.

use crate::change::{Change, CreateReplicationSlot};
use crate::error::Error;
use crate::wire::Server;

const CAPACITY: &str = "\
    SELECT pg_catalog.current_setting('wal_level'), pg_catalog.current_setting('max_replication_slots')::int, \
        (SELECT count(*)::int FROM pg_catalog.pg_replication_slots)";

pub(super) async fn check(server: &Server, changes: &[Change]) -> Result<Vec<(usize, Error)>, Error> {
    let mut slots = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        if let Change::CreateReplicationSlot(slot) = change {
            slots.push((index, slot));
        }
    }
    if slots.is_empty() {
        return Ok(Vec::new());
    }
    let rows = server.main.query("reading the limits of replication slots", CAPACITY, []).await?;
    let row = rows.first().ok_or(Error::UnexpectedColumns)?;
    let (level, most, used): (&str, i32, i32) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let mut refused = Vec::new();
    for ((index, slot), taken) in slots.into_iter().zip(used..) {
        refused.extend(missing_capacity(slot, level, most, taken).map(|lack| (index, Error::Missing(lack))));
    }
    Ok(refused)
}

/// The setting of the server that prevents the creation of the slot.
fn missing_capacity(slot: &CreateReplicationSlot, level: &str, most: i32, taken: i32) -> Option<String> {
    let (name, logical) = (&slot.slot, slot.of.logical.is_some());
    if level == "minimal" || logical && level != "logical" {
        let wanted = if logical { "logical" } else { "replica" };
        return Some(format!(
            "replicationSlots.{name}: it takes `wal_level = {wanted}`, and the server has `{level}`: set it and restart the server"
        ));
    }
    (taken >= most).then(|| {
        format!("replicationSlots.{name}: the server has room for {most} slots (`max_replication_slots`), and all are taken")
    })
}
