//! An ACL user in the spec.

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// One ACL user. A property that is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSpec {
    /// The name of the user, when the key is only a label.
    pub(crate) name: Option<Text>,
    /// The state of the user; `present` when absent.
    #[serde(default)]
    pub(crate) state: State,
    /// True when the user may log in, false when it may not. When absent, a new user may, and an existing one is left
    /// as it is.
    pub(crate) enabled: Option<bool>,
    /// All passwords of the user: two while one is rotated.
    pub(crate) passwords: Option<Vec<SecretRef>>,
    /// ACL rules as the server writes them: `~app:* &app:* +@read`.
    pub(crate) rules: Option<String>,
}

/// The state of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It exists.
    #[default]
    Present,
    /// It is deleted.
    Absent,
}
