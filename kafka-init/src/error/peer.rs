//! The identity of a broker in messages.

use std::fmt;

use init_core::Endpoint;

/// A broker, by its endpoint and, once the cluster has described itself, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub(crate) id: Option<i32>,
    pub(crate) endpoint: Endpoint,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "broker {id} ({})", self.endpoint),
            None => self.endpoint.fmt(f),
        }
    }
}
