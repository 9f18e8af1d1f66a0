//! The changes that bring a cluster to its spec, one struct for each kind.

mod configs;
mod display;
mod reassignment;
mod report;

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::diff::Drift;

pub use configs::{AlterBrokerConfig, AlterConfig, AlterTopicConfig, ConfigDrifts};
pub use reassignment::{AlterThrottle, ReassignPartitions};

use crate::desired::{Binding, Entity, Rate, Scram};

/// The value that stands for the broker's default in `CreateTopics` requests.
pub const BROKER_DEFAULT: i16 = -1;

/// One change. The order of the variants is the order of execution. Users, ACLs and quotas come before topics,
/// because a broker creates the logs of new topics before it applies a user or an ACL that was committed with them or
/// later.
///
/// No record is deleted that the spec protects: an existing topic gets its own configs before the defaults of all
/// brokers change, and loses one only after that. New topics come later, so they begin with the new defaults.
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
    /// Client quotas that the spec removes.
    RemoveQuota(RemoveQuota),
    /// The replication throttle of reassignments, which is set before they begin.
    SetThrottle(AlterThrottle),
    /// A replication throttle of an earlier run that no reassignment needs any more.
    RemoveUnusedThrottle(AlterThrottle),
    /// A topic that gets more replicas. This comes before its configs, which may raise `min.insync.replicas`.
    IncreaseReplicas(ReassignPartitions),
    /// A topic whose configs differ from the declared ones.
    AlterTopicConfig(AlterTopicConfig),
    /// Cluster-wide dynamic broker configs that differ from the declared ones.
    AlterBrokerConfig(AlterBrokerConfig),
    /// Configs of one broker, of a client metrics subscription or of a group, that differ from the declared ones.
    AlterConfig(AlterConfig),
    /// A topic with configs of its own where the spec declares `null`, the default.
    ResetTopicConfig(AlterTopicConfig),
    /// A topic that gets fewer replicas. This comes after its configs, which may lower `min.insync.replicas`.
    DecreaseReplicas(ReassignPartitions),
    /// The replication throttle of the reassignments of this run, which are complete by then.
    RemoveThrottle(AlterThrottle),
    /// A topic that is missing.
    CreateTopic(CreateTopic),
    /// A topic with fewer partitions than declared.
    CreatePartitions(CreatePartitions),
    /// A missing ACL that may take access away. It is created after everything else.
    CreateRestrictiveAcl(RestrictiveAcl),
    /// An existing ACL that the spec declares absent.
    DeleteAcl(DeleteAcl),
    /// Existing credentials of a SCRAM user that the spec declares absent.
    DeleteCredentials(DeleteCredentials),
}

/// A missing ACL that may take access away: a denial, or the first ACL of a resource that was open to everyone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RestrictiveAcl {
    /// True when its principal is not the provisioning account, whose own ACLs are created first (false sorts before
    /// true).
    pub is_for_other_principal: bool,
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
    /// The replica assignment, if the spec declares one.
    pub assignment: Option<Vec<Vec<i32>>>,
    /// The declared `min.insync.replicas`, which the replication factor must allow.
    pub min_insync: Option<i64>,
}

/// Additional partitions for a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreatePartitions {
    /// The topic's name.
    pub name: String,
    /// The number of partitions that it has.
    pub from: i32,
    /// The number of partitions that it gets.
    pub to: i32,
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
    /// The SCRAM iterations.
    pub iterations: u32,
    /// The secret that holds the password.
    pub secret: SecretRef,
}

/// Changed credentials of a SCRAM user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterUser {
    /// Its name.
    pub name: String,
    /// The credentials that differ, by mechanism.
    pub credentials: BTreeMap<Scram, AlterCredential>,
}

/// The differences of one credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterCredential {
    /// The SCRAM iterations, if they differ. `from` is absent where the credential does not exist yet.
    pub iterations: Option<Drift<u32>>,
    /// True when the broker refuses a login with the declared password.
    pub password: bool,
    /// The SCRAM iterations that the credential gets, whether they differ or not.
    pub wanted: u32,
    /// The secret that holds the password.
    pub secret: SecretRef,
}

/// Changed client quotas of one entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterQuota {
    /// The entity of the quotas.
    pub entity: Entity,
    /// The limits that differ, by Kafka's quota key.
    pub limits: BTreeMap<String, Drift<Rate>>,
}

/// Client quotas that are removed from one entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemoveQuota {
    /// The entity of the quotas.
    pub entity: Entity,
    /// The limits that it has, by Kafka's quota key.
    pub limits: BTreeMap<String, Rate>,
}

/// An existing ACL that the spec declares absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeleteAcl(pub Binding);

/// Existing credentials that the spec declares absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeleteCredentials {
    /// The user's name.
    pub name: String,
    /// The mechanisms of the credentials.
    pub mechanisms: BTreeSet<Scram>,
}

impl Change {
    /// True when brokers create replicas for this change.
    pub(crate) fn creates_replicas(&self) -> bool {
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
            | Self::SetThrottle(_)
            | Self::RemoveUnusedThrottle(_)
            | Self::DecreaseReplicas(_)
            | Self::RemoveThrottle(_)
            | Self::AlterConfig(_)
            | Self::CreateRestrictiveAcl(_)
            | Self::DeleteAcl(_)
            | Self::DeleteCredentials(_) => false,
        }
    }

    /// True when every broker has to serve the change before it counts as done: a topic, its partitions, or a config.
    pub(crate) fn is_served_by_every_broker(&self) -> bool {
        match self {
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::SetThrottle(_)
            | Self::RemoveUnusedThrottle(_)
            | Self::IncreaseReplicas(_)
            | Self::DecreaseReplicas(_)
            | Self::RemoveThrottle(_)
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

    /// True when the change adds or alters a user, an ACL or a quota. Restrictive ACLs and deletions are excluded,
    /// because they are stages of their own.
    pub(crate) fn is_about_clients(&self) -> bool {
        match self {
            Self::CreateUser(_)
            | Self::AlterUser(_)
            | Self::CreateAcl(_)
            | Self::AlterQuota(_)
            | Self::RemoveQuota(_) => true,
            Self::AlterTopicConfig(_)
            | Self::AlterBrokerConfig(_)
            | Self::ResetTopicConfig(_)
            | Self::SetThrottle(_)
            | Self::RemoveUnusedThrottle(_)
            | Self::IncreaseReplicas(_)
            | Self::DecreaseReplicas(_)
            | Self::RemoveThrottle(_)
            | Self::CreateTopic(_)
            | Self::CreatePartitions(_)
            | Self::AlterConfig(_)
            | Self::CreateRestrictiveAcl(_)
            | Self::DeleteAcl(_)
            | Self::DeleteCredentials(_) => false,
        }
    }
}
