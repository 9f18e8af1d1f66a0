//! Privileges as written: on objects that exist, and default privileges on objects that a role will create.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::forms::NameOrList;

/// The kind of objects that privileges are granted on, as `GRANT … ON ALL` groups them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
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
    /// Types and domains, by their names alone.
    Types,
}

/// The kind of future objects that default privileges are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FutureObject {
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

/// A privilege, by its name in `GRANT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Privilege {
    /// Every privilege that this kind of object has.
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

/// Privileges that roles must hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// The grantees: roles, or `public` for everyone.
    pub to: NameOrList,
    /// The kind of objects.
    pub object: Object,
    /// The schemas of the objects; absent for the database itself.
    pub schema: Option<NameOrList>,
    /// The names of the objects, a function as NAME or NAME(TYPES). Default: all objects of the kind.
    pub names: Option<NameOrList>,
    /// The columns of the named tables. Default: the whole tables.
    pub columns: Option<NameOrList>,
    /// The privileges.
    pub privileges: Vec<Privilege>,
    /// True when the privileges are granted `WITH GRANT OPTION`.
    #[serde(default)]
    pub grant_option: bool,
}

/// Access of roles to everything in a database, with one level: `connect` on the database, `usage` on the schemas,
/// and privileges on their tables and sequences, both the existing ones and those that the owner will create.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Access {
    /// The roles.
    pub role: NameOrList,
    /// The level of access.
    pub level: Level,
    /// The schemas. Default: all declared schemas, or `public` where the spec declares none.
    pub schema: Option<NameOrList>,
}

/// The level of a role's access to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// `SELECT`
    Read,
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`, and the numbers of sequences.
    Write,
}

/// Privileges that roles must not hold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoke {
    /// The roles that must not hold the privileges, by key, or `public` for everyone.
    pub from: NameOrList,
    /// The kind of objects.
    pub object: Object,
    /// The schemas of the objects; absent for the database itself.
    pub schema: Option<NameOrList>,
    /// The names of the objects, a function as NAME or NAME(TYPES). Default: all objects of the kind.
    pub names: Option<NameOrList>,
    /// The privileges.
    pub privileges: Vec<Privilege>,
}

/// Default privileges on objects that a role will create: held by `to`, or not held by `from`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefaultPrivilege {
    /// The roles that create the objects.
    #[serde(rename = "for")]
    pub creator: NameOrList,
    /// The schemas of the objects. Default: the whole database.
    pub schema: Option<NameOrList>,
    /// The kind of objects.
    pub object: FutureObject,
    /// The grantees: roles, or `public` for everyone.
    pub to: Option<NameOrList>,
    /// The roles that must not hold the privileges, or `public` for everyone.
    pub from: Option<NameOrList>,
    /// The privileges.
    pub privileges: Vec<Privilege>,
    /// True when the privileges are granted `WITH GRANT OPTION`.
    #[serde(default)]
    pub grant_option: bool,
}

impl Object {
    /// The name of the kind in a spec.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::Tables => "tables",
            Self::Sequences => "sequences",
            Self::Functions => "functions",
            Self::Types => "types",
        }
    }
}

impl FutureObject {
    /// The name of the kind in a spec.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Tables => "tables",
            Self::Sequences => "sequences",
            Self::Functions => "functions",
            Self::Types => "types",
            Self::Schemas => "schemas",
        }
    }

    /// The letter of the kind in `pg_default_acl.defaclobjtype`.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::Tables => "r",
            Self::Sequences => "S",
            Self::Functions => "f",
            Self::Types => "T",
            Self::Schemas => "n",
        }
    }
}

impl Privilege {
    /// The name of the privilege in a spec, and in lower case in `GRANT`.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Connect => "connect",
            Self::Create => "create",
            Self::Temporary => "temporary",
            Self::Usage => "usage",
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::References => "references",
            Self::Trigger => "trigger",
            Self::Maintain => "maintain",
            Self::Execute => "execute",
        }
    }
}
