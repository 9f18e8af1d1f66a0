//! The Sentinels in the spec, and the mode of the nodes.

use std::collections::BTreeMap;

use init_core::{Endpoint, SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::user::UserSpec;
use crate::desired::Mode;

/// How the nodes of a spec belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ModeSpec {
    /// One node.
    Standalone,
    /// A primary and its replicas.
    Replication,
    /// A primary and its replicas, watched by Sentinels that replace a primary which fails.
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

/// The Sentinels that watch the nodes. What is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct SentinelsSpec {
    /// The Sentinels, each `HOST:PORT`.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) nodes: Vec<String>,
    /// The name under which they monitor the primary, and by which clients ask for it.
    #[schemars(regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    pub(crate) monitor: String,
    /// How many of them have to find the primary down before it is replaced; a new monitor has more than half of them.
    pub(crate) quorum: Option<u32>,
    /// The user of the nodes that they log in as; `default` when absent.
    pub(crate) auth_user: Option<Text>,
    /// The password of that user.
    pub(crate) auth_password: Option<SecretRef>,
    /// After how many milliseconds without an answer a node counts as down.
    pub(crate) down_after_milliseconds: Option<u64>,
    /// The milliseconds that a failover may take, and half the time before the next attempt.
    pub(crate) failover_timeout: Option<u64>,
    /// How many replicas take over the data of a new primary at a time.
    pub(crate) parallel_syncs: Option<u32>,
    /// Whether they look up names: without it a primary is monitored at an address alone.
    pub(crate) resolve_hostnames: Option<bool>,
    /// Whether they tell clients and replicas names instead of addresses.
    pub(crate) announce_hostnames: Option<bool>,
    /// The user that they log in to each other as; `default` when absent.
    pub(crate) sentinel_user: Option<Text>,
    /// The password of that user.
    pub(crate) sentinel_password: Option<SecretRef>,
    /// Who logs in to the Sentinels; `default` when absent.
    pub(crate) user: Option<Text>,
    /// The password to log in to the Sentinels with; none when absent.
    pub(crate) password: Option<SecretRef>,
    /// The password of `default` on the Sentinels, tried when the login above is refused.
    pub(crate) bootstrap_password: Option<SecretRef>,
    /// ACL users, on every Sentinel.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, UserSpec>,
}
