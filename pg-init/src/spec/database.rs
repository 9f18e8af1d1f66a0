//! Databases and their contents, as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entries;
use super::foreign::ForeignServer;
use super::forms::{Setting, Tables};
use super::patterns::{NAME, PARAMETER};
use super::privilege::{Access, DefaultPrivilege, Grant, Revoke};
use super::subscription::SubscriptionSpec;

/// A database. A key that is absent leaves the property as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    /// The owner.
    pub owner: Option<String>,
    /// The template that a new database is copied from. Default: `template0`.
    pub template: Option<String>,
    /// The encoding, which is fixed at creation.
    pub encoding: Option<String>,
    /// `LC_COLLATE` and `LC_CTYPE`, and the locale of the builtin provider; fixed at creation.
    pub locale: Option<String>,
    /// The locale provider, which compares texts; fixed at creation. Default: that of the server.
    pub locale_provider: Option<LocaleProvider>,
    /// The locale of the provider `icu`; fixed at creation.
    pub icu_locale: Option<String>,
    /// `LC_COLLATE`, where it differs from `locale`; fixed at creation.
    pub lc_collate: Option<String>,
    /// `LC_CTYPE`, where it differs from `locale`; fixed at creation.
    pub lc_ctype: Option<String>,
    /// The tablespace of the database's contents; fixed at creation. Default: that of the template.
    pub tablespace: Option<String>,
    /// The largest number of concurrent sessions; -1 for no limit.
    pub connection_limit: Option<i32>,
    /// True when the database allows connections.
    pub allow_connections: Option<bool>,
    /// True when every role with CREATEDB may copy the database.
    pub is_template: Option<bool>,
    /// Configuration parameters of the sessions in the database.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": PARAMETER }))]
    pub settings: BTreeMap<String, Setting>,
    /// Configuration parameters of the sessions of one role in the database, by the role's key.
    #[serde(default)]
    pub role_settings: BTreeMap<String, BTreeMap<String, Setting>>,
    /// Extensions by name.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<Extension>>")]
    pub extensions: BTreeMap<String, Extension>,
    /// Schemas by name.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<Schema>>", extend("propertyNames" = { "pattern": NAME }))]
    pub schemas: BTreeMap<String, Schema>,
    /// Foreign servers by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": NAME }))]
    pub foreign_servers: BTreeMap<String, ForeignServer>,
    /// Access of roles to everything in the database, each with one level.
    #[serde(default)]
    pub access: Vec<Access>,
    /// Privileges that roles must hold.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Privileges that roles must not hold.
    #[serde(default)]
    pub revokes: Vec<Revoke>,
    /// Default privileges on objects that roles will create.
    #[serde(default)]
    pub default_privileges: Vec<DefaultPrivilege>,
    /// Publications by name.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<Publication>>")]
    pub publications: BTreeMap<String, Publication>,
    /// Subscriptions by name.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": NAME }))]
    pub subscriptions: BTreeMap<String, SubscriptionSpec>,
}

/// The locale provider of a database, which compares texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LocaleProvider {
    /// The C library.
    Libc,
    /// ICU, from PostgreSQL 15 on.
    Icu,
    /// PostgreSQL itself, from 17 on.
    Builtin,
}

impl LocaleProvider {
    /// The name of the provider in a spec, and in `CREATE DATABASE`.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Libc => "libc",
            Self::Icu => "icu",
            Self::Builtin => "builtin",
        }
    }

    /// The provider with this letter in `pg_database.datlocprovider`.
    pub(crate) fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "c" => Some(Self::Libc),
            "i" => Some(Self::Icu),
            "b" => Some(Self::Builtin),
            _ => None,
        }
    }
}

/// An extension.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Extension {
    /// The schema of its objects. Default: `public` for a new extension; an existing one stays in its schema.
    pub schema: Option<String>,
    /// The version; `latest` is the default version of the server's files. Default: that version for a new extension; an
    /// existing one keeps its version.
    pub version: Option<String>,
}

/// A schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// The owner.
    pub owner: Option<String>,
    /// The owner of the tables, views, sequences, functions and types in the schema, except those that belong to an
    /// extension.
    pub object_owner: Option<String>,
}

/// An operation that a publication publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `TRUNCATE`
    Truncate,
}

impl Operation {
    /// The spec's name for it.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
        }
    }
}

/// A publication.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publication {
    /// `all`, or a list of tables as schema.table, or of maps with a `table`, its `columns` and a row filter.
    pub tables: Option<Tables>,
    /// The schemas of which all tables are published.
    pub schemas: Option<Vec<String>>,
    /// The operations that are published. Default: all, for a new publication.
    pub publish: Option<Vec<Operation>>,
    /// True when changes of a partition are published as changes of the partitioned table.
    pub publish_via_partition_root: Option<bool>,
}
