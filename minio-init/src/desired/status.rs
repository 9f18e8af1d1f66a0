//! The status of what can be switched off.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an account, a group or a lifecycle rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is in effect.
    #[default]
    Enabled,
    /// It exists and has no effect.
    Disabled,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }

    /// Reads MinIO's names. Any other than `enabled` and `on` is disabled.
    pub(crate) fn read(text: &str) -> Self {
        if text == "enabled" || text == "on" { Self::Enabled } else { Self::Disabled }
    }
}
