//! Bucket replication as it is written.

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::patterns::{BUCKET, URL};
use crate::desired::Status;

/// A replication rule, which has the objects of this bucket copied to a bucket at another server. Rules of one bucket to
/// the same server have the same `to`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReplicationRule {
    /// The bucket at the other server, with the account that writes there.
    pub to: RemoteBucket,
    /// `disabled` stops the rule. Default: unchanged, and enabled for a new rule.
    pub status: Option<Status>,
    /// Only objects whose names begin so. Default: all objects.
    #[serde(default)]
    pub prefix: String,
    /// Only objects that have one of these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The priority, of which each rule of a bucket has another; of two rules to one bucket the higher one decides.
    /// Default: unchanged, and above all others for a new rule.
    pub priority: Option<u32>,
    /// Copies delete markers. Default: unchanged, and false for a new rule.
    pub delete_markers: Option<bool>,
    /// Copies the deletion of versions. Default: unchanged, and false for a new rule.
    pub deletes: Option<bool>,
    /// Copies objects that were written before the rule. Default: unchanged, and false for a new rule.
    pub existing_objects: Option<bool>,
}

/// A bucket at another server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoteBucket {
    /// The other server as MinIO reaches it: `http://NAME:PORT` or `https://NAME`.
    #[schemars(regex(pattern = URL))]
    pub endpoint: String,
    /// The bucket, which exists and has versioning.
    #[schemars(regex(pattern = BUCKET))]
    pub bucket: String,
    /// The access key at the other server.
    pub access_key: Text,
    /// Its secret key.
    pub secret_key: SecretRef,
}
