//! A client quota as it is written.

use init_core::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// One client quota entry. The name `*` is Kafka's default quota, for every user, client id or IP address without a
/// quota of its own. A limit that is `null` is removed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QuotaSpec {
    /// The name or the label of a user.
    pub(crate) user: Option<Text>,
    /// A client id; together with `user`, that client id of that user.
    pub(crate) client_id: Option<String>,
    /// A client's IP address.
    pub(crate) ip: Option<String>,
    /// Bytes per second that producers may send.
    #[serde(default, deserialize_with = "present_or_null")]
    pub(crate) producer_byte_rate: Option<Limit>,
    /// Bytes per second that consumers may fetch.
    #[serde(default, deserialize_with = "present_or_null")]
    pub(crate) consumer_byte_rate: Option<Limit>,
    /// Percent of the time of one request thread.
    #[serde(default, deserialize_with = "present_or_null")]
    pub(crate) request_percentage: Option<Limit>,
    /// Partitions created or deleted per second.
    #[serde(default, deserialize_with = "present_or_null")]
    pub(crate) controller_mutation_rate: Option<Limit>,
    /// New connections per second.
    #[serde(default, deserialize_with = "present_or_null")]
    pub(crate) connection_creation_rate: Option<Limit>,
}

/// A limit: a number, or `null`, which removes it.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct Limit(pub(crate) Option<f64>);

/// Reads `null` as a limit to remove, unlike a missing key, which leaves the limit as it is.
fn present_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Limit>, D::Error> {
    Option::deserialize(deserializer).map(|limit| Some(Limit(limit)))
}
