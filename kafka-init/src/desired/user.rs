//! SCRAM users, and the listener where their logins are tried.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use init_core::{Endpoint, SecretRef};
use init_net::Tls;

use super::sasl::Scram;

/// One user as meant: every way to log in.
pub type User = BTreeMap<Scram, Password>;

/// What a credential is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    /// The password's name.
    pub secret: SecretRef,
    /// How often it is hashed; `None` leaves it at what is there.
    pub iterations: Option<NonZeroU32>,
}

/// Where logins are tried, as meant.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Never empty.
    pub bootstrap: Vec<Endpoint>,
    /// Its own encryption, if not the spec's.
    pub tls: Option<Tls>,
}
