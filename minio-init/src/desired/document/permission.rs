//! The single permissions that the statements of a policy document spell out.

use std::collections::{BTreeMap, BTreeSet};

/// The smallest thing that a statement says. A `Not…` list cannot be split, and stays whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    pub(super) allow: bool,
    pub(super) principal: Matched,
    pub(super) action: Matched,
    pub(super) resource: Matched,
    pub(super) conditions: Conditions,
}

/// One value, or everything but these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Matched {
    Absent,
    One(String),
    AllExcept(BTreeSet<String>),
}

/// By operator and key.
pub(super) type Conditions = BTreeMap<(String, String), BTreeSet<String>>;
