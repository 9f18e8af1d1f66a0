//! A client quota as written.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// One entry as written. `*` is whoever has no quota of its own. A limit that is `null` is taken away.
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
    #[serde(default, deserialize_with = "said")]
    pub(crate) producer_byte_rate: Option<Option<f64>>,
    /// Bytes per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) consumer_byte_rate: Option<Option<f64>>,
    /// Percent of one thread's time.
    #[serde(default, deserialize_with = "said")]
    pub(crate) request_percentage: Option<Option<f64>>,
    /// Partitions created or deleted per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) controller_mutation_rate: Option<Option<f64>>,
    /// Connections per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) connection_creation_rate: Option<Option<f64>>,
}

/// `null` is something that is said.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
