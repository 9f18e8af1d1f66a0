//! The spec as it is meant, and the types that it shares with the observed state.

pub(crate) mod access;
mod actions;
mod anonymous;
mod config;
pub(crate) mod document;
mod expiry;
mod garage;
pub(crate) mod inline;
mod ldap;
mod lifecycle;
pub(crate) mod names;
pub(crate) mod permissions;
mod remote;
mod replication;
mod server_kind;
mod shown;
mod size;
mod status;
mod tier;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, Text};
use init_net::Tls;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use access::Level;
pub(crate) use anonymous::Anonymous;
pub(crate) use config::{ENABLE, Section, Settings};
use document::Document;
pub(crate) use expiry::Expiry;
pub(crate) use garage::{Garage, Layout, Permission, Permissions};
pub(crate) use ldap::{Ldap, LdapIdentity, folded, is_distinguished_name};
pub(crate) use lifecycle::{Action, Rule};
pub(crate) use replication::{RemoteTarget, ReplicaRoute, ReplicaRule, Replication};
pub(crate) use server_kind::{Accounts, ServerKind};
pub(crate) use size::Size;
pub(crate) use status::Status;
pub(crate) use tier::{Place, Tier, TierType, normal_url};

/// The default region for signatures. A server without a configured region accepts any.
pub(crate) const REGION: &str = "us-east-1";

/// Everything that must exist, by name.
pub struct Desired {
    pub(crate) server: Server,
    /// The admin API of Garage, if the spec has it.
    pub(crate) garage: Option<Garage>,
    /// True when the secret keys of users and access keys are read, and compared by signed requests.
    pub(crate) compare_secrets: bool,
    pub(crate) policies: BTreeMap<String, Document>,
    pub(crate) users: BTreeMap<Text, User>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) keys: BTreeMap<Text, AccessKey>,
    pub(crate) absent: Absent,
    /// The users and groups of the LDAP directory.
    pub(crate) ldap: Ldap,
    pub(crate) tiers: BTreeMap<String, Tier>,
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// The declared keys of the server's own configuration.
    pub(crate) config: BTreeMap<Section, Settings>,
}

/// The users and access keys that are removed, each with its label.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    pub(crate) users: BTreeMap<Text, String>,
    pub(crate) keys: BTreeMap<Text, String>,
}

/// The endpoint and the provisioning account.
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    /// The kind of the server as the spec says it; `None` is any.
    pub(crate) kind: Option<ServerKind>,
    /// The path prefix that a proxy strips, without a slash at its end.
    pub(crate) prefix: String,
    pub(crate) addressing: Addressing,
    /// The TLS settings; `None` is plain HTTP.
    pub(crate) tls: Option<Tls>,
    pub(crate) region: String,
    pub(crate) access_key: Text,
    pub(crate) secret_key: SecretRef,
}

/// A user. In `Desired` it is keyed by its access key; the label is kept for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) label: String,
    pub(crate) secret: SecretRef,
    pub(crate) policies: BTreeSet<String>,
    /// The policies that are detached.
    pub(crate) detached: BTreeSet<String>,
    /// The level for each bucket. `policies` and `detached` have the policy of them already.
    pub(crate) access: BTreeMap<String, Level>,
    /// The status; `None` leaves it unchanged, and enables a new user.
    pub(crate) status: Option<Status>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) members: BTreeSet<Text>,
    /// The members that are removed.
    pub(crate) removed: BTreeSet<Text>,
    pub(crate) policies: BTreeSet<String>,
    /// The policies that are detached.
    pub(crate) detached: BTreeSet<String>,
    pub(crate) status: Option<Status>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessKey {
    pub(crate) label: String,
    /// The parent user; `None` is the provisioning account.
    pub(crate) user: Option<Text>,
    pub(crate) secret: SecretRef,
    pub(crate) policy: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Option<Status>,
    /// The time at which it stops working; `None` leaves it unchanged.
    pub(crate) expires: Option<Expiry>,
}

/// The declared properties of a bucket; `None` is not declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) region: Option<String>,
    pub(crate) versioning: Option<Versioning>,
    pub(crate) lock: Option<Lock>,
    pub(crate) encryption: Option<Encryption>,
    pub(crate) quota: Option<Size>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) lifecycle: BTreeMap<String, Rule>,
    pub(crate) access: Option<Access>,
    pub(crate) notifications: BTreeMap<Route, BTreeSet<String>>,
    pub(crate) replication: Replication,
    pub(crate) cors: Option<Vec<Cors>>,
}

/// The addressing style of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// Path style: the bucket is in the path.
    #[default]
    Path,
    /// Virtual-hosted style: the bucket is in the host name.
    Host,
}

/// Bucket versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Versioning {
    /// New versions are kept.
    Enabled,
    /// New versions are not kept; existing ones stay.
    Suspended,
}

/// The retention mode of locked objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RetentionMode {
    /// An account with a special permission may delete the object earlier.
    Governance,
    /// No account may delete the object earlier.
    Compliance,
}

/// Default encryption of new objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// SSE-S3, with keys that the server manages.
    SseS3,
}

/// Object lock, with its default retention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Enabled without a default retention: an object is locked only when its writer asks for it. In a spec it leaves
    /// the default retention unchanged.
    NoRetention,
    /// Every new object is locked for the period.
    Retention {
        mode: RetentionMode,
        #[serde(flatten)]
        period: Period,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    Days(u32),
    Years(u32),
}

/// A bucket policy; `None` is no policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    pub(crate) bucket: String,
    pub(crate) document: Option<Document>,
}

/// The target of a notification, and the objects that it is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Route {
    pub(crate) target: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) suffix: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cors {
    pub(crate) origins: BTreeSet<String>,
    pub(crate) methods: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) headers: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) expose: BTreeSet<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u32>,
}

impl Desired {
    /// True when the spec has policies, users, groups or access keys.
    pub(crate) fn has_accounts(&self) -> bool {
        !self.policies.is_empty() || !self.groups.is_empty() || self.names().next().is_some()
    }

    /// All names of accounts that may come from secrets, except that of the provisioning account.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Text> {
        let there = self.users.keys().chain(self.keys.keys());
        there.chain(self.absent.users.keys()).chain(self.absent.keys.keys())
    }

    /// The layout for a Garage that has none, if the spec has it.
    pub(crate) fn garage_layout(&self) -> Option<&Layout> {
        self.garage.as_ref()?.layout.as_ref()
    }
}

impl Versioning {
    /// The name in S3.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Suspended => "Suspended",
        }
    }
}

impl Encryption {
    /// The algorithm's name in S3.
    pub(crate) fn algorithm(self) -> &'static str {
        match self {
            Self::SseS3 => "AES256",
        }
    }
}
