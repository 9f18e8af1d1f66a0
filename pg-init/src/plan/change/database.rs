//! Steps on databases, schemas and extensions.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use serde::Serialize;

use crate::spec::Setting;

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
