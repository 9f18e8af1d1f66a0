//! Privileges on configuration parameters, which the whole server has.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A privilege on a configuration parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
pub enum ParameterPrivilege {
    /// `SET`, also of a parameter that only superusers may set.
    #[serde(rename = "set")]
    Set,
    /// `ALTER SYSTEM`
    #[serde(rename = "alter system")]
    AlterSystem,
}

impl ParameterPrivilege {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Set, Self::AlterSystem];

    /// The word of the spec, and of `GRANT`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::AlterSystem => "alter system",
        }
    }

    /// The word of an access list.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|privilege| privilege.word().eq_ignore_ascii_case(word))
    }
}
