//! The spec as it is written. `validate` checks it and turns it into `desired`, its meaning.

mod garage;

use std::collections::BTreeMap;

use init_core::{SecretRef, Size, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::desired::{
    Addressing, Anonymous, Encryption, Level, RetentionMode, ServerKind, Status, Versioning,
};

pub(crate) use garage::{Garage, Layout};

// Patterns in the JSON Schema, for editors; they are close to what `validate` accepts.
const ENDPOINT: &str = r"^https?://[A-Za-z0-9_][A-Za-z0-9._-]*(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$";
const REGION: &str = "^[A-Za-z0-9_-]+$";
const EXPIRES: &str =
    "^(never|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([Zz]|[+-][0-9]{2}:[0-9]{2}))$";
const SECTION: &str = "^[a-z0-9_]+(:[A-Za-z0-9_.-]+)?$";
const BUCKET: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";

/// The buckets, identities and policies that must exist on one S3 server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// `http://NAME:PORT` or `https://NAME:PORT`, followed by the path prefix that a proxy strips, if there is one.
    #[schemars(regex(pattern = ENDPOINT))]
    pub endpoint: String,
    /// The kind of the server, which is asked: one that answers as another kind ends the run. Default: any.
    pub server: Option<ServerKind>,
    /// The addressing style of requests: the bucket in their `path` or in their `host` name. Default: path.
    #[serde(default)]
    pub addressing: Addressing,
    /// The region for which requests are signed and in which new buckets are created. Default: `us-east-1`.
    #[schemars(regex(pattern = REGION))]
    pub region: Option<String>,
    /// The authorities that are trusted behind an https endpoint, and the client certificate. Default: the public
    /// authorities, and no certificate.
    pub tls: Option<TlsSpec>,
    /// The credentials of the provisioning account.
    pub credentials: Credentials,
    /// The admin API of Garage. Default: none, and then it has buckets alone.
    pub garage: Option<Garage>,
    /// Canned policies by name.
    #[serde(default)]
    pub policies: BTreeMap<String, Policy>,
    /// Users, by a label with which the rest of the spec refers to them.
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
    /// Keys of the configuration of the server itself, by section (`SUBSYSTEM` or `SUBSYSTEM:TARGET`), in the words of
    /// `mc admin config set`; other keys are left alone.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": SECTION }))]
    pub config: BTreeMap<String, BTreeMap<String, Text>>,
}

/// The credentials of the provisioning account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// The access key.
    pub access_key: Text,
    /// The secret key.
    pub secret_key: SecretRef,
}

/// A policy document, written here or in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The document, written as YAML.
    pub document: Option<Value>,
    /// The JSON file with the document.
    pub file: Option<std::path::PathBuf>,
}

/// The state of something that may exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is created where it is missing.
    #[default]
    Present,
    /// It is removed where it exists.
    Absent,
}

/// One item of a list of policies or members.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a name, or {name: NAME, state: absent}")]
pub enum Entry {
    /// The name of something that is present.
    Name(String),
    /// A name with its state.
    Stated(Stated),
}

/// A name with its state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NameWithState")]
pub struct Stated {
    /// The name of the policy or the member.
    pub name: String,
    /// `absent` removes it.
    pub state: State,
}

/// A user in the server's own user database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Its access key. Default: the label.
    pub access_key: Option<Text>,
    /// `absent` removes the user together with its access keys.
    #[serde(default)]
    pub state: State,
    /// Its secret key; required for a user that is present.
    pub secret_key: Option<SecretRef>,
    /// Policies that are attached; others are left alone.
    #[serde(default)]
    pub policies: Vec<Entry>,
    /// The whole access of the user to buckets: it becomes the policy `dayzero-LABEL`, which is attached. An
    /// empty list detaches that policy. Default: unchanged.
    pub access: Option<Vec<Access>>,
    /// `disabled` refuses its requests. Default: unchanged, and enabled for a new user.
    pub status: Option<Status>,
}

/// The access of a user to one bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The bucket, which need not be one of the spec.
    #[schemars(regex(pattern = BUCKET))]
    pub bucket: String,
    /// The level: `read`, `write` (read too) or `owner` (everything).
    pub level: Level,
}

/// A group.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Members, by label or access key; other members are left alone.
    #[serde(default)]
    pub members: Vec<Entry>,
    /// Policies that are attached; others are left alone.
    #[serde(default)]
    pub policies: Vec<Entry>,
    /// `disabled` takes its policies out of effect. Default: unchanged.
    pub status: Option<Status>,
}

/// An access key (service account) of a user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the fields are the words of the spec")]
pub struct AccessKey {
    /// The user that it belongs to, by label or access key. Default: the provisioning account.
    pub user: Option<String>,
    /// Its access key. Default: the label.
    pub access_key: Option<Text>,
    /// `absent` removes it.
    #[serde(default)]
    pub state: State,
    /// Its secret key; required for an access key that is present.
    pub secret_key: Option<SecretRef>,
    /// The policy whose document restricts it. Default: the permissions of its user.
    pub policy: Option<String>,
    /// The display name, a short text.
    #[schemars(regex(pattern = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"))]
    pub name: Option<String>,
    /// A description.
    pub description: Option<String>,
    /// `disabled` refuses its requests. Default: unchanged.
    pub status: Option<Status>,
    /// The time at which it stops working, as RFC 3339 has it, or `never`. Default: unchanged, and never for a new one.
    #[schemars(regex(pattern = EXPIRES))]
    pub expires: Option<String>,
}

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
