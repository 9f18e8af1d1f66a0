//! The spec as written: what serde reads.
//!
//! Numbers and config values are read leniently and judged in `validate`, so that a wrong one is reported with its path and
//! beside all others.

mod acl;
mod list;
mod mechanisms;
mod quota;
mod state;
mod topics;
mod user;
mod value;

use std::collections::BTreeMap;

use init_core::Endpoint;
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desired::Sasl;
pub use acl::AclSpec;
pub(crate) use acl::Names;
pub use list::OneOrMany;
pub use mechanisms::{CredentialSpec, Mechanisms};
pub(crate) use quota::Limit;
pub use quota::QuotaSpec;
pub use state::State;
pub use topics::{TopicGroup, TopicSpec, Topics};
pub use user::{ProbeSpec, UserSpec};
pub use value::{ConfigValue, Number};

/// What a Kafka cluster must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Servers to start from, as NAME:PORT; the first one that answers tells about the others.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) bootstrap: Vec<String>,
    /// How many brokers must be registered and unfenced before anything is done. Default: the largest
    /// replication factor below.
    pub(crate) brokers: Option<Number>,
    /// The id of the only cluster that this spec is for. Another one is refused.
    pub(crate) cluster_id: Option<String>,
    /// Encryption. Default: none.
    pub(crate) tls: Option<TlsSpec>,
    /// Authentication. Default: none.
    pub(crate) sasl: Option<Sasl>,
    /// What holds for every topic that does not say otherwise.
    pub(crate) defaults: Option<TopicSpec>,
    /// Whether existing topics with another replication factor are reassigned, where neither they nor `defaults` say it.
    /// Default: false.
    pub(crate) reassign: Option<bool>,
    /// The topics: a map by name, in which a name with nothing after it is a topic with the defaults, or a list of groups of
    /// one shape, each with its `names`.
    pub(crate) topics: Option<Topics>,
    /// Where the logins of `users` are tried. Default: the servers of `bootstrap`, if they have SASL.
    pub(crate) probe: Option<ProbeSpec>,
    /// SCRAM users, by name.
    pub(crate) users: Option<BTreeMap<String, UserSpec>>,
    /// Who may do what. Each entry stands for every combination of its lists.
    pub(crate) acls: Option<Vec<AclSpec>>,
    /// Limits of users, clients and addresses.
    pub(crate) quotas: Option<Vec<QuotaSpec>>,
    /// Dynamic broker configs that hold for all brokers, by Kafka's names.
    pub(crate) broker_defaults: Option<BTreeMap<String, ConfigValue>>,
    /// Dynamic configs of single brokers, by their ids.
    pub(crate) broker_configs: Option<BTreeMap<i32, BTreeMap<String, ConfigValue>>>,
    /// Subscriptions to the metrics of clients, by name: `metrics`, `interval.ms` and `match`.
    pub(crate) client_metrics: Option<BTreeMap<String, BTreeMap<String, ConfigValue>>>,
    /// Configs of consumer, share and streams groups, by group id.
    pub(crate) groups: Option<BTreeMap<String, BTreeMap<String, ConfigValue>>>,
}
