//! Databases as written, with what they have inside.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::entries;
use super::foreign::ForeignServer;
use super::forms::{Setting, Tables};
use super::patterns::{NAME, PARAMETER};
use super::privilege::{Access, DefaultPrivilege, Grant, Revoke};
use super::subscription::SubscriptionSpec;

/// A database. What is absent is left as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Database {
    /// Its owner.
    pub owner: Option<String>,
    /// What it is copied from: `template0` when absent.
    pub template: Option<String>,
    /// Its encoding, fixed at creation.
    pub encoding: Option<String>,
    /// `LC_COLLATE` and `LC_CTYPE`, and the locale of the builtin provider; fixed at creation.
    pub locale: Option<String>,
    /// What compares its texts, fixed at creation: the server's default when absent.
    pub locale_provider: Option<LocaleProvider>,
    /// The locale of the provider `icu`, fixed at creation.
    pub icu_locale: Option<String>,
    /// `LC_COLLATE`, where it is another than `locale`; fixed at creation.
    pub lc_collate: Option<String>,
    /// `LC_CTYPE`, where it is another than `locale`; fixed at creation.
    pub lc_ctype: Option<String>,
    /// The tablespace of its content, fixed at creation: the template's when absent.
    pub tablespace: Option<String>,
    /// Sessions at a time; -1 for any number.
    pub connection_limit: Option<i32>,
    /// Whether anybody may connect to it.
    pub allow_connections: Option<bool>,
    /// Whether whoever may create databases may copy it.
    pub is_template: Option<bool>,
    /// Configuration parameters of its sessions.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": PARAMETER }))]
    pub settings: BTreeMap<String, Setting>,
    /// Configuration parameters of the sessions of one role in it, by the role's key.
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
    /// What roles may do with all that is in the database, in one word.
    #[serde(default)]
    pub access: Vec<Access>,
    /// Privileges that must be held.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// Privileges that must not be held.
    #[serde(default)]
    pub revokes: Vec<Revoke>,
    /// Privileges on objects that will be created.
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

/// What compares the texts of a database.
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
    /// The word of the spec, and of `CREATE DATABASE`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Libc => "libc",
            Self::Icu => "icu",
            Self::Builtin => "builtin",
        }
    }

    /// `pg_database.datlocprovider`
    pub(crate) fn of_letter(letter: &str) -> Option<Self> {
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
    /// Where its objects are: `public` when absent, and then anywhere once it is installed.
    pub schema: Option<String>,
    /// Its version; `latest` for what the server's files are of; the same when absent, and then any once it is installed.
    pub version: Option<String>,
}

/// A schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// Its owner.
    pub owner: Option<String>,
    /// The owner of the tables, views, sequences, functions and types in it, but not of what belongs to an extension.
    pub object_owner: Option<String>,
}

/// The operations that a publication carries.
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
    /// The word of the spec.
    pub(crate) fn word(self) -> &'static str {
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
    /// `all`, or tables as schema.table, or maps of a `table` with its `columns` and the condition of its rows.
    pub tables: Option<Tables>,
    /// Schemas, with all of their tables.
    pub schemas: Option<Vec<String>>,
    /// The operations that it carries; all of them when absent at creation.
    pub publish: Option<Vec<Operation>>,
    /// Whether changes of a partition are published as changes of the partitioned table.
    pub publish_via_partition_root: Option<bool>,
}
