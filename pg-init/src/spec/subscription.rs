//! Subscriptions as written.

use std::collections::BTreeMap;

use init_core::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

use super::forms::Setting;

/// A subscription to publications of another server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscriptionSpec {
    /// How the server reaches the publisher.
    pub connection: PublisherSpec,
    /// Publications of the publisher; others that it has stay.
    pub publications: Vec<String>,
    /// Whether it is at work; yes for a new one when absent.
    pub enabled: Option<bool>,
    /// Whether a new publication's tables are copied as they are; yes when absent.
    pub copy_data: Option<bool>,
    /// The replication slot at the publisher: the subscription's own name for a new one when absent.
    pub slot_name: Option<String>,
    /// Whether a new subscription makes the slot; yes when absent.
    pub create_slot: Option<bool>,
}

/// Where a publisher is, and who asks there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublisherSpec {
    /// Its host, as the server itself finds it.
    pub host: String,
    /// Its port: 5432 when absent.
    pub port: Option<u16>,
    /// Its database.
    pub database: String,
    /// A role of the publisher with LOGIN and REPLICATION.
    pub user: String,
    /// That role's password.
    pub password: Option<SecretRef>,
    /// Other parameters of a connection, such as `sslmode`.
    #[serde(default)]
    pub options: BTreeMap<String, Setting>,
}
