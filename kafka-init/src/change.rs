//! The steps towards a spec.

mod display;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::diff::Drift;

use crate::desired::{Binding, ConfigResource, Entity, Rate, Scram, Value};

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
    /// Client quotas that the spec takes away.
    RemoveQuota(RemoveQuota),
    /// A topic that gets more copies: before its configs, which may ask for more of them to be in sync.
    IncreaseReplicas(ReassignPartitions),
    /// A topic whose configs differ from the declared ones.
    AlterTopicConfig(AlterTopicConfig),
    /// Dynamic configs of all brokers that differ from the declared ones.
    AlterBrokerConfig(AlterBrokerConfig),
    /// Configs of one broker, of a client metrics subscription or of a group, that differ from the declared ones.
    AlterConfig(AlterConfig),
    /// A topic that has configs of its own where the spec declares the broker's default.
    ResetTopicConfig(AlterTopicConfig),
    /// A topic that gets fewer copies: after its configs, which may ask for fewer of them to be in sync.
    DecreaseReplicas(ReassignPartitions),
    /// A topic that is missing.
    CreateTopic(CreateTopic),
    /// A topic with fewer partitions than declared.
    CreatePartitions(CreatePartitions),
    /// A missing ACL that may take access away: it is created after everything else.
    CreateRestrictiveAcl(RestrictiveAcl),
    /// An ACL that the spec takes away.
    DeleteAcl(DeleteAcl),
    /// Credentials of a SCRAM user that the spec takes away.
    DeleteCredentials(DeleteCredentials),
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
    /// The brokers of each partition, if the spec says them.
    pub assignment: Option<Vec<Vec<i32>>>,
    /// How many copies must be in sync for a write with `acks=all`, as far as the spec says it.
    pub min_insync: Option<i64>,
}

/// Another replication factor for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReassignPartitions {
    /// The topic's name.
    pub name: String,
    /// The fewest copies that a partition has, and the most.
    pub from: (i16, i16),
    /// The copies that each partition gets.
    pub to: i16,
    /// The partitions that are to be moved, each with its brokers then, the preferred leader first.
    pub moves: BTreeMap<i32, Vec<i32>>,
    /// The partitions that are being moved to as many brokers already.
    pub under_way: BTreeSet<i32>,
    /// The partitions that somebody else moves, to another number of brokers.
    pub of_others: BTreeSet<i32>,
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
    /// Those of them that the broker does not list among the topic's configs.
    pub unlisted: BTreeSet<String>,
}

/// Other dynamic configs for all brokers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterBrokerConfig {
    /// The configs that differ.
    pub config: ConfigDrifts,
}

/// Other dynamic configs for one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterConfig {
    /// Whose configs they are.
    pub resource: ConfigResource,
    /// The configs that differ.
    pub config: ConfigDrifts,
    /// Those of them that the broker does not list.
    pub unlisted: BTreeSet<String>,
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

/// Client quotas that one entity loses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoveQuota {
    /// The users, client ids or addresses that the quotas are for.
    pub entity: Entity,
    /// The limits that it has, by Kafka's key.
    pub limits: BTreeMap<String, Rate>,
}

/// An ACL that is there and is not to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeleteAcl(pub Binding);

/// Credentials that are there and are not to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeleteCredentials {
    /// The user's name.
    pub name: String,
    /// Their mechanisms.
    pub mechanisms: BTreeSet<Scram>,
}

impl Change {
    /// Whether brokers create replicas for it.
    pub(crate) fn makes_replicas(&self) -> bool {
        match self {
            Self::CreateTopic(_) | Self::CreatePartitions(_) | Self::IncreaseReplicas(_) => true,
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::RemoveQuota(_)
            | Self::DecreaseReplicas(_)
            | Self::AlterConfig(_)
            | Self::CreateRestrictiveAcl(_)
            | Self::DeleteAcl(_)
            | Self::DeleteCredentials(_) => false,
        }
    }

    /// Whether every broker has to serve it before it counts as done: a topic, its partitions, or a config.
    pub(crate) fn is_awaited_everywhere(&self) -> bool {
        match self {
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::IncreaseReplicas(_)
            | Self::DecreaseReplicas(_)
            | Self::CreateTopic(_)
            | Self::CreatePartitions(_) => true,
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::RemoveQuota(_)
            | Self::AlterConfig(_)
            | Self::CreateRestrictiveAcl(_)
            | Self::DeleteAcl(_)
            | Self::DeleteCredentials(_) => false,
        }
    }

    /// Whether it is about a user, an ACL or a quota. What closes something, or takes it away, is not meant: those are stages
    /// of their own.
    pub(crate) fn is_of_clients(&self) -> bool {
        match self {
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::RemoveQuota(_) => true,
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::IncreaseReplicas(_)
            | Self::DecreaseReplicas(_)
            | Self::CreateTopic(_)
            | Self::CreatePartitions(_)
            | Self::AlterConfig(_)
            | Self::CreateRestrictiveAcl(_)
            | Self::DeleteAcl(_)
            | Self::DeleteCredentials(_) => false,
        }
    }
}
