//! Roles as written.

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::forms::{MemberOf, Setting};
use super::patterns::PARAMETER;

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
    #[schemars(extend("propertyNames" = { "pattern": PARAMETER }))]
    pub settings: BTreeMap<String, Setting>,
}
