//! A SCRAM user as it is written, and the listener on which logins are tried.

use init_core::{Endpoint, SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use super::mechanisms::Mechanisms;
use super::state::State;
use super::value::Number;

/// One SCRAM user.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSpec {
    /// The name on the cluster, where the key is a label.
    pub(crate) name: Option<Text>,
    /// The SCRAM mechanisms with which the user can log in: one, a list, or a map with a password and iterations for
    /// each. A user that is absent needs none: then the credentials of every mechanism are deleted.
    pub(crate) mechanism: Option<Mechanisms>,
    /// `present` creates the credentials, `absent` deletes them. Default: present.
    #[serde(default)]
    pub(crate) state: State,
    /// The password, for each mechanism that has none of its own.
    pub(crate) password: Option<SecretRef>,
    /// The SCRAM iterations, from 4096 to 16384. Default: those of the existing credential, and 4096 for a new one.
    pub(crate) iterations: Option<Number>,
}

/// The listener on which logins are tried.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// Bootstrap servers of a listener with SASL, as NAME:PORT.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) bootstrap: Vec<String>,
    /// Encryption of that listener. Default: `tls` of the spec.
    pub(crate) tls: Option<TlsSpec>,
}
