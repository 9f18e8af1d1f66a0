//! Steps on publications.

use std::collections::BTreeSet;

use init_core::diff::Drift;
use serde::{Serialize, Serializer};

use crate::spec::Operation;
use crate::sql;

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
