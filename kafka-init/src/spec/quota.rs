//! A client quota as written.

use schemars::JsonSchema;
use serde::Deserialize;

/// One entry as written. `*` is whoever has no quota of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QuotaSpec {
    /// A user.
    pub(crate) user: Option<String>,
    /// A client id, of that user if there is one.
    pub(crate) client_id: Option<String>,
    /// A client's address.
    pub(crate) ip: Option<String>,
    /// Bytes per second.
    pub(crate) producer_byte_rate: Option<f64>,
    /// Bytes per second.
    pub(crate) consumer_byte_rate: Option<f64>,
    /// Percent of one thread's time.
    pub(crate) request_percentage: Option<f64>,
    /// Partitions created or deleted per second.
    pub(crate) controller_mutation_rate: Option<f64>,
    /// Connections per second.
    pub(crate) connection_creation_rate: Option<f64>,
}
