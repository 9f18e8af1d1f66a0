//! Users and groups of an LDAP directory.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::entry::{Entry, State};

/// Users and groups of the LDAP directory that the server takes its accounts from.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ldap {
    /// Users, by login name or by distinguished name.
    #[serde(default)]
    pub users: BTreeMap<String, LdapIdentity>,
    /// Groups, by distinguished name.
    #[serde(default)]
    pub groups: BTreeMap<String, LdapIdentity>,
}

/// A user or a group of the LDAP directory.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LdapIdentity {
    /// Policies that are attached; others are left alone.
    #[serde(default)]
    pub policies: Vec<Entry>,
    /// `absent` detaches every policy.
    #[serde(default)]
    pub state: State,
}
