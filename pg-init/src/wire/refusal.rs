//! Messages of a server that the guard refuses, and the errors that they become.

use init_core::Endpoint;

use crate::error::Error;
use crate::spec::Authentication;

/// Why a connection was ended from our side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The server asks for the password in a way that the spec does not allow.
    Method { method: &'static str, least: Authentication },
    /// The server asks for what this tool cannot give.
    Unknown,
    /// More rounds than a login is worth.
    Rounds { most: u64 },
    /// A message that is longer than any that is expected.
    Length { length: usize, most: usize },
    /// More messages than any answer has.
    Endless { most: usize },
    /// No message of the protocol.
    Malformed(&'static str),
}

impl Refusal {
    /// The error of a run that was about this endpoint.
    pub(crate) fn error(&self, endpoint: &Endpoint) -> Error {
        let endpoint = endpoint.clone();
        let problem = match self {
            Self::Method { method, least } => {
                return Error::Method { endpoint, method, least: *least };
            }
            Self::Unknown => "asks for a login method other than a password".to_owned(),
            Self::Rounds { most } => format!("asks for more than {most} rounds of SCRAM"),
            Self::Length { length, most } => {
                format!("sent a message of {length} bytes where at most {most} are expected")
            }
            Self::Endless { most } => format!("sent more than {} KiB where less is expected", most >> 10),
            Self::Malformed(what) => format!("sent {what}"),
        };
        Error::Unexpected { endpoint, problem }
    }
}

impl From<Refusal> for std::io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, format!("{refusal:?}"))
    }
}
