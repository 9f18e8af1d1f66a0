//! The spec as it is written, in the types that serde reads it into.
//!
//! Numbers and config values are read leniently and checked in `validate`, so that a wrong one is reported with its
//! path, together with all other violations.

mod acl;
mod list;
mod mechanisms;
mod quota;
mod reassign;
mod sasl;
mod state;
mod topics;
mod user;
mod value;

use std::collections::BTreeMap;

use init_core::Endpoint;
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

pub use acl::AclSpec;
pub(crate) use acl::Names;
pub use list::OneOrMany;
pub use mechanisms::{CredentialSpec, Mechanisms};
pub(crate) use quota::Limit;
pub use quota::QuotaSpec;
pub use reassign::{Reassign, Throttle};
pub use sasl::SaslSpec;
pub use state::State;
pub use topics::{TopicGroup, TopicSpec, Topics};
pub use user::{ProbeSpec, UserSpec};
pub use value::{ConfigValue, Number};

/// The resources that a Kafka cluster must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// Bootstrap servers, as NAME:PORT. The first one that answers describes the other brokers.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) bootstrap: Vec<String>,
    /// The number of brokers that must be registered and unfenced before anything is done. Default: the largest
    /// replication factor below.
    pub(crate) brokers: Option<Number>,
    /// The id of the only cluster that this spec is for. A cluster with another id is refused.
    pub(crate) cluster_id: Option<String>,
    /// Encryption. Default: none.
    pub(crate) tls: Option<TlsSpec>,
    /// Authentication. Default: none.
    pub(crate) sasl: Option<SaslSpec>,
    /// The partitions, replication factor and configs of every topic that does not declare its own.
    pub(crate) defaults: Option<TopicSpec>,
    /// True to reassign the partitions of existing topics with another replication factor, where neither the topic
    /// nor `defaults` says so; `{throttle: SIZE}` to do it with at most so many bytes per second. Default: false.
    pub(crate) reassign: Option<Reassign>,
    /// The topics: a map by name, in which a name with nothing after it is a topic with the defaults, or a list of
    /// groups of topics with the same settings, each with its `names`.
    pub(crate) topics: Option<Topics>,
    /// The listener on which the logins of `users` are tried. Default: the servers of `bootstrap`, if they have SASL.
    pub(crate) probe: Option<ProbeSpec>,
    /// SCRAM users, by name.
    pub(crate) users: Option<BTreeMap<String, UserSpec>>,
    /// ACLs. Each entry stands for every combination of its lists.
    pub(crate) acls: Option<Vec<AclSpec>>,
    /// Client quotas of users, client ids and IP addresses.
    pub(crate) quotas: Option<Vec<QuotaSpec>>,
    /// Dynamic broker configs with the cluster-wide default for all brokers, by Kafka's names.
    pub(crate) broker_defaults: Option<BTreeMap<String, ConfigValue>>,
    /// Dynamic broker configs of single brokers, by their ids.
    pub(crate) broker_configs: Option<BTreeMap<i32, BTreeMap<String, ConfigValue>>>,
    /// Client metrics subscriptions, by name: `metrics`, `interval.ms` and `match`.
    pub(crate) client_metrics: Option<BTreeMap<String, BTreeMap<String, ConfigValue>>>,
    /// Configs of consumer, share and streams groups, by group id.
    pub(crate) groups: Option<BTreeMap<String, BTreeMap<String, ConfigValue>>>,
}
