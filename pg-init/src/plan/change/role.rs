//! Steps on roles and memberships.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SecretRef;
use init_core::diff::Drift;
use serde::Serialize;

use crate::desired::{Attributes, Membership, Until};
use crate::spec::Setting;

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
    /// Nobody could tell.
    Unknown,
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
