//! Steps on privileges.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::desired::{DefaultTarget, Target};
use crate::spec::Privilege;

/// Privileges on objects that are there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Privileges {
    /// Where.
    pub database: String,
    /// Who and on what.
    #[serde(flatten)]
    pub target: Target,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}

/// Privileges on objects to come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterDefaultPrivileges {
    /// Where.
    pub database: String,
    /// Who and on what.
    #[serde(flatten)]
    pub target: DefaultTarget,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}
