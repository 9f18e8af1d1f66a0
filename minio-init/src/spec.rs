//! The spec as it is written. `validate` checks it and turns it into `desired`, its meaning.

mod bucket;
mod entry;
mod garage;
mod ldap;
mod patterns;
mod policy;
mod replication;
mod tier;

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use bucket::{Bucket, CorsRule, LifecycleRule, Notification, ObjectLock};
pub(crate) use entry::{Entry, State, Stated};
pub(crate) use ldap::{Ldap, LdapIdentity};
pub(crate) use policy::Policy;
pub(crate) use replication::{RemoteBucket, ReplicationRule};
pub(crate) use tier::Tier;

use crate::desired::{Addressing, Level, ServerKind, Status};
pub(crate) use garage::{Garage, Layout};
use patterns::{BUCKET, ENDPOINT, EXPIRES, REGION, SECTION, TIER};

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
    /// Users and groups of the LDAP directory that the server takes its accounts from.
    #[serde(default)]
    pub ldap: Ldap,
    /// Remote tiers by name: buckets at other servers, to which lifecycle rules move objects.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": TIER }))]
    pub tiers: BTreeMap<String, Tier>,
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
    /// The user that it belongs to: by label or access key, or a user of `ldap` by login name. Default: the provisioning
    /// account.
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
