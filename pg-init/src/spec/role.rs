//! Roles, as written.

use std::collections::BTreeMap;

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::forms::{MemberOf, Setting};
use super::parameter::ParameterPrivilege;
use super::patterns::PARAMETER;

/// A role. A key that is absent leaves the property as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// The name on the server, when the key is a label.
    pub name: Option<Text>,
    /// `LOGIN`: true when the role may log in.
    pub login: Option<bool>,
    /// `SUPERUSER`: true when the role bypasses all permission checks.
    pub superuser: Option<bool>,
    /// `CREATEDB`: true when the role may create databases.
    pub createdb: Option<bool>,
    /// `CREATEROLE`: true when the role may create roles.
    pub createrole: Option<bool>,
    /// `REPLICATION`: true when the role may start replication.
    pub replication: Option<bool>,
    /// `BYPASSRLS`: true when the role bypasses row-level security.
    pub bypassrls: Option<bool>,
    /// `INHERIT`: true when the role has the privileges of the roles that it is a member of.
    pub inherit: Option<bool>,
    /// The password; null removes it.
    #[serde(default, deserialize_with = "RolePassword::deserialize_present")]
    #[schemars(with = "Option<SecretRef>")]
    pub password: Option<RolePassword>,
    /// The largest number of concurrent sessions; -1 for no limit.
    pub connection_limit: Option<i32>,
    /// The time at which the password expires: an RFC 3339 time, or `infinity`.
    pub valid_until: Option<String>,
    /// The roles that it is a member of.
    #[serde(default)]
    pub member_of: Vec<MemberOf>,
    /// Configuration parameters of the role's sessions.
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
    /// The secret of the password.
    Secret(SecretRef),
    /// The role has no password.
    Unset,
}

impl RolePassword {
    /// Reads a key that is present. Null removes the password, unlike an absent key, which leaves it as it is.
    fn deserialize_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
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
