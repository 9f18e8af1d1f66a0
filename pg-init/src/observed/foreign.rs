//! Foreign servers and user mappings, as they were read from a database.

use std::collections::{BTreeMap, BTreeSet};

/// A foreign server.
#[derive(Clone, Debug, Default)]
pub(crate) struct ForeignServer {
    pub(crate) wrapper: String,
    pub(crate) kind: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) owner: String,
    /// The roles with USAGE on the server, including its owner.
    pub(crate) usage: BTreeSet<String>,
}

/// A user mapping without the values of secrets.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserMapping {
    /// True when the options can be read.
    pub(crate) readable: bool,
    pub(crate) options: BTreeMap<String, String>,
    /// The options that are secrets, and whether each has the declared value.
    pub(crate) secrets: BTreeMap<String, bool>,
}
