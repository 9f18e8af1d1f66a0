//! Privileges as written: on objects that exist, and on objects that a role will create.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::forms::Many;

/// The kinds of object that privileges are for, as `GRANT … ON ALL` means them.
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

/// The kinds of object that default privileges are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
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
    /// The grantees: roles, or `public` for everyone.
    pub to: Many,
    /// On what.
    pub object: Object,
    /// In which schema; not for the database.
    pub schema: Option<Many>,
    /// Which objects of the schema, a function as NAME or NAME(TYPES); all of the kind when absent.
    pub names: Option<Many>,
    /// Which columns of the named tables; the whole tables when absent.
    pub columns: Option<Many>,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// With the right to pass them on.
    #[serde(default)]
    pub grant_option: bool,
}

/// What roles may do with all that is in the database, in one word: `connect`, `usage` of the schemas, and privileges on their
/// tables and sequences, those of today and those that the owner will create.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Access {
    /// The roles.
    pub role: Many,
    /// What they may do.
    pub level: Level,
    /// In which schemas: all that are declared when absent, and `public` where none is.
    pub schema: Option<Many>,
}

/// What a role may do with all that is in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// `SELECT`
    Read,
    /// `SELECT`, `INSERT`, `UPDATE`, `DELETE`, and the numbers of sequences.
    Write,
}

/// Privileges that must not be held.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoke {
    /// The roles that must not hold them: roles by key, or `public` for everyone.
    pub from: Many,
    /// On what.
    pub object: Object,
    /// In which schema; not for the database.
    pub schema: Option<Many>,
    /// Which objects of the schema, a function as NAME or NAME(TYPES); all of the kind when absent.
    pub names: Option<Many>,
    /// Which.
    pub privileges: Vec<Privilege>,
}

/// Privileges on objects that a role will create: held by `to`, or not held by `from`.
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
    /// The grantees: roles, or `public` for everyone.
    pub to: Option<Many>,
    /// The roles that must not hold them, or `public` for everyone.
    pub from: Option<Many>,
    /// Which.
    pub privileges: Vec<Privilege>,
    /// With the right to pass them on.
    #[serde(default)]
    pub grant_option: bool,
}
