//! SCRAM users, and the listener on which their logins are tried.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use init_core::{Endpoint, SecretRef};
use init_net::Tls;

use super::sasl::Scram;

/// The declared credentials of one user, by mechanism.
pub type User = BTreeMap<Scram, Password>;

/// The declared password and iterations of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// The secret that holds the password.
    pub secret: SecretRef,
    /// The SCRAM iterations; `None` keeps those of the existing credential.
    pub iterations: Option<NonZeroU32>,
}

/// The listener on which logins are tried.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The bootstrap servers of that listener; never empty.
    pub bootstrap: Vec<Endpoint>,
    /// The TLS settings of that listener, where they are not those of the spec.
    pub tls: Option<Tls>,
}
