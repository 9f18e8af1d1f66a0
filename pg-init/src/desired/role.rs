//! Roles, their attributes and their memberships.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use init_core::{SecretRef, Text};

use super::setting::Settings;
use super::until::Until;
use crate::spec::{ParameterPrivilege, RolePassword};

/// Privileges on configuration parameters, by the parameter's name in lower case, as the server stores it.
pub(crate) type ParameterPrivileges = BTreeMap<String, BTreeSet<ParameterPrivilege>>;

/// A role. A property that is `None` stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Role {
    pub(crate) name: Option<Text>,
    pub(crate) attributes: Attributes,
    pub(crate) password: Option<RolePassword>,
    pub(crate) member_of: BTreeMap<String, Membership>,
    pub(crate) settings: Settings,
    pub(crate) parameter_privileges: ParameterPrivileges,
}

/// The attributes of a role: the declared ones, the ones that differ, or the stored ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attributes<B = bool, N = i32, U = Until> {
    /// `LOGIN`.
    pub login: Option<B>,
    /// `SUPERUSER`.
    pub superuser: Option<B>,
    /// `CREATEDB`.
    pub createdb: Option<B>,
    /// `CREATEROLE`.
    pub createrole: Option<B>,
    /// `REPLICATION`.
    pub replication: Option<B>,
    /// `BYPASSRLS`.
    pub bypassrls: Option<B>,
    /// `INHERIT`.
    pub inherit: Option<B>,
    /// `CONNECTION LIMIT`: the largest number of concurrent sessions.
    pub connection_limit: Option<N>,
    /// `VALID UNTIL`: the time at which the password expires.
    pub valid_until: Option<U>,
}

/// The options of a membership: the declared ones, or the ones that differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership<B = bool> {
    /// `ADMIN OPTION`: the member may grant the role to others.
    pub admin: Option<B>,
    /// `INHERIT`: the member has the role's privileges without SET ROLE.
    pub inherit: Option<B>,
    /// `SET`: the member may use SET ROLE.
    pub set: Option<B>,
}

/// The names of an attribute in a spec and in a report.
#[derive(Clone, Copy)]
pub(crate) struct AttributeName {
    pub(crate) key: &'static str,
    pub(crate) property: &'static str,
}

/// The value of an attribute.
pub(crate) enum Attribute<'a, B, N, U> {
    Flag(&'a B),
    Number(&'a N),
    Until(&'a U),
}

impl Role {
    /// The secret of its password.
    pub(crate) fn secret(&self) -> Option<&SecretRef> {
        self.password.as_ref()?.secret()
    }
}

impl<B, N, U> Attributes<B, N, U> {
    /// The attributes that have a value, in the order in which a spec, a report and a line of text name them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AttributeName, Attribute<'_, B, N, U>)> {
        let all = [
            ("login", "login", self.login.as_ref().map(Attribute::Flag)),
            ("superuser", "superuser", self.superuser.as_ref().map(Attribute::Flag)),
            ("createdb", "createdb", self.createdb.as_ref().map(Attribute::Flag)),
            ("createrole", "createrole", self.createrole.as_ref().map(Attribute::Flag)),
            ("replication", "replication", self.replication.as_ref().map(Attribute::Flag)),
            ("bypassrls", "bypassrls", self.bypassrls.as_ref().map(Attribute::Flag)),
            ("inherit", "inherit", self.inherit.as_ref().map(Attribute::Flag)),
            ("connectionLimit", "connection_limit", self.connection_limit.as_ref().map(Attribute::Number)),
            ("validUntil", "valid_until", self.valid_until.as_ref().map(Attribute::Until)),
        ];
        all.into_iter().filter_map(|(key, property, value)| Some((AttributeName { key, property }, value?)))
    }
}

impl<B: Display, N: Display, U: Display> Display for Attribute<'_, B, N, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Until(value) => value.fmt(f),
        }
    }
}

// The derived implementation would require `Default` of the type parameters.
impl<B, N, U> Default for Attributes<B, N, U> {
    fn default() -> Self {
        Self {
            login: None,
            superuser: None,
            createdb: None,
            createrole: None,
            replication: None,
            bypassrls: None,
            inherit: None,
            connection_limit: None,
            valid_until: None,
        }
    }
}

impl<B> Default for Membership<B> {
    fn default() -> Self {
        Self { admin: None, inherit: None, set: None }
    }
}
