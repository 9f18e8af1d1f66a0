//! The spec as written: serde's view, one struct per object, unknown keys denied.

mod forms;

use std::collections::BTreeMap;

use init_core::{FileRef, SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

pub use forms::{Many, MemberOf, Setting, Tables, Tls};

/// What must exist on one PostgreSQL server.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The server, as NAME:PORT.
    pub endpoint: Option<String>,
    /// The servers of a cluster, each as NAME:PORT; the primary among them is provisioned.
    pub endpoints: Option<Vec<String>>,
    /// The maintenance database, which every run connects to first.
    #[serde(default = "maintenance")]
    pub database: String,
    /// The role that provisions.
    pub user: Text,
    /// Its password; none for a client certificate.
    pub password: Option<SecretRef>,
    /// The protection of the connection: `verify-full` when absent.
    #[serde(default)]
    pub tls: Tls,
    /// Roles by name, or by label when they have a `name`.
    #[serde(default)]
    pub roles: BTreeMap<String, Role>,
    /// Databases by name.
    #[serde(default)]
    pub databases: BTreeMap<String, Database>,
}

fn maintenance() -> String {
    "postgres".to_owned()
}

/// The protection of the connection in full.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TlsSpec {
    /// How far the server's certificate is checked.
    #[serde(default)]
    pub mode: TlsMode,
    /// The certificate authorities that are trusted; the system's and the bundled ones when absent.
    pub ca: Option<FileRef>,
    /// Our certificate, for servers that ask for one.
    pub certificate: Option<FileRef>,
    /// The private key of `certificate`.
    pub key: Option<SecretRef>,
    /// Whether the login is bound to this TLS session.
    #[serde(default)]
    pub channel_binding: ChannelBinding,
}

/// How far the server's certificate is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Plain text.
    Disable,
    /// Encrypted, to whoever answers.
    Require,
    /// Signed by a trusted authority.
    VerifyCa,
    /// Signed by a trusted authority for the name of the endpoint.
    #[default]
    VerifyFull,
}

/// Whether the login is bound to the TLS session that carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelBinding {
    /// Never, for a proxy that ends TLS.
    Disable,
    /// When the server offers it.
    #[default]
    Prefer,
    /// Always: a server that cannot is refused.
    Require,
}

/// A role. What is absent is left as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// The name on the server, when the key is a label.
    pub name: Option<Text>,
    /// May log in.
    pub login: Option<bool>,
    /// May do everything.
    pub superuser: Option<bool>,
    /// May create databases.
    pub createdb: Option<bool>,
    /// May create roles.
    pub createrole: Option<bool>,
    /// May replicate.
    pub replication: Option<bool>,
    /// Row security does not apply.
    pub bypassrls: Option<bool>,
    /// Uses the privileges of the roles that it is a member of.
    pub inherit: Option<bool>,
    /// Its password.
    pub password: Option<SecretRef>,
    /// Sessions at a time; -1 for any number.
    pub connection_limit: Option<i32>,
    /// Until when the password works: an RFC 3339 time, or `infinity`.
    pub valid_until: Option<String>,
    /// The roles that it is a member of.
    #[serde(default)]
    pub member_of: Vec<MemberOf>,
    /// Configuration parameters of its sessions.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
}

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
    /// Its locale, fixed at creation.
    pub locale: Option<String>,
    /// Sessions at a time; -1 for any number.
    pub connection_limit: Option<i32>,
    /// Configuration parameters of its sessions.
    #[serde(default)]
    pub settings: BTreeMap<String, Setting>,
    /// Extensions by name.
    #[serde(default)]
    pub extensions: BTreeMap<String, Extension>,
    /// Schemas by name.
    #[serde(default)]
    pub schemas: BTreeMap<String, Schema>,
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
    #[serde(default)]
    pub publications: BTreeMap<String, Publication>,
}

/// An extension.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Extension {
    /// Where its objects are: `public` when absent, and then anywhere once it is installed.
    pub schema: Option<String>,
    /// Its version; the server's default when absent, and then any once it is installed.
    pub version: Option<String>,
}

/// A schema.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// Its owner.
    pub owner: Option<String>,
}

/// The kinds of object that privileges are for, as `GRANT … ON ALL` means them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Object {
    /// The database itself.
    Database,
    /// A schema itself.
    Schema,
    /// Tables, views, materialized views, foreign tables and partitioned parents.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions, procedures and aggregates.
    Functions,
}

/// The kinds of object that default privileges are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Future {
    /// Tables and views.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions and procedures.
    Functions,
    /// Types and domains.
    Types,
    /// Schemas.
    Schemas,
}

/// Privileges, in the words of `GRANT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Privilege {
    /// Every privilege that the kind of object has.
    All,
    /// `CONNECT`
    Connect,
    /// `CREATE`
    Create,
    /// `TEMPORARY`
    #[serde(alias = "temp")]
    Temporary,
    /// `USAGE`
    Usage,
    /// `SELECT`
    Select,
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `TRUNCATE`
    Truncate,
    /// `REFERENCES`
    References,
    /// `TRIGGER`
    Trigger,
    /// `MAINTAIN`, from PostgreSQL 17
    Maintain,
    /// `EXECUTE`
    Execute,
}

/// Privileges that must be held.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// Who holds them: roles, or `public` for everyone.
    pub to: Many,
    /// On what.
    pub object: Object,
    /// In which schema; not for the database.
    pub schema: Option<Many>,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// With the right to pass them on.
    #[serde(default)]
    pub grant_option: bool,
}

/// Privileges that must not be held.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoke {
    /// Who must not hold them: roles, or `public` for everyone.
    pub from: Many,
    /// On what.
    pub object: Object,
    /// In which schema; not for the database.
    pub schema: Option<Many>,
    /// Which.
    pub privileges: Vec<Privilege>,
}

/// Privileges on objects that a role will create.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefaultPrivilege {
    /// Whose new objects.
    #[serde(rename = "for")]
    pub creator: Many,
    /// In which schema; in the whole database when absent.
    pub schema: Option<Many>,
    /// On what.
    pub object: Future,
    /// Who will hold them: roles, or `public` for everyone.
    pub to: Many,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// With the right to pass them on.
    #[serde(default)]
    pub grant_option: bool,
}

/// The operations that a publication carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize, JsonSchema)]
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

/// A publication.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publication {
    /// `all`, or tables as schema.table.
    pub tables: Option<Tables>,
    /// Schemas, with all of their tables.
    pub schemas: Option<Vec<String>>,
    /// The operations that it carries; all of them when absent at creation.
    pub publish: Option<Vec<Operation>>,
}
