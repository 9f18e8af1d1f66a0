//! A SCRAM user as written, and the listener where logins are tried.

use init_core::{Endpoint, SecretRef};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use super::mechanisms::Mechanisms;
use super::state::State;
use super::value::Number;

/// One user as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSpec {
    /// How the user may log in: a mechanism, a list of them, or a map with a password and iterations for each. It may be
    /// left out of a user that is absent: then the credentials of every mechanism are taken away.
    pub(crate) mechanism: Option<Mechanisms>,
    /// Whether the credentials are to be there or are taken away. Default: present.
    #[serde(default)]
    pub(crate) state: State,
    /// The password, for each mechanism that has none of its own.
    pub(crate) password: Option<SecretRef>,
    /// How often the password is hashed, from 4096 to 16384. Default: whatever is there, and 4096 for a new credential.
    pub(crate) iterations: Option<Number>,
}

/// Where logins are tried, as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// Servers of a listener with SASL, as NAME:PORT.
    #[schemars(inner(regex(pattern = Endpoint::PATTERN)))]
    pub(crate) bootstrap: Vec<String>,
    /// Its encryption. Default: `tls` of the spec.
    pub(crate) tls: Option<TlsSpec>,
}
