//! Foreign servers and user mappings of a database.

use std::collections::{BTreeMap, BTreeSet};

/// A foreign server.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForeignServer {
    pub(crate) wrapper: String,
    pub(crate) kind: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) owner: String,
    /// Who has USAGE on it, its owner among them.
    pub(crate) usage: BTreeSet<String>,
}

/// A user mapping without what is secret of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserMapping {
    /// Whether its options can be read.
    pub(crate) readable: bool,
    pub(crate) options: BTreeMap<String, String>,
    /// Those that are secrets, and whether each is the declared one.
    pub(crate) secrets: BTreeMap<String, bool>,
}
