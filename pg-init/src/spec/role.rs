//! Roles as written.

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::forms::{MemberOf, Setting};
use super::parameter::ParameterPrivilege;
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
    /// Its password; null takes it away.
    #[serde(default, deserialize_with = "RolePassword::some")]
    #[schemars(with = "Option<SecretRef>")]
    pub password: Option<RolePassword>,
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
    /// Privileges on configuration parameters, by the parameter; from PostgreSQL 15 on.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": PARAMETER }))]
    pub parameter_privileges: BTreeMap<String, Vec<ParameterPrivilege>>,
}

/// The password of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolePassword {
    /// Where it is.
    Secret(SecretRef),
    /// It has none.
    Unset,
}

impl RolePassword {
    /// Null says something here, so that it is not the same as an absent key.
    fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        let secret = Option::deserialize(deserializer)?;
        Ok(Some(secret.map_or(Self::Unset, Self::Secret)))
    }

    pub(crate) fn secret(&self) -> Option<&SecretRef> {
        match self {
            Self::Secret(secret) => Some(secret),
            Self::Unset => None,
        }
    }
}
