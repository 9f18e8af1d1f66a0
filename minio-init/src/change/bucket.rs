//! Changes of buckets and their properties.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;
use init_core::{Effect, Properties, Text};
use serde::Serialize;

use super::text::{by_name, list};
use crate::desired::Anonymous;
use crate::desired::document::Document;
use crate::desired::{Cors, Encryption, Lock, Permissions, Rule, Size, Versioning};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketChange {
    CreateBucket {
        bucket: String,
        object_lock: bool,
        /// The region; that of the spec when absent.
        region: Option<String>,
    },
    /// Gives the bucket to a user, on a server whose users own buckets. The server removes its policy with the owner,
    /// so this comes before the policy.
    SetOwner {
        bucket: String,
        owner: Drift<Text>,
    },
    /// Gives the bucket its name for all keys, on Garage.
    AddAlias {
        bucket: String,
    },
    /// Gives permissions on the bucket to a key of Garage. The provisioning account needs them for the properties.
    AllowKey {
        bucket: String,
        key: Text,
        permissions: Permissions,
    },
    DenyKey {
        bucket: String,
        key: Text,
        permissions: Permissions,
    },
    SetVersioning {
        bucket: String,
        versioning: Drift<Versioning>,
    },
    SetObjectLock {
        bucket: String,
        lock: Drift<Lock>,
    },
    SetEncryption {
        bucket: String,
        encryption: Encryption,
        /// The algorithms, by their names in S3.
        algorithm: Drift<String>,
    },
    SetQuota {
        bucket: String,
        quota: Drift<Size>,
    },
    SetTags {
        bucket: String,
        tags: BTreeMap<String, Drift<String>>,
    },
    SetLifecycle {
        bucket: String,
        rules: BTreeMap<String, Drift<Rule>>,
    },
    SetBucketPolicy {
        bucket: String,
        access: Drift<ShownPolicy>,
        document: Option<Document>,
    },
    SetCors {
        bucket: String,
        rules: Drift<Vec<Cors>>,
    },
}

/// A bucket policy in a report: the word of `anonymous` where there is one, or else the document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum ShownPolicy {
    Word(Anonymous),
    Document(Document),
}

impl BucketChange {
    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::CreateBucket { .. } => "create_bucket",
            Self::SetOwner { .. } => "set_owner",
            Self::AddAlias { .. } => "add_alias",
            Self::AllowKey { .. } => "allow_key",
            Self::DenyKey { .. } => "deny_key",
            Self::SetVersioning { .. } => "set_versioning",
            Self::SetObjectLock { .. } => "set_object_lock",
            Self::SetEncryption { .. } => "set_encryption",
            Self::SetQuota { .. } => "set_quota",
            Self::SetTags { .. } => "set_tags",
            Self::SetLifecycle { .. } => "set_lifecycle",
            Self::SetBucketPolicy { .. } => "set_bucket_policy",
            Self::SetCors { .. } => "set_cors",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::CreateBucket { .. } => Effect::Add,
            Self::DenyKey { .. } => Effect::Remove,
            Self::SetOwner { .. }
            | Self::AddAlias { .. }
            | Self::AllowKey { .. }
            | Self::SetVersioning { .. }
            | Self::SetObjectLock { .. }
            | Self::SetEncryption { .. }
            | Self::SetQuota { .. }
            | Self::SetTags { .. }
            | Self::SetLifecycle { .. }
            | Self::SetBucketPolicy { .. }
            | Self::SetCors { .. } => Effect::Alter,
        }
    }

    pub(super) fn bucket(&self) -> &str {
        match self {
            Self::CreateBucket { bucket, .. }
            | Self::SetOwner { bucket, .. }
            | Self::AddAlias { bucket }
            | Self::AllowKey { bucket, .. }
            | Self::DenyKey { bucket, .. }
            | Self::SetVersioning { bucket, .. }
            | Self::SetObjectLock { bucket, .. }
            | Self::SetEncryption { bucket, .. }
            | Self::SetQuota { bucket, .. }
            | Self::SetTags { bucket, .. }
            | Self::SetLifecycle { bucket, .. }
            | Self::SetBucketPolicy { bucket, .. }
            | Self::SetCors { bucket, .. } => bucket,
        }
    }

    /// True when it replaces a document of which other writers change other parts.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::SetTags { .. } | Self::SetLifecycle { .. } => true,
            Self::CreateBucket { .. }
            | Self::SetOwner { .. }
            | Self::AddAlias { .. }
            | Self::AllowKey { .. }
            | Self::DenyKey { .. }
            | Self::SetVersioning { .. }
            | Self::SetObjectLock { .. }
            | Self::SetEncryption { .. }
            | Self::SetQuota { .. }
            | Self::SetBucketPolicy { .. }
            | Self::SetCors { .. } => false,
        }
    }

    pub(super) fn properties(&self) -> Properties {
        let none = Properties::none();
        match self {
            Self::CreateBucket { object_lock, region, .. } => {
                none.to_some("object_lock", object_lock.then_some(true)).to_some("region", region.as_ref())
            }
            Self::SetOwner { owner, .. } => none.drift("owner", owner),
            Self::AddAlias { bucket } => none.to("alias", bucket),
            Self::AllowKey { key, permissions, .. } => none.to("key", key).to("permissions", permissions),
            Self::DenyKey { key, permissions, .. } => none.to("key", key).without("permissions", permissions),
            Self::SetVersioning { versioning, .. } => none.drift("versioning", versioning),
            Self::SetObjectLock { lock, .. } => none.drift("object_lock", lock),
            Self::SetEncryption { algorithm, .. } => none.drift("encryption", algorithm),
            Self::SetQuota { quota, .. } => none.drift("quota", quota),
            Self::SetTags { tags, .. } => sides(none, "tags", tags),
            Self::SetLifecycle { rules, .. } => sides(none, "lifecycle", rules),
            Self::SetBucketPolicy { access, .. } => none.drift("policy", access),
            Self::SetCors { rules, .. } => none.drift("cors", rules),
        }
    }
}

