//! Foreign servers and user mappings as written.

use std::collections::BTreeMap;

use init_core::Text;
use schemars::JsonSchema;
use serde::Deserialize;

use super::entries;
use super::forms::{Many, Setting};

/// A foreign server. What is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForeignServer {
    /// Its foreign-data wrapper, fixed at creation: most extensions name theirs as themselves.
    pub wrapper: String,
    /// Its type, where the wrapper knows types; fixed at creation.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its version, where the wrapper knows versions.
    pub version: Option<String>,
    /// Its options, which everyone in the database can read; others that it has stay.
    #[serde(default)]
    pub options: BTreeMap<String, Setting>,
    /// Its owner: the provisioning role for a new one when absent.
    pub owner: Option<String>,
    /// Roles that may make foreign tables of it, or `public` for everyone; others that may stay.
    pub usage: Option<Many>,
    /// What roles are there, by the role's key, or `public` for every role without a mapping of its own.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<UserMapping>>")]
    pub user_mappings: BTreeMap<String, UserMapping>,
}

/// What a role is on a foreign server.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserMapping {
    /// Its options, such as `user`, and `password` as a secret; others that it has stay.
    #[serde(default)]
    pub options: BTreeMap<String, Text>,
}
