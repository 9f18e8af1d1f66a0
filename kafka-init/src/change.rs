//! The steps towards a spec.

mod display;
mod report;

use std::collections::BTreeMap;

use init_core::SecretRef;
use init_core::diff::Drift;

use crate::desired::Value;
use crate::desired::{Binding, Entity, Rate, Scram};

/// What Kafka's protocol says for "the broker's default".
pub const BROKER_DEFAULT: i16 = -1;

/// Configs that differ, by name, with what each of them has and gets.
pub type ConfigDrifts = BTreeMap<String, Drift<Value>>;

/// One step. The order of the variants is the order of execution. Users, ACLs and quotas come before topics, because a
/// broker first creates the logs of new topics before it applies a user or an ACL that was committed with them or later.
///
/// No record is deleted that the spec protects: an existing topic gets its own values before the defaults of all brokers
/// change, and loses one only after that. New topics follow, and so begin with the new defaults.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A SCRAM user that is missing.
    CreateUser(CreateUser),
    /// A SCRAM user whose credentials differ from the declared ones.
    AlterUser(AlterUser),
    /// An ACL that is missing.
    CreateAcl(Binding),
    /// Client quotas that differ from the declared ones.
    AlterQuota(AlterQuota),
    /// A topic whose configs differ from the declared ones.
    AlterTopicConfig(AlterTopicConfig),
    /// Dynamic configs of all brokers that differ from the declared ones.
    AlterBrokerConfig(AlterBrokerConfig),
    /// A topic that has configs of its own where the spec declares the broker's default.
    ResetTopicConfig(AlterTopicConfig),
    /// A topic that is missing.
    CreateTopic(CreateTopic),
    /// A topic with fewer partitions than declared.
    CreatePartitions(CreatePartitions),
    /// A missing ACL that may take access away: it is created after everything else.
    CreateRestrictiveAcl(RestrictiveAcl),
}

/// An ACL that may take access away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RestrictiveAcl {
    /// Whether its principal is another one than the account that connects, whose own ACLs are created first.
    pub is_of_others: bool,
    /// The ACL.
    pub binding: Binding,
}

/// A new topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateTopic {
    /// Its name.
    pub name: String,
    /// The number of partitions, or `BROKER_DEFAULT`.
    pub partitions: i32,
    /// The replication factor, or `BROKER_DEFAULT`.
    pub replication_factor: i16,
    /// The configs that are set on it.
    pub config: BTreeMap<String, String>,
}

/// More partitions for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreatePartitions {
    /// The topic's name.
    pub name: String,
    /// The number of partitions that it has.
    pub from: i32,
    /// The number of partitions that it gets.
    pub to: i32,
}

/// Other configs for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterTopicConfig {
    /// The topic's name.
    pub name: String,
    /// The configs that differ.
    pub config: ConfigDrifts,
}

/// Other dynamic configs for all brokers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterBrokerConfig {
    /// The configs that differ.
    pub config: ConfigDrifts,
}

/// A new SCRAM user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateUser {
    /// Its name.
    pub name: String,
    /// The credential of each mechanism.
    pub credentials: BTreeMap<Scram, NewCredential>,
}

/// A SCRAM credential that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewCredential {
    /// The iterations of the password's hash.
    pub iterations: u32,
    /// The secret that holds the password.
    pub secret: SecretRef,
}

/// Other credentials for a SCRAM user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterUser {
    /// Its name.
    pub name: String,
    /// The credentials that differ, by mechanism.
    pub credentials: BTreeMap<Scram, AlterCredential>,
}

/// What differs in one credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterCredential {
    /// The iterations, if they differ. The credential does not exist yet where `from` is absent.
    pub iterations: Option<Drift<u32>>,
    /// Whether the broker refuses a login with the declared password.
    pub password: bool,
    /// The iterations that the credential gets, whether they differ or not.
    pub wanted: u32,
    /// The secret that holds the password.
    pub secret: SecretRef,
}

/// Other client quotas for one entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterQuota {
    /// The users, client ids or addresses that the quotas are for.
    pub entity: Entity,
    /// The limits that differ, by Kafka's key.
    pub limits: BTreeMap<String, Drift<Rate>>,
}

impl Change {
    /// Whether brokers create replicas for it.
    pub(crate) fn makes_replicas(&self) -> bool {
        match self {
            Self::CreateTopic(_) | Self::CreatePartitions(_) => true,
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::CreateRestrictiveAcl(_) => false,
        }
    }

    /// Whether every broker has to serve it before it counts as done: a topic, its partitions, or a config.
    pub(crate) fn is_awaited_everywhere(&self) -> bool {
        match self {
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::CreateTopic(_)
            | Self::CreatePartitions(_) => true,
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::CreateRestrictiveAcl(_) => false,
        }
    }

    /// Whether it is about a user, an ACL or a quota. The restrictive ACLs are not meant: they are a stage of their own.
    pub(crate) fn is_of_clients(&self) -> bool {
        match self {
            Self::CreateUser(_) | Self::AlterUser(_) | Self::CreateAcl(_) | Self::AlterQuota(_) => true,
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::CreateTopic(_)
            | Self::CreatePartitions(_)
            | Self::CreateRestrictiveAcl(_) => false,
        }
    }
}
