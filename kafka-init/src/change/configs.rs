//! The changes of configs: of topics, of all brokers, and of the other resources.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::Drift;

use crate::desired::{ConfigResource, Value};

/// The configs that differ, by name, each with its observed and its desired value.
pub type ConfigDrifts = BTreeMap<String, Drift<Value>>;

/// Changed configs of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterTopicConfig {
    /// The topic's name.
    pub name: String,
    /// The configs that differ.
    pub config: ConfigDrifts,
    /// The differing configs that the broker does not describe, so that it may not know them.
    pub unlisted: BTreeSet<String>,
}

/// Changed cluster-wide dynamic broker configs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterBrokerConfig {
    /// The configs that differ.
    pub config: ConfigDrifts,
}

/// Changed dynamic configs of one broker, client metrics subscription or group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterConfig {
    /// The resource that they are set on.
    pub resource: ConfigResource,
    /// The configs that differ.
    pub config: ConfigDrifts,
    /// The differing configs that the broker does not describe, so that it may not know them.
    pub unlisted: BTreeSet<String>,
}
