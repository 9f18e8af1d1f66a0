//! Whether access is to be there.

use schemars::JsonSchema;
use serde::Deserialize;

/// Whether something that gives access is to be there or is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is made where it is missing.
    #[default]
    Present,
    /// It is taken away where it is there.
    Absent,
}
