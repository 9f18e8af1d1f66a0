//! The spec as written. `validate` says what is wrong with it, and turns it into `desired`, which is what it means.

mod size;

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::desired::{Addressing, Anonymous, Encryption, RetentionMode, Status, Versioning};

pub(crate) use size::Size;

// For editors: what `validate` takes, nearly.
const ENDPOINT: &str = r"^https?://[A-Za-z0-9_][A-Za-z0-9._-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$";
const REGION: &str = "^[A-Za-z0-9_-]+$";
const BUCKET: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";

/// What must exist on one S3 server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// `http://NAME:PORT` or `https://NAME:PORT`, with the path that a proxy takes away, if one does.
    #[schemars(regex(pattern = ENDPOINT))]
    pub endpoint: String,
    /// Where requests name a bucket: in their `path` or in their `host` name; in the path when absent.
    #[serde(default)]
    pub addressing: Addressing,
    /// The region that requests are signed for, and where new buckets are made; `us-east-1` when absent.
    #[schemars(regex(pattern = REGION))]
    pub region: Option<String>,
    /// Whom to trust behind an https endpoint, and who we are there; the public authorities and nobody when absent.
    pub tls: Option<TlsSpec>,
    /// The account that provisions.
    pub credentials: Credentials,
    /// Canned policies by name.
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
    /// Users, by a label that the rest of the spec uses.
    #[serde(default)]
    pub users: BTreeMap<String, User>,
    /// Groups by name.
    #[serde(default)]
    pub groups: BTreeMap<String, Group>,
    /// Access keys (service accounts), by label.
    #[serde(default)]
    pub access_keys: BTreeMap<String, AccessKey>,
    /// Buckets by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": BUCKET }))]
    pub buckets: BTreeMap<String, Bucket>,
}

/// The account that provisions.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// Its access key.
    pub access_key: Text,
    /// Its secret key.
    pub secret_key: SecretRef,
}

/// A policy document, here or in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The document, written as YAML.
    pub document: Option<Value>,
    /// A JSON file that holds it.
    pub file: Option<std::path::PathBuf>,
}

/// Whether something is to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is.
    #[default]
    Present,
    /// It is taken away where it is there.
    Absent,
}

/// A name in a list of policies or members.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a name, or {name: NAME, state: absent}")]
pub enum Entry {
    /// It is to be there.
    Name(String),
    /// It is to be there or not.
    Stated(Stated),
}

/// A name with what is to become of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NameWithState")]
pub struct Stated {
    /// The name.
    pub name: String,
    /// `absent` takes it away.
    pub state: State,
}

/// A user of the server's own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Its access key; the label when absent.
    pub access_key: Option<Text>,
    /// `absent` removes the user, and with it its access keys.
    #[serde(default)]
    pub state: State,
    /// Its secret key, which every user has that is to be there.
    pub secret_key: Option<SecretRef>,
    /// Policies that must be attached; others are left alone.
    #[serde(default)]
    pub policies: Vec<Entry>,
    /// Whether it may sign in; left alone when absent, and a new one may.
    pub status: Option<Status>,
}

/// A group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Users that must be in it, by label or access key; others are left alone.
    #[serde(default)]
    pub members: Vec<Entry>,
    /// Policies that must be attached; others are left alone.
    #[serde(default)]
    pub policies: Vec<Entry>,
    /// Whether its policies hold; left alone when absent.
    pub status: Option<Status>,
}

/// An access key (service account) of a user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the fields are the words of the spec")]
pub struct AccessKey {
    /// The user that it belongs to, by label or access key; the provisioning account when absent.
    pub user: Option<String>,
    /// Its access key; the label when absent.
    pub access_key: Option<Text>,
    /// `absent` removes it.
    #[serde(default)]
    pub state: State,
    /// Its secret key, which every access key has that is to be there.
    pub secret_key: Option<SecretRef>,
    /// The policy whose text restricts it; what its user may when absent.
    pub policy: Option<String>,
    /// A short name.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"))]
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it may sign in; left alone when absent.
    pub status: Option<Status>,
}

/// A bucket. What is absent is left alone.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bucket {
    /// Where a new bucket is made, on a server of several regions; the region of the server when absent.
    #[schemars(regex(pattern = REGION))]
    pub region: Option<String>,
    /// Whether old versions of objects are kept.
    pub versioning: Option<Versioning>,
    /// Object lock, which only a new bucket can get; its default retention changes in place.
    pub object_lock: Option<ObjectLock>,
    /// Encryption of new objects.
    pub encryption: Option<Encryption>,
    /// The most that it may hold: `10GiB`, `500MB`, or a number of bytes.
    pub quota: Option<Size>,
    /// Tags that it must have; others are left alone.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Lifecycle rules that it must have; others are left alone.
    #[serde(default)]
    pub lifecycle: Vec<LifecycleRule>,
    /// What somebody without credentials may do.
    pub anonymous: Option<Anonymous>,
    /// A whole bucket policy, instead of `anonymous`.
    pub policy: Option<Policy>,
    /// Events that it must send; others are left alone.
    #[serde(default)]
    pub notifications: Vec<Notification>,
    /// Which web pages may use it; the whole configuration.
    pub cors: Option<Vec<CorsRule>>,
}

/// Object lock with its default retention.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// How strictly new objects are kept; the default retention is left alone when absent, and a new bucket has none.
    pub mode: Option<RetentionMode>,
    /// For how many days.
    pub days: Option<u32>,
    /// For how many years, instead of days.
    pub years: Option<u32>,
}

/// One lifecycle rule.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LifecycleRule {
    /// Its id; derived from what the rule is about when absent.
    pub id: Option<String>,
    /// Whether it works; left alone when absent, and a new one does.
    pub status: Option<Status>,
    /// The objects whose names begin so; all when absent.
    pub prefix: Option<String>,
    /// The objects that have all these tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Removes objects so many days after they were written.
    pub expire_days: Option<u32>,
    /// Removes old versions so many days after they became old.
    pub expire_noncurrent_days: Option<u32>,
    /// Keeps so many old versions in any case.
    pub keep_noncurrent_versions: Option<u32>,
    /// Removes the marker of a deleted object that has no version left.
    pub expire_delete_markers: Option<bool>,
    /// Removes what was left of uploads so many days after they began.
    pub abort_incomplete_upload_days: Option<u32>,
}

/// Events to a target that the server has configured.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The target's ARN.
    pub target: String,
    /// Such as `s3:ObjectCreated:*`.
    pub events: Vec<String>,
    /// Only objects whose names begin so.
    #[serde(default)]
    pub prefix: String,
    /// Only objects whose names end so.
    #[serde(default)]
    pub suffix: String,
}

/// Who may use the bucket from a web page.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CorsRule {
    /// Pages from these origins.
    pub allowed_origins: Vec<String>,
    /// With these methods.
    pub allowed_methods: Vec<String>,
    /// And these request headers.
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    /// Response headers that a page may read.
    #[serde(default)]
    pub expose_headers: Vec<String>,
    /// How long a browser remembers the answer.
    pub max_age_seconds: Option<u32>,
}
