//! Resources with dynamic configs, other than topics and the cluster-wide broker default.

use std::fmt;

/// One resource with configs of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResource {
    /// One broker, by its id.
    Broker(i32),
    /// A client metrics subscription (KIP-714).
    ClientMetrics(String),
    /// A consumer group, a share group or a streams group.
    Group(String),
}

impl ConfigResource {
    /// The number of its `ConfigResource.Type`.
    pub(crate) fn number(&self) -> i8 {
        match self {
            Self::Broker(_) => 4,
            Self::ClientMetrics(_) => 16,
            Self::Group(_) => 32,
        }
    }

    /// The config source of a value that is set on the resource itself, as `DescribeConfigs` numbers it:
    /// `DYNAMIC_BROKER_CONFIG`, `CLIENT_METRICS_CONFIG` or `GROUP_CONFIG`.
    pub(crate) fn own_source(&self) -> i8 {
        match self {
            Self::Broker(_) => 2,
            Self::ClientMetrics(_) => 7,
            Self::Group(_) => 8,
        }
    }

    /// Its name in requests.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Broker(id) => id.to_string(),
            Self::ClientMetrics(name) | Self::Group(name) => name.clone(),
        }
    }

    /// The section of the spec that declares it.
    pub(crate) fn key(&self) -> &'static str {
        match self {
            Self::Broker(_) => "brokerConfigs",
            Self::ClientMetrics(_) => "clientMetrics",
            Self::Group(_) => "groups",
        }
    }
}

impl fmt::Display for ConfigResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broker(id) => write!(f, "broker {id}"),
            Self::ClientMetrics(name) => write!(f, "client metrics {name}"),
            Self::Group(name) => write!(f, "group {name}"),
        }
    }
}
