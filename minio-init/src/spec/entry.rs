//! Things with a state, and items of lists that may have one.

use schemars::JsonSchema;
use serde::Deserialize;

/// The state of something that may exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is created where it is missing.
    #[default]
    Present,
    /// It is removed where it exists.
    Absent,
}

/// One item of a list of policies or members.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a name, or {name: NAME, state: absent}")]
pub enum Entry {
    /// The name of something that is present.
    Name(String),
    /// A name with its state.
    Stated(Stated),
}

/// A name with its state.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NameWithState")]
pub struct Stated {
    /// The name of the policy or the member.
    pub name: String,
    /// `absent` removes it.
    pub state: State,
}
