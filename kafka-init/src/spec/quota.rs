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
    pub(crate) producer_byte_rate: Option<Limit>,
    /// Bytes per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) consumer_byte_rate: Option<Limit>,
    /// Percent of one thread's time.
    #[serde(default, deserialize_with = "said")]
    pub(crate) request_percentage: Option<Limit>,
    /// Partitions created or deleted per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) controller_mutation_rate: Option<Limit>,
    /// Connections per second.
    #[serde(default, deserialize_with = "said")]
    pub(crate) connection_creation_rate: Option<Limit>,
}

/// A limit as written: a number, or `null`, which takes it away.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Limit(pub(crate) Option<f64>);

/// `null` is something that is said.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Limit>, D::Error> {
    Option::deserialize(deserializer).map(|limit| Some(Limit(limit)))
}
