//! What has dynamic configs beside topics and all brokers together.

use std::fmt;

/// One resource with configs of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConfigResource {
    /// One broker, by its id.
    Broker(i32),
    /// A subscription to the metrics of clients (KIP-714).
    ClientMetrics(String),
    /// A group of consumers, of a share group's or of Kafka Streams.
    Group(String),
}

impl ConfigResource {
    /// Kafka's number for its kind.
    pub(crate) fn number(&self) -> i8 {
        match self {
            Self::Broker(_) => 4,
            Self::ClientMetrics(_) => 16,
            Self::Group(_) => 32,
        }
    }

    /// The source of a value that is set on it, as `DescribeConfigs` numbers them: `DYNAMIC_BROKER_CONFIG`,
    /// `CLIENT_METRICS_CONFIG`, `GROUP_CONFIG`.
    pub(crate) fn own_source(&self) -> i8 {
        match self {
            Self::Broker(_) => 2,
            Self::ClientMetrics(_) => 7,
            Self::Group(_) => 8,
        }
    }

    /// Its name as requests have it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Broker(id) => id.to_string(),
            Self::ClientMetrics(name) | Self::Group(name) => name.clone(),
        }
    }

    /// The part of the spec that declares it.
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
