//! The spec as it is written: one type for each object, in which unknown keys are an error. `validate` turns it into
//! `desired`, its meaning.

mod connection;
mod database;
mod entries;
mod foreign;
mod forms;
mod parameter;
mod patterns;
mod privilege;
mod role;
mod slot;
mod subscription;

use std::collections::BTreeMap;

use init_core::{Endpoint, SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

pub use connection::{Authentication, ChannelBinding, PasswordCheck, TlsMode, TlsSpec};
pub use database::{Database, Extension, LocaleProvider, Operation, Publication, Schema};
pub use foreign::{ForeignServer, UserMapping};
pub use forms::{MemberOf, NameOrList, PublishedTable, Setting, Tables, Tls};
pub use parameter::ParameterPrivilege;
pub use privilege::{Access, DefaultPrivilege, FutureObject, Grant, Level, Object, Privilege, Revoke};
pub use role::{Role, RolePassword};
pub use slot::ReplicationSlot;
pub use subscription::{PublisherSpec, SubscriptionSpec};

/// The roles, databases and replication slots that one PostgreSQL server must have.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The server, as NAME:PORT.
    #[schemars(regex(pattern = Endpoint::PATTERN))]
    pub endpoint: Option<String>,
    /// The servers of a cluster, each as NAME:PORT; the primary among them is provisioned.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub endpoints: Option<Vec<String>>,
    /// The maintenance database, which every run connects to first.
    #[serde(default = "maintenance")]
    pub database: String,
    /// The provisioning role, which the tool logs in as.
    pub user: Text,
    /// The password of `user`. Default: none, for a client certificate or a server that asks for no password.
    pub password: Option<SecretRef>,
    /// The password of `user` on a server where `password` is not set yet.
    pub bootstrap_password: Option<SecretRef>,
    /// The weakest authentication method that is answered. Default: `password` where `tls` verifies the server,
    /// otherwise `scram-sha-256`.
    pub authentication: Option<Authentication>,
    /// The way in which declared passwords are compared with those of the server. Default: by the stored verifiers
    /// where the provisioning role may read them, otherwise by logins.
    pub password_check: Option<PasswordCheck>,
    /// The protection of the connection. Default: `verify-full`.
    #[serde(default)]
    pub tls: Tls,
    /// Roles by name, or by label when they have a `name`.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<Role>>")]
    pub roles: BTreeMap<String, Role>,
    /// Databases by name.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<Database>>", extend("propertyNames" = { "pattern": patterns::NAME }))]
    pub databases: BTreeMap<String, Database>,
    /// Replication slots by name.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<ReplicationSlot>>", extend("propertyNames" = { "pattern": patterns::SLOT }))]
    pub replication_slots: BTreeMap<String, ReplicationSlot>,
}

fn maintenance() -> String {
    "postgres".to_owned()
}
