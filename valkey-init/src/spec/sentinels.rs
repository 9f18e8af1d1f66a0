//! The Sentinels in the spec, and the mode of the nodes.

use std::collections::BTreeMap;

use init_core::{Endpoint, SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::user::UserSpec;
use crate::desired::Mode;

/// The mode of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModeSpec {
    /// One node.
    Standalone,
    /// A primary and its replicas.
    Replication,
    /// A primary and its replicas, monitored by Sentinels that replace a primary which fails.
    Sentinel,
    /// Primaries that share the slots, and their replicas.
    Cluster,
}

impl ModeSpec {
    /// The mode of the nodes that hold data.
    pub(crate) fn of_nodes(self) -> Mode {
        match self {
            Self::Standalone => Mode::Standalone,
            Self::Replication | Self::Sentinel => Mode::Replication,
            Self::Cluster => Mode::Cluster,
        }
    }
}

/// The Sentinels that monitor the nodes. A property that is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SentinelsSpec {
    /// The Sentinels, each `HOST:PORT`.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) nodes: Vec<String>,
    /// The name under which they monitor the primary, and by which clients ask for it.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub(crate) monitor: String,
    /// The number of Sentinels that have to agree that the primary is down before it is replaced; more than half of
    /// them for a new monitor.
    pub(crate) quorum: Option<u32>,
    /// The user of the nodes that they log in as; `default` when absent.
    pub(crate) auth_user: Option<Text>,
    /// The password of that user.
    pub(crate) auth_password: Option<SecretRef>,
    /// The milliseconds without an answer after which a node counts as down.
    pub(crate) down_after_milliseconds: Option<u64>,
    /// The milliseconds that a failover may take, and half the time before the next attempt.
    pub(crate) failover_timeout: Option<u64>,
    /// The number of replicas that synchronize with a new primary at the same time.
    pub(crate) parallel_syncs: Option<u32>,
    /// True to have the Sentinels resolve names: without it a primary can be monitored only by its address.
    pub(crate) resolve_hostnames: Option<bool>,
    /// True to have the Sentinels announce names instead of addresses to clients and replicas.
    pub(crate) announce_hostnames: Option<bool>,
    /// The user that they log in to each other as; `default` when absent.
    pub(crate) sentinel_user: Option<Text>,
    /// The password of that user.
    pub(crate) sentinel_password: Option<SecretRef>,
    /// The user to log in to the Sentinels as; `default` when absent.
    pub(crate) user: Option<Text>,
    /// The password to log in to the Sentinels with; none when absent.
    pub(crate) password: Option<SecretRef>,
    /// The password of `default` on the Sentinels, tried when the login above is refused.
    pub(crate) bootstrap_password: Option<SecretRef>,
    /// ACL users, on every Sentinel.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, UserSpec>,
}
