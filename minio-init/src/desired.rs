//! The spec as meant, and the leaf types that it shares with what a server has.

mod anonymous;
pub(crate) mod document;
pub(crate) mod names;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, Text};
use init_net::Tls;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use anonymous::Anonymous;
use document::Document;

/// Requests are signed for some region; a server that was given none takes any.
pub(crate) const REGION: &str = "us-east-1";

/// Everything that must exist, by name.
pub struct Desired {
    pub(crate) server: Server,
    /// Whether the secret keys of users and access keys are read, and compared by signing in.
    pub(crate) compare_secrets: bool,
    pub(crate) policies: BTreeMap<String, Document>,
    pub(crate) users: BTreeMap<Text, User>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) keys: BTreeMap<Text, AccessKey>,
    pub(crate) absent: Absent,
    pub(crate) buckets: BTreeMap<String, Bucket>,
}

/// What is taken away where it is there, by label.
#[derive(Debug, Default)]
pub(crate) struct Absent {
    pub(crate) users: BTreeMap<Text, String>,
    pub(crate) keys: BTreeMap<Text, String>,
}

/// Where, and as whom.
pub(crate) struct Server {
    pub(crate) endpoint: Endpoint,
    /// The path that a proxy takes away, without a slash at its end.
    pub(crate) prefix: String,
    pub(crate) addressing: Addressing,
    /// The scheme, with whom to trust; `None` is plain HTTP.
    pub(crate) tls: Option<Tls>,
    pub(crate) region: String,
    pub(crate) access_key: Text,
    pub(crate) secret_key: SecretRef,
}

/// A user. Its label in the spec only leads to its key in `Desired`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) label: String,
    pub(crate) secret: SecretRef,
    pub(crate) policies: BTreeSet<String>,
    /// Policies that are taken away.
    pub(crate) detached: BTreeSet<String>,
    /// `None` is as it is; a new one is enabled.
    pub(crate) status: Option<Status>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) members: BTreeSet<Text>,
    /// Members that are taken out.
    pub(crate) removed: BTreeSet<Text>,
    pub(crate) policies: BTreeSet<String>,
    /// Policies that are taken away.
    pub(crate) detached: BTreeSet<String>,
    pub(crate) status: Option<Status>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessKey {
    pub(crate) label: String,
    /// `None` is the provisioning account.
    pub(crate) user: Option<Text>,
    pub(crate) secret: SecretRef,
    pub(crate) policy: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Option<Status>,
}

/// A bucket's properties; `None` is not declared.
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
    pub(crate) cors: Option<Vec<Cors>>,
}

/// Where a request says which bucket it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// In its path.
    #[default]
    Path,
    /// In its host name.
    Host,
}

/// Whether something holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It does.
    #[default]
    Enabled,
    /// It is there and does nothing.
    Disabled,
}

/// Whether old versions of objects are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Versioning {
    /// They are.
    Enabled,
    /// No more; those that are there stay.
    Suspended,
}

/// How strictly a locked object is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RetentionMode {
    /// Who has the permission may remove it earlier.
    Governance,
    /// Nobody may.
    Compliance,
}

/// Encryption of new objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// With keys that the server manages.
    SseS3,
}

/// Object lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// On. A spec says nothing of a default retention by it, a server that it has none: an object is locked only when
    /// its writer says so.
    NoRetention,
    /// Every new object is locked.
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

/// Bytes, shown in the largest whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Size(pub(crate) u64);

/// A bucket policy, or that there is to be none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Access {
    pub(crate) bucket: String,
    pub(crate) document: Option<Document>,
}

/// One lifecycle rule, without its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Rule {
    /// `None`, in a spec alone, is as it is; a new one is enabled.
    pub(crate) status: Option<Status>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) prefix: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) actions: BTreeMap<Action, u32>,
}

/// What a rule does, with a number of days or versions (or 1 for a mere yes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    ExpireDays,
    ExpireDeleteMarkers,
    ExpireNoncurrentDays,
    KeepNoncurrentVersions,
    AbortIncompleteUploadDays,
}

/// Where events of which objects go.
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
    /// All names that may come from secrets, but that of the account that provisions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Text> {
        let there = self.users.keys().chain(self.keys.keys());
        there.chain(self.absent.users.keys()).chain(self.absent.keys.keys())
    }
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }

    /// As MinIO says it. Everything else than on is off.
    pub(crate) fn read(text: &str) -> Self {
        if text == "enabled" || text == "on" { Self::Enabled } else { Self::Disabled }
    }
}

impl Versioning {
    /// As S3 says it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Suspended => "Suspended",
        }
    }
}

impl Encryption {
    /// The algorithm by the name that S3 has for it.
    pub(crate) fn algorithm(self) -> &'static str {
        match self {
            Self::SseS3 => "AES256",
        }
    }
}

impl RetentionMode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "GOVERNANCE",
            Self::Compliance => "COMPLIANCE",
        }
    }
}
