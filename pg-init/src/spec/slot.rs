//! Replication slots, as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A replication slot: a logical one where it has a `database`, and else a physical one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplicationSlot {
    /// The database whose changes a logical slot decodes.
    pub database: Option<String>,
    /// The output plugin of a logical slot. Default: PostgreSQL's own `pgoutput`, for a new slot.
    pub plugin: Option<String>,
    /// True when a logical slot decodes prepared transactions; from PostgreSQL 14 on.
    pub two_phase: Option<bool>,
    /// True when a logical slot is synchronized to standbys; from PostgreSQL 17 on.
    pub failover: Option<bool>,
}
