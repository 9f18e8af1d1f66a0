//! Subscriptions, as written.

use std::collections::BTreeMap;

use init_core::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

use super::forms::Setting;

/// A subscription to publications of another server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscriptionSpec {
    /// The connection from this server to the publisher.
    pub connection: PublisherSpec,
    /// Publications of the publisher. Publications that are not named stay.
    pub publications: Vec<String>,
    /// True when the subscription replicates. Default: true, for a new subscription.
    pub enabled: Option<bool>,
    /// True when the existing rows of a publication's tables are copied when the publication is added. Default: true.
    pub copy_data: Option<bool>,
    /// The replication slot on the publisher. Default: the name of the subscription, for a new subscription.
    pub slot_name: Option<String>,
    /// True when a new subscription creates the slot. Default: true.
    pub create_slot: Option<bool>,
}

/// The address of a publisher, and the login there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublisherSpec {
    /// The host, as this server resolves it.
    pub host: String,
    /// The port. Default: 5432.
    pub port: Option<u16>,
    /// The database on the publisher.
    pub database: String,
    /// The role on the publisher, with LOGIN and REPLICATION.
    pub user: String,
    /// The password of that role.
    pub password: Option<SecretRef>,
    /// Other connection parameters, such as `sslmode`.
    #[serde(default)]
    pub options: BTreeMap<String, Setting>,
}
