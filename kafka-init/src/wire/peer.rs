//! Who is on the other side, for messages.

use std::fmt;

/// A broker as we know it: by where it is and, once the cluster has said so, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    pub(crate) id: Option<i32>,
    pub(crate) at: String,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Some(id) => write!(f, "broker {id} ({})", self.at),
            None => f.write_str(&self.at),
        }
    }
}
