//! The state of the resources that the spec declares, as it was read from the cluster.

mod account;

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Binding, ConfigResource, ConfigType, Entity, Quotas, Scram};
pub use account::{Account, Operations, Principal};

/// The observed state of a cluster. The default is an empty cluster.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The cluster's id; `None` when no cluster was asked (`describe`).
    pub cluster_id: Option<String>,
    /// The declared topics that exist, by name.
    pub topics: BTreeMap<String, ObservedTopic>,
    /// The declared SCRAM users that exist, by name.
    pub users: BTreeMap<String, Credentials>,
    /// The declared ACLs that exist.
    pub acls: BTreeSet<Binding>,
    /// The client quotas of the declared entities.
    pub quotas: BTreeMap<Entity, Quotas>,
    /// The unfenced brokers, each with its rack.
    pub brokers: BTreeMap<i32, Option<String>>,
    /// The cluster-wide dynamic broker configs.
    pub broker_defaults: BTreeMap<String, Setting>,
    /// The declared configs of single brokers, client metrics subscriptions and groups.
    pub resources: BTreeMap<ConfigResource, BTreeMap<String, Setting>>,
    /// The topics without a `min.insync.replicas` of their own and with fewer replicas than the new default of all
    /// brokers, each with its number of replicas. They are read only where that default is about to change.
    pub inheriting_topics: BTreeMap<String, i16>,
    /// The replication throttle rates of the unfenced brokers; read only where a reassignment is or was throttled.
    pub throttle_rates: BTreeMap<i32, BTreeMap<String, Setting>>,
    /// The principal of the provisioning account, where it is known.
    pub principal: Option<Principal>,
    /// The permissions of the provisioning account; read only where ACLs are about to change.
    pub account: Option<Account>,
}

/// One existing topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedTopic {
    /// The number of partitions.
    pub partitions: i32,
    /// The smallest and the largest number of replicas of its partitions. They differ while the topic is being
    /// reassigned.
    pub copies: (i16, i16),
    /// The declared configs that the broker describes.
    pub config: BTreeMap<String, Setting>,
    /// The replica assignment of each partition; read only for a topic that may be reassigned.
    pub assignment: BTreeMap<i32, Assignment>,
    /// The configs with its throttled replicas; read only for a topic that may be reassigned.
    pub throttled_replicas: BTreeMap<String, Setting>,
}

impl ObservedTopic {
    /// True when a partition has another number of replicas, or is being reassigned.
    pub(crate) fn differs_from(&self, copies: i16) -> bool {
        self.copies != (copies, copies)
            || self.assignment.values().any(|partition| partition.target.is_some())
    }
}

/// The replica assignment of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The brokers with a replica, the preferred leader first.
    pub replicas: Vec<i32>,
    /// The in-sync replicas (ISR).
    pub in_sync: BTreeSet<i32>,
    /// The brokers that will have a replica after the ongoing reassignment, if there is one.
    pub target: Option<Vec<i32>>,
    /// The brokers that are getting a replica.
    pub adding: Vec<i32>,
}

/// A config of a resource, with the value that is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value; `None` when there is none or the broker does not show it.
    pub value: Option<String>,
    /// The type of the config.
    pub kind: ConfigType,
    /// True for a sensitive config, whose value the broker never shows.
    pub sensitive: bool,
    /// True when the value is set on the resource itself, and not a default.
    pub is_own: bool,
}

impl Setting {
    /// The value that is set on the resource itself.
    pub(crate) fn own(&self) -> Option<&str> {
        self.value.as_deref().filter(|_| self.is_own)
    }
}

/// One SCRAM credential of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The SCRAM iterations.
    pub iterations: u32,
    /// True when a login with the declared password succeeds.
    pub password_matches: bool,
}

/// The credentials of one user, by mechanism.
pub type Credentials = BTreeMap<Scram, Credential>;
