//! A member of a cluster that the spec names under `forget`.

use std::fmt;
use std::str::FromStr;

use init_core::Endpoint;

/// The number of hexadecimal digits of a node id.
const DIGITS: usize = 40;

/// A member as the spec names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// The node id.
    Id(String),
    /// The announced name and port.
    Name(Endpoint),
}

impl FromStr for Member {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Self::Id(text.to_ascii_lowercase()));
        }
        let name = text.parse().map(Self::Name);
        name.map_err(|error| {
            format!("a member is an id of {DIGITS} hexadecimal digits, or HOST:PORT: {error}")
        })
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.write_str(id),
            Self::Name(name) => write!(f, "{name}"),
        }
    }
}
