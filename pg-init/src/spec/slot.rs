//! Replication slots as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// A replication slot: a logical one where it has a `database`, and else a physical one.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplicationSlot {
    /// The database whose changes a logical slot holds.
    pub database: Option<String>,
    /// The output plugin of a logical slot: `pgoutput`, which is PostgreSQL's own, for a new one when absent.
    pub plugin: Option<String>,
    /// Whether a logical slot tells of prepared transactions; from PostgreSQL 14 on.
    pub two_phase: Option<bool>,
    /// Whether standbys get a copy of a logical slot; from PostgreSQL 17 on.
    pub failover: Option<bool>,
}
