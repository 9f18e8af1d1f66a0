//! Privileges on configuration parameters, which belong to the whole server.

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
    /// Both privileges.
    pub(crate) const ALL: [Self; 2] = [Self::Set, Self::AlterSystem];

    /// The name of the privilege in a spec, and in `GRANT`.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::AlterSystem => "alter system",
        }
    }

    /// The privilege with this name in an access control list.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|privilege| privilege.keyword().eq_ignore_ascii_case(word))
    }
}
