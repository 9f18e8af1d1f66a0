//! The changes that bring a server to its spec. The derived order is the order of execution: a policy exists before
//! it is attached, a user before it joins a group, a bucket before its properties, a tier before the rules that move
//! objects to it, and the layout of Garage before all. A disabled user gets its own
//! secret key last of all identities, so that nobody can sign requests as that user meanwhile. Changes of the
//! server's configuration come late, because a run ends with the first that needs a restart of the server, and
//! notifications come after them, because they need the targets that are configured there.

mod bucket;
mod config;
mod garage;
mod grantee;
mod identity;
mod notification;
mod replication;
mod text;
mod tier;

use std::fmt;

use init_core::{Change as _, Effect, Properties, Subject};

pub(crate) use bucket::{BucketChange, ShownPolicy};
pub(crate) use config::ConfigChange;
pub(crate) use garage::{DeletedKey, GarageChange};
pub(crate) use grantee::Grantee;
pub(crate) use identity::{AccessKeyDrift, IdentityChange, NewAccessKey};
pub(crate) use notification::{NotificationChange, RouteDrift};
pub(crate) use replication::{ReplicationChange, RuleDrift, Target};
pub(crate) use tier::TierChange;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A change of the layout or the keys of Garage, by its admin API.
    Garage(GarageChange),
    /// A change of policies, users, groups or access keys, by the admin API.
    Identity(IdentityChange),
    /// A change of the remote tiers, by the admin API.
    Tier(TierChange),
    /// A change of a bucket or its properties, by S3, or by the admin API for quotas.
    Bucket(BucketChange),
    /// A change of the replication of a bucket, by the admin API and by S3.
    Replication(ReplicationChange),
    /// A change of the server's own configuration, by the admin API.
    Config(ConfigChange),
    /// A change of the notifications of a bucket, by S3.
    Notifications(NotificationChange),
    /// The removal of a key of Garage, by its admin API.
    DeletedKey(DeletedKey),
}

impl Change {
    /// True when it replaces a document of which other writers change other parts.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Garage(_) | Self::Identity(_) | Self::Config(_) | Self::DeletedKey(_) => false,
            Self::Bucket(change) => change.is_shared(),
            Self::Tier(_) | Self::Replication(_) | Self::Notifications(_) => true,
        }
    }

    /// True when both have the same operation, so that they can be applied at the same time.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        // Each variant of each part has an operation of its own.
        self.op() == other.op()
    }
}

/// Makes a change of each of its parts.
macro_rules! from_parts {
    ($($part:ident => $variant:ident),+ $(,)?) => {$(
        impl From<$part> for Change {
            fn from(part: $part) -> Self {
                Self::$variant(part)
            }
        }
    )+};
}

from_parts! {
    GarageChange => Garage,
    IdentityChange => Identity,
    TierChange => Tier,
    BucketChange => Bucket,
    ReplicationChange => Replication,
    ConfigChange => Config,
    NotificationChange => Notifications,
    DeletedKey => DeletedKey,
}

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        match self {
            Self::Garage(change) => change.op(),
            Self::Identity(change) => change.op(),
            Self::Tier(change) => change.op(),
            Self::Bucket(change) => change.op(),
            Self::Replication(change) => change.op(),
            Self::Config(_) => "set_config",
            Self::Notifications(_) => "set_notifications",
            Self::DeletedKey(_) => "delete_key",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Garage(change) => change.effect(),
            Self::Identity(change) => change.effect(),
            Self::Tier(change) => change.effect(),
            Self::Bucket(change) => change.effect(),
            Self::Replication(change) => change.effect(),
            Self::Config(_) | Self::Notifications(_) => Effect::Alter,
            Self::DeletedKey(_) => Effect::Remove,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::Garage(change) => change.subject(),
            Self::Identity(change) => change.subject(),
            Self::Tier(change) => Subject::new("tier", change.tier()),
            Self::Bucket(change) => Subject::new("bucket", change.bucket()),
            Self::Replication(change) => Subject::new("bucket", change.bucket()),
            Self::Config(change) => Subject::new("config", &change.section),
            Self::Notifications(change) => Subject::new("bucket", &change.bucket),
            Self::DeletedKey(change) => Subject::new("key", &change.key),
        }
    }

    fn properties(&self) -> Properties {
        match self {
            Self::Garage(change) => change.properties(),
            Self::Identity(change) => change.properties(),
            Self::Tier(change) => change.properties(),
            Self::Bucket(change) => change.properties(),
            Self::Replication(change) => change.properties(),
            Self::Config(change) => change.properties(),
            Self::Notifications(change) => change.properties(),
            Self::DeletedKey(_) => Properties::none(),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Garage(change) => change.fmt(f),
            Self::Identity(change) => change.fmt(f),
            Self::Tier(change) => change.fmt(f),
            Self::Bucket(change) => change.fmt(f),
            Self::Replication(change) => change.fmt(f),
            Self::Config(change) => change.fmt(f),
            Self::Notifications(change) => change.fmt(f),
            Self::DeletedKey(change) => change.fmt(f),
        }
    }
}
