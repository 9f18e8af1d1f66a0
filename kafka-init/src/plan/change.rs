//! The steps towards a spec.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use serde::Serialize;

use super::{AlterQuota, AlterUser, CreateUser};
use crate::config::Value;
use crate::spec::Binding;

/// What Kafka's protocol says for "as the broker is set up".
pub const BROKER_DEFAULT: i16 = -1;

/// One step. The order of the variants is the order of execution. Whoever uses topics comes first, as a broker has to
/// make the logs of new topics before it turns to a user or an ACL that was committed with them or after them.
///
/// No record is deleted that the spec protects: an existing topic has its own values before the defaults of all brokers
/// change, and loses one only after that. New topics follow, and so begin with the new defaults.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// A SCRAM user that is not there.
    CreateUser(CreateUser),
    /// A SCRAM user with other credentials than declared.
    AlterUser(AlterUser),
    /// An ACL that is not there.
    CreateAcl(Binding),
    /// Other limits than declared.
    AlterQuota(AlterQuota),
    /// A topic on which other configs are set than declared.
    AlterTopicConfig(AlterTopicConfig),
    /// Other configs for all brokers than declared.
    AlterBrokerConfig(AlterBrokerConfig),
    /// A topic on which configs are set that are declared to be as the broker has them.
    ResetTopicConfig(AlterTopicConfig),
    /// A topic that is not there.
    CreateTopic(CreateTopic),
    /// A topic with fewer partitions than declared.
    CreatePartitions(CreatePartitions),
    /// An ACL that is not there and may take something away: when all else is done.
    #[serde(rename = "create_acl")]
    CreateClosingAcl(ClosingAcl),
}

/// An ACL that may take something away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClosingAcl {
    /// It is for somebody else than the account that connects, whose own ACLs come first.
    #[serde(skip)]
    pub others: bool,
    /// The ACL.
    #[serde(flatten)]
    pub binding: Binding,
}

/// A new topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateTopic {
    /// Its name.
    pub name: String,
    /// How many partitions, or `BROKER_DEFAULT`.
    pub partitions: i32,
    /// How many copies of each, or `BROKER_DEFAULT`.
    pub replication_factor: i16,
    /// The configs that are set on it.
    pub config: BTreeMap<String, String>,
}

/// More partitions for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreatePartitions {
    /// Its name.
    pub name: String,
    /// How many it has.
    pub from: i32,
    /// How many it gets.
    pub to: i32,
}

/// Other configs for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterTopicConfig {
    /// Its name.
    pub name: String,
    /// What differs, by config.
    pub config: BTreeMap<String, Drift<Value>>,
}

/// Other configs for all brokers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterBrokerConfig {
    /// What differs, by config.
    pub config: BTreeMap<String, Drift<Value>>,
}

impl Change {
    /// It has brokers make copies of partitions.
    pub(crate) fn makes_replicas(&self) -> bool {
        matches!(self, Self::CreateTopic(_) | Self::CreatePartitions(_))
    }

    /// It is about who uses the cluster, and how.
    pub(crate) fn is_of_clients(&self) -> bool {
        matches!(self, Self::CreateUser(_) | Self::AlterUser(_) | Self::CreateAcl(_) | Self::AlterQuota(_))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateTopic(topic) => topic.fmt(f),
            Self::CreatePartitions(growth) => growth.fmt(f),
            Self::AlterTopicConfig(alteration) | Self::ResetTopicConfig(alteration) => alteration.fmt(f),
            Self::CreateUser(user) => user.fmt(f),
            Self::AlterUser(user) => user.fmt(f),
            Self::CreateAcl(binding) | Self::CreateClosingAcl(ClosingAcl { binding, .. }) => {
                write!(f, "create acl {binding}")
            }
            Self::AlterQuota(quota) => quota.fmt(f),
            Self::AlterBrokerConfig(alteration) => alteration.fmt(f),
        }
    }
}

impl fmt::Display for CreateTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create topic {} (", self.name)?;
        match self.partitions {
            1 => f.write_str("1 partition")?,
            count if count == i32::from(BROKER_DEFAULT) => f.write_str("the broker's default partitions")?,
            count => write!(f, "{count} partitions")?,
        }
        match self.replication_factor {
            BROKER_DEFAULT => f.write_str(", the broker's default replication factor")?,
            factor => write!(f, ", replication factor {factor}")?,
        }
        for (key, value) in &self.config {
            write!(f, ", {key}={value}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for CreatePartitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "add partitions to topic {}: {} -> {}", self.name, self.from, self.to)
    }
}

impl fmt::Display for AlterTopicConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter topic {}:", self.name)?;
        drifts(f, &self.config)
    }
}

impl fmt::Display for AlterBrokerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("alter all brokers:")?;
        drifts(f, &self.config)
    }
}

/// Each property that differs, after the colon.
pub(super) fn drifts<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    drifts: &BTreeMap<String, Drift<T>>,
) -> fmt::Result {
    for (position, (key, drift)) in drifts.iter().enumerate() {
        write!(f, "{} {key} {drift}", if position == 0 { "" } else { "," })?;
    }
    Ok(())
}
