//! The permissions that the statements of a policy document expand to.

use std::collections::{BTreeMap, BTreeSet};

/// One permission. A `NotAction`, `NotResource` or `NotPrincipal` list cannot be split, so it stays whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    pub(super) allow: bool,
    pub(super) principal: Matched,
    pub(super) action: Matched,
    pub(super) resource: Matched,
    pub(super) conditions: Conditions,
}

/// An element of a statement: absent, one value, or everything except a list of values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Matched {
    Absent,
    One(String),
    AllExcept(BTreeSet<String>),
}

/// The values of conditions, by operator and key.
pub(super) type Conditions = BTreeMap<(String, String), BTreeSet<String>>;
