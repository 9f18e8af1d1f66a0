//! `state: present` or `state: absent`.

use schemars::JsonSchema;
use serde::Deserialize;

/// The state of something that gives access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is created where it is missing.
    #[default]
    Present,
    /// It is deleted where it exists.
    Absent,
}