/// Adds a property that is a map: each side has the entries that differ.
fn sides<T: Serialize>(
    properties: Properties,
    name: &'static str,
    parts: &BTreeMap<String, Drift<T>>,
) -> Properties {
    let from: BTreeMap<_, _> =
        parts.iter().filter_map(|(part, drift)| Some((part, drift.from.as_ref()?))).collect();
    let to: BTreeMap<_, _> = parts.iter().map(|(part, drift)| (part, &drift.to)).collect();
    properties.differing(name, from, to)
}

impl Display for BucketChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket { bucket, object_lock, region } => {
                write!(f, "create bucket {bucket}{}", if *object_lock { " with object lock" } else { "" })?;
                region.iter().try_for_each(|region| write!(f, " in {region}"))
            }
            Self::SetOwner { bucket, owner } => write!(f, "set owner of {bucket}: {owner}"),
            Self::AddAlias { bucket } => write!(f, "add global alias {bucket}"),
            Self::AllowKey { bucket, key, permissions } => {
                write!(f, "allow key {key} on {bucket}: {}", list(permissions))
            }
            Self::DenyKey { bucket, key, permissions } => {
                write!(f, "deny key {key} on {bucket}: {}", list(permissions))
            }
            Self::SetVersioning { bucket, versioning } => {
                write!(f, "set versioning of {bucket}: {versioning}")
            }
            Self::SetObjectLock { bucket, lock } => write!(f, "set object lock of {bucket}: {lock}"),
            Self::SetEncryption { bucket, algorithm, .. } => {
                write!(f, "set encryption of {bucket}: {algorithm}")
            }
            Self::SetQuota { bucket, quota } => write!(f, "set quota of {bucket}: {quota}"),
            Self::SetTags { bucket, tags } => write!(f, "set tags of {bucket}:{}", by_name(tags)),
            Self::SetLifecycle { bucket, rules } => {
                write!(f, "set lifecycle of {bucket}:{}", by_name(rules))
            }
            Self::SetBucketPolicy { bucket, access, .. } => {
                write!(f, "set bucket policy of {bucket}: {access}")
            }
            Self::SetCors { bucket, rules } => {
                let shown =
                    |rules: &[Cors]| rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                let from = rules.from.as_deref().map_or_else(|| "unset".to_owned(), shown);
                write!(f, "set cors of {bucket}: {from} -> {}", shown(&rules.to))
            }
        }
    }
}

impl Display for ShownPolicy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => word.fmt(f),
            Self::Document(document) => document.fmt(f),
        }
    }
}
