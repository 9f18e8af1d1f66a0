//! Foreign servers and user mappings, as written.

use std::collections::BTreeMap;

use init_core::Text;
use schemars::JsonSchema;
use serde::Deserialize;

use super::entries;
use super::forms::{NameOrList, Setting};

/// A foreign server. A key that is absent leaves the property as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForeignServer {
    /// The foreign-data wrapper, which is fixed at creation. Most extensions give their wrapper their own name.
    pub wrapper: String,
    /// The type, for wrappers that have types; fixed at creation.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The version, for wrappers that have versions.
    pub version: Option<String>,
    /// The options, which everyone in the database can read. Options that are not named stay.
    #[serde(default)]
    pub options: BTreeMap<String, Setting>,
    /// The owner. Default: the provisioning role, for a new foreign server.
    pub owner: Option<String>,
    /// The roles with USAGE, which may create foreign tables on the server, or `public` for everyone. Roles that are
    /// not named stay.
    pub usage: Option<NameOrList>,
    /// The user mappings, by the role's key, or `public` for every role without a mapping of its own.
    #[serde(default, deserialize_with = "entries::entries")]
    #[schemars(with = "BTreeMap<String, Option<UserMapping>>")]
    pub user_mappings: BTreeMap<String, UserMapping>,
}

/// The user mapping of a role: the options with which it connects to the foreign server.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserMapping {
    /// The options, such as `user`, and `password` as a secret. Options that are not named stay.
    #[serde(default)]
    pub options: BTreeMap<String, Text>,
}
