//! One step towards the spec. The derived order is the order of execution: a thing comes after what it needs.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::diff::Drift;
use serde::{Serialize, Serializer};

use crate::desired::{Attributes, DefaultTarget, Membership, Target, Until};
use crate::spec::{Operation, Privilege, Setting};
use crate::sql;

/// One step. Declared in dependency order; a snapshot guards it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// `CREATE ROLE`
    CreateRole(CreateRole),
    /// `ALTER ROLE`
    AlterRole(AlterRole),
    /// `GRANT role TO member`
    GrantRole(GrantRole),
    /// The options of a membership.
    AlterMembership(AlterMembership),
    /// `CREATE DATABASE`
    CreateDatabase(CreateDatabase),
    /// `ALTER DATABASE`
    AlterDatabase(AlterDatabase),
    /// `CREATE SCHEMA`
    CreateSchema(CreateSchema),
    /// `ALTER SCHEMA … OWNER`
    AlterSchema(AlterSchema),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `ALTER EXTENSION`
    AlterExtension(AlterExtension),
    /// `REVOKE`
    RevokePrivileges(Privileges),
    /// `GRANT`
    GrantPrivileges(Privileges),
    /// `ALTER DEFAULT PRIVILEGES … GRANT`
    AlterDefaultPrivileges(AlterDefaultPrivileges),
    /// `CREATE PUBLICATION`
    CreatePublication(CreatePublication),
    /// `ALTER PUBLICATION`
    AlterPublication(AlterPublication),
}

/// A new role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateRole {
    /// Its key in the spec.
    pub role: String,
    /// Its attributes, as far as they are declared.
    #[serde(flatten)]
    pub attributes: Attributes,
    /// Where its password is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<SecretRef>,
    /// Its parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Setting>,
}

/// A role that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterRole {
    /// Its key in the spec.
    pub role: String,
    /// The attributes that differ.
    #[serde(flatten)]
    pub attributes: Attributes<Drift<bool>, Drift<i32>, Drift<Until>>,
    /// The password, when it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<PasswordDrift>,
    /// The parameters that differ.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Drift<Setting>>,
}

/// A password that is not the declared one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PasswordDrift {
    /// What is there.
    pub from: Was,
    /// Where the new one is.
    pub to: SecretRef,
}

/// What a password was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Was {
    /// There is none.
    Unset,
    /// Another one.
    Another,
    /// Stored as MD5.
    Md5,
}

/// Both ends of a membership.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Members {
    /// The role that has members.
    pub role: String,
    /// The member.
    pub member: String,
}

/// A new membership.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GrantRole {
    /// Both ends.
    #[serde(flatten)]
    pub of: Members,
    /// Its options, as far as they are declared.
    #[serde(flatten)]
    pub options: Membership,
}

/// A membership whose options differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterMembership {
    /// Both ends.
    #[serde(flatten)]
    pub of: Members,
    /// The options that differ.
    #[serde(flatten)]
    pub options: Membership<Drift<bool>>,
    /// Whose grants of it are to be altered.
    #[serde(skip)]
    pub grantors: BTreeSet<String>,
}

/// A new database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateDatabase {
    /// A declared template comes before its copies.
    #[serde(skip)]
    pub rank: usize,
    /// Its name.
    pub database: String,
    /// Its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is copied from.
    pub template: String,
    /// Its encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Its locale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Sessions at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<i32>,
    /// Its parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Setting>,
}

/// A database that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlterDatabase {
    /// Its name.
    pub database: String,
    /// Its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Drift<String>>,
    /// Sessions at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<Drift<i32>>,
    /// The parameters that differ.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Drift<Setting>>,
}

/// A new schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateSchema {
    /// Where.
    pub database: String,
    /// Its name.
    pub schema: String,
    /// Its owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// A schema with another owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterSchema {
    /// Where.
    pub database: String,
    /// Its name.
    pub schema: String,
    /// Its owner.
    pub owner: Drift<String>,
}

/// A new extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateExtension {
    /// What it requires comes first.
    #[serde(skip)]
    pub rank: usize,
    /// Where.
    pub database: String,
    /// Its name.
    pub extension: String,
    /// Where its objects go; none when it has a place of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// An extension that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterExtension {
    /// Where.
    pub database: String,
    /// Its name.
    pub extension: String,
    /// Where its objects are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Drift<String>>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Drift<String>>,
}

/// Privileges on objects that are there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Privileges {
    /// Where.
    pub database: String,
    /// Who and on what.
    #[serde(flatten)]
    pub target: Target,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}

/// Privileges on objects to come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterDefaultPrivileges {
    /// Where.
    pub database: String,
    /// Who and on what.
    #[serde(flatten)]
    pub target: DefaultTarget,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}

/// A new publication.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatePublication {
    /// Where.
    pub database: String,
    /// Its name.
    pub publication: String,
    /// Every table that is or will be.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all_tables: bool,
    /// Its tables.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_written")]
    pub tables: BTreeSet<(String, String)>,
    /// Its schemas.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub schemas: BTreeSet<String>,
    /// The operations that it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<BTreeSet<Operation>>,
}

/// A publication that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlterPublication {
    /// Where.
    pub database: String,
    /// Its name.
    pub publication: String,
    /// The tables that it lacks.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "as_written")]
    pub add_tables: BTreeSet<(String, String)>,
    /// The schemas that it lacks.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub add_schemas: BTreeSet<String>,
    /// The operations that it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Drift<BTreeSet<Operation>>>,
}

/// Tables as the spec writes them.
fn as_written<S: Serializer>(tables: &BTreeSet<(String, String)>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(tables.iter().map(sql::shown))
}
