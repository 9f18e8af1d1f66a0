//! An ACL user in the spec.

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

/// One ACL user. What is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSpec {
    /// The name, when the key is only a label.
    pub(crate) name: Option<Text>,
    /// Whether the user is there at all; `present` when absent.
    #[serde(default)]
    pub(crate) state: State,
    /// Whether the user may log in. When absent, a new user may, and an existing one is left as it is.
    pub(crate) enabled: Option<bool>,
    /// The passwords, all of them: two while one rotates.
    pub(crate) passwords: Option<Vec<SecretRef>>,
    /// ACL rules as the server writes them: `~app:* &app:* +@read`.
    pub(crate) rules: Option<String>,
}

/// Whether something is to be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// It is there.
    #[default]
    Present,
    /// It is taken away.
    Absent,
}
