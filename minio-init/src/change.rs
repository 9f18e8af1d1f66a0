//! One step towards the spec. The order of the variants is the order of execution: a policy is there before
//! it is attached, a user before it joins, and a disabled user gets its own secret last of all, so that it is
//! never open. A bucket is there before its properties.

#![expect(missing_docs, reason = "a variant and its fields are the words of the report")]

mod show;

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::Drift;
use init_core::{SecretRef, Text};
use serde::{Serialize, Serializer};

use crate::desired::{Cors, Encryption, Lock, Route, Rule, Size, Status, Versioning};
use crate::document::Document;

/// What is changed, from what and to what. What is skipped in a report is what applying needs besides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    CreatePolicy {
        #[serde(rename = "name")]
        policy: String,
        document: Document,
    },
    AlterPolicy {
        #[serde(rename = "name")]
        policy: String,
        #[serde(flatten)]
        document: Drift<Document>,
    },
    CreateUser {
        #[serde(rename = "name")]
        user: Text,
        status: Status,
        #[serde(skip)]
        secret: SecretRef,
        /// Created open, with a secret that nobody knows, because something is attached before it is closed.
        #[serde(skip)]
        held: bool,
    },
    /// Opens a disabled user, with a secret that nobody knows: nothing attaches to a disabled one.
    HoldUser {
        #[serde(rename = "name")]
        user: Text,
    },
    AlterUser {
        #[serde(rename = "name")]
        user: Text,
        #[serde(skip_serializing_if = "is_false")]
        rotate_secret: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<Drift<Status>>,
        #[serde(skip)]
        secret: SecretRef,
    },
    CreateGroup {
        #[serde(rename = "name")]
        group: String,
        members: BTreeSet<Text>,
    },
    AddMembers {
        #[serde(rename = "name")]
        group: String,
        members: BTreeSet<Text>,
    },
    AlterGroup {
        #[serde(rename = "name")]
        group: String,
        status: Drift<Status>,
    },
    AttachPolicies {
        #[serde(rename = "name")]
        to: Grantee,
        policies: BTreeSet<String>,
    },
    CreateAccessKey {
        #[serde(rename = "name")]
        access_key: Text,
        user: Text,
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
        #[serde(rename = "display_name", skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<Status>,
        #[serde(skip)]
        secret: SecretRef,
        #[serde(skip)]
        document: Option<Document>,
    },
    AlterAccessKey {
        #[serde(rename = "name")]
        access_key: Text,
        #[serde(skip_serializing_if = "is_false")]
        rotate_secret: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        policy: Option<Drift<Document>>,
        #[serde(rename = "display_name", skip_serializing_if = "Option::is_none")]
        name: Option<Drift<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Drift<String>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<Drift<Status>>,
        #[serde(skip)]
        secret: SecretRef,
        /// Sent with every change: an update without it would remove the restriction.
        #[serde(skip)]
        document: Option<Document>,
    },
    DisableUser {
        #[serde(rename = "name")]
        user: Text,
        #[serde(skip)]
        secret: SecretRef,
    },
    CreateBucket {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(skip_serializing_if = "is_false")]
        object_lock: bool,
    },
    SetVersioning {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(flatten)]
        versioning: Drift<Versioning>,
    },
    SetObjectLock {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(flatten)]
        lock: Drift<Lock>,
    },
    SetEncryption {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(skip)]
        encryption: Encryption,
        #[serde(flatten)]
        names: Drift<String>,
    },
    SetQuota {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(flatten)]
        quota: Drift<Size>,
    },
    SetTags {
        #[serde(rename = "name")]
        bucket: String,
        tags: BTreeMap<String, Drift<String>>,
    },
    SetLifecycle {
        #[serde(rename = "name")]
        bucket: String,
        rules: BTreeMap<String, Drift<Rule>>,
    },
    SetBucketPolicy {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(flatten)]
        access: Drift<Shown>,
        #[serde(skip)]
        document: Option<Document>,
    },
    SetNotifications {
        #[serde(rename = "name")]
        bucket: String,
        routes: Vec<Routed>,
    },
    SetCors {
        #[serde(rename = "name")]
        bucket: String,
        #[serde(flatten)]
        rules: Drift<Vec<Cors>>,
    },
}

impl Change {
    /// It changes a part of what S3 replaces as a whole, and others change other parts.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::SetTags { .. } | Self::SetLifecycle { .. } | Self::SetNotifications { .. })
    }
}

/// Whom a policy is attached to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    User(Text),
    Group(String),
}

impl Serialize for Grantee {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A bucket policy in a report: the word of `anonymous` where there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Shown {
    Word(crate::document::Anonymous),
    Document(Document),
}

/// The events of one route.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Routed {
    #[serde(flatten)]
    pub(crate) route: Route,
    #[serde(flatten)]
    pub(crate) events: Drift<BTreeSet<String>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}
