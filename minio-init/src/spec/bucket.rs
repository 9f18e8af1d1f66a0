//! Buckets as they are written.

use std::collections::BTreeMap;

use init_core::Size;
use schemars::JsonSchema;
use serde::Deserialize;

use super::patterns::{REGION, TIER};
use super::policy::Policy;
use super::replication::ReplicationRule;
use crate::desired::{Anonymous, Encryption, RetentionMode, Status, Versioning};

/// A bucket. Properties that the spec does not name are left alone.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    /// The region in which a new bucket is created, on a server with several regions. Default: the region of the
    /// server.
    #[schemars(regex(pattern = REGION))]
    pub region: Option<String>,
    /// Bucket versioning, which keeps old versions of objects.
    pub versioning: Option<Versioning>,
    /// Object lock, which only a new bucket can get; its default retention can be changed.
    pub object_lock: Option<ObjectLock>,
    /// Default encryption of new objects.
    pub encryption: Option<Encryption>,
    /// The hard quota: `10GiB`, `500MB`, or a number of bytes.
    pub quota: Option<Size>,
    /// Tags that it must have; others are left alone.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Lifecycle rules that it must have; others are left alone.
    #[serde(default)]
    pub lifecycle: Vec<LifecycleRule>,
    /// The access of requests without credentials, in the words of `mc anonymous`.
    pub anonymous: Option<Anonymous>,
    /// A whole bucket policy, in the place of `anonymous`.
    pub policy: Option<Policy>,
    /// Event notifications that it must have; others are left alone.
    #[serde(default)]
    pub notifications: Vec<Notification>,
    /// Replication rules that it must have; others are left alone.
    #[serde(default)]
    pub replication: Vec<ReplicationRule>,
    /// The whole CORS configuration.
    pub cors: Option<Vec<CorsRule>>,
}

/// Object lock with its default retention.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// The retention mode of new objects. Default: the default retention is unchanged, and a new bucket has none.
    pub mode: Option<RetentionMode>,
    /// The retention period in days.
    pub days: Option<u32>,
    /// The retention period in years, in the place of days.
    pub years: Option<u32>,
}

/// One lifecycle rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its id. Default: an id that is derived from the filter and the actions.
    pub id: Option<String>,
    /// `disabled` stops the rule. Default: unchanged, and enabled for a new rule.
    pub status: Option<Status>,
    /// Only objects whose names begin so. Default: all objects.
    pub prefix: Option<String>,
    /// Only objects that have all these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Deletes objects this many days after they were written.
    pub expire_days: Option<u32>,
    /// Deletes noncurrent versions this many days after they became noncurrent.
    pub expire_noncurrent_days: Option<u32>,
    /// Keeps this many noncurrent versions in any case.
    pub keep_noncurrent_versions: Option<u32>,
    /// Deletes the delete marker of an object that has no other version left.
    pub expire_delete_markers: Option<bool>,
    /// Aborts multipart uploads this many days after they began.
    pub abort_incomplete_upload_days: Option<u32>,
    /// Moves objects to the tier this many days after they were written; 0 is at once.
    pub transition_days: Option<u32>,
    /// Moves noncurrent versions to the tier this many days after they became noncurrent; 0 is at once.
    pub transition_noncurrent_days: Option<u32>,
    /// The tier, by its name in `tiers` or on the server.
    #[schemars(regex(pattern = TIER))]
    pub transition_to: Option<String>,
}

/// An event notification to a target that is configured on the server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The target's ARN.
    pub target: String,
    /// The event types, such as `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// Only objects whose names begin so.
    #[serde(default)]
    pub prefix: String,
    /// Only objects whose names end so.
    #[serde(default)]
    pub suffix: String,
}

/// A CORS rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorsRule {
    /// The origins that are allowed.
    pub allowed_origins: Vec<String>,
    /// The HTTP methods that are allowed.
    pub allowed_methods: Vec<String>,
    /// The request headers that are allowed.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// The response headers that a page may read.
    #[serde(default)]
    pub expose_headers: Vec<String>,
    /// The time for which a browser may cache a preflight response.
    pub max_age_seconds: Option<u32>,
}
