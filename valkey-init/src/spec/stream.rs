//! A stream and its consumer groups in the spec.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::Scalar;

/// A stream.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StreamSpec {
    /// Its consumer groups by name. A stream that does not exist is created with the first of them.
    pub(crate) groups: BTreeMap<String, GroupSpec>,
}

/// A consumer group.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupSpec {
    /// The last entry that a new group counts as read: an id, `0` for a group that reads the whole stream, or `$` for
    /// one that reads what comes later; `$` when absent. An existing group is left as it is.
    pub(crate) start: Option<Scalar>,
}
