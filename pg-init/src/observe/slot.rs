//! Reads replication slots, which are visible in every session of the server.

use std::collections::BTreeMap;

use tokio_postgres::types::Type;
use tracing::warn;

use crate::desired::{self, LogicalSlot};
use crate::error::Error;
use crate::observed::Slot;
use crate::wire::Session;

/// `$1` is the names of the slots, or null for all. Some options exist only in later releases.
const SLOTS: &str = "\
    SELECT s.slot_name::text, s.database::text, s.plugin::text, s.temporary, \
        coalesce((pg_catalog.to_jsonb(s)->>'two_phase')::bool, false), \
        coalesce((pg_catalog.to_jsonb(s)->>'failover')::bool, false), coalesce(s.wal_status = 'lost', false) \
    FROM pg_catalog.pg_replication_slots s WHERE $1 IS NULL OR s.slot_name = ANY($1)";

/// Reads the slots of these names, or all.
pub(crate) async fn read(
    session: &Session,
    names: Option<&Vec<&str>>,
) -> Result<BTreeMap<String, Slot>, Error> {
    let mut slots = BTreeMap::new();
    for row in session.query("reading replication slots", SLOTS, [(&names, Type::TEXT_ARRAY)]).await? {
        let name: String = row.get(0)?;
        let (two_phase, failover) = (Some(row.get(4)?), Some(row.get(5)?));
        let (database, plugin): (Option<String>, _) = (row.get(1)?, row.get(2)?);
        if row.get(6)? {
            warn!(
                slot = name,
                "the server has removed WAL that the slot still needed: the slot cannot be used any more"
            );
        }
        let logical = database.map(|database| LogicalSlot { database, plugin, two_phase, failover });
        slots.insert(name, Slot { slot: desired::Slot { logical }, temporary: row.get(3)? });
    }
    Ok(slots)
}
