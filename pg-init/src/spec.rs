//! The spec as written: serde's view, one struct per object, unknown keys denied.

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
pub use forms::{Many, MemberOf, PublishedTable, Setting, Tables, Tls};
pub use parameter::ParameterPrivilege;
pub use privilege::{Access, DefaultPrivilege, Future, Grant, Level, Object, Privilege, Revoke};
pub use role::{Role, RolePassword};
pub use slot::ReplicationSlot;
pub use subscription::{PublisherSpec, SubscriptionSpec};

/// What must exist on one PostgreSQL server.
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
    /// The role that provisions.
    pub user: Text,
    /// Its password; none for a client certificate, and for a server that asks for none.
    pub password: Option<SecretRef>,
    /// Its password on a server that does not have the declared one yet.
    pub bootstrap_password: Option<SecretRef>,
    /// The weakest way in which the password is given: `password` where `tls` verifies the server, and else
    /// `scram-sha-256`.
    pub authentication: Option<Authentication>,
    /// How declared passwords are compared with those of the server: by the stored verifiers where the provisioning role may
    /// read them, and else by logins, when absent.
    pub password_check: Option<PasswordCheck>,
    /// The protection of the connection: `verify-full` when absent.
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
