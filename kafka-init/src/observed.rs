//! What the cluster has of what the spec is about.

mod account;

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Binding, ConfigResource, ConfigType, Entity, Quotas, Scram};
pub use account::{Account, Operations, Principal};

/// What the cluster has. The default is an empty cluster.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The cluster's id; `None` when no cluster was asked (`describe`).
    pub cluster_id: Option<String>,
    /// The declared topics that exist, by name.
    pub topics: BTreeMap<String, ObservedTopic>,
    /// The declared SCRAM users that exist, by name.
    pub users: BTreeMap<String, Credentials>,
    /// The ACLs of the principals that declared ones are for.
    pub acls: BTreeSet<Binding>,
    /// The limits of the declared entities.
    pub quotas: BTreeMap<Entity, Quotas>,
    /// The brokers that take part, each with its rack.
    pub brokers: BTreeMap<i32, Option<String>>,
    /// The dynamic configs that are set for all brokers.
    pub broker_defaults: BTreeMap<String, Setting>,
    /// The declared configs of single brokers, client metrics subscriptions and groups.
    pub resources: BTreeMap<ConfigResource, BTreeMap<String, Setting>>,
    /// Where `min.insync.replicas` of all brokers is about to change: every topic that follows it and has fewer copies, with
    /// the number of its copies.
    pub followers: BTreeMap<String, i16>,
    /// Who connects, where that is known.
    pub principal: Option<Principal>,
    /// What it may do, where ACLs are lacking.
    pub account: Option<Account>,
}

/// One topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedTopic {
    /// How many partitions it has.
    pub partitions: i32,
    /// The fewest copies that one of its partitions has, and the most: they differ while it is being moved.
    pub copies: (i16, i16),
    /// The declared configs that the broker knows.
    pub config: BTreeMap<String, Setting>,
    /// Of a topic that may be reassigned: who holds each partition.
    pub assignment: BTreeMap<i32, Assignment>,
}

/// The brokers that hold one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Those that have a copy, the preferred leader first.
    pub replicas: Vec<i32>,
    /// Those of them that are in sync.
    pub in_sync: BTreeSet<i32>,
    /// Those that will have one, while it is being moved.
    pub target: Option<Vec<i32>>,
}

/// A config of a topic or of all brokers, as it is in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value; `None` when there is none or the broker keeps it to itself.
    pub value: Option<String>,
    /// How Kafka reads it.
    pub kind: ConfigType,
    /// The broker keeps the value to itself.
    pub sensitive: bool,
    /// Whether the value is set on the resource itself; otherwise it is a default.
    pub is_own: bool,
}

impl Setting {
    /// The value that is set on the resource itself.
    pub(crate) fn own(&self) -> Option<&str> {
        self.value.as_deref().filter(|_| self.is_own)
    }
}

/// One credential of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// How often the password is hashed.
    pub iterations: u32,
    /// The declared password opens it.
    pub opens: bool,
}

/// The credentials of one user, by mechanism.
pub type Credentials = BTreeMap<Scram, Credential>;
