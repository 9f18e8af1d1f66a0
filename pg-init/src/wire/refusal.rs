//! Messages of a server that the guard refuses, and the resulting errors.

use init_core::Endpoint;

use crate::error::Error;
use crate::spec::Authentication;

/// The reason for which the tool ended a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The server asks for the password by a method that the spec does not allow.
    Method { method: &'static str, least: Authentication },
    /// The server asks for an authentication method that this tool does not have.
    UnknownMethod,
    /// The server asks for more SCRAM iterations than a login may take.
    Iterations { most: u64 },
    /// A message is longer than the largest that is expected.
    Length { length: usize, most: usize },
    /// The messages together are larger than any expected answer.
    TooMuch { most: usize },
    /// The bytes are not a message of the protocol.
    Malformed(&'static str),
}

impl Refusal {
    /// The error for this endpoint.
    pub(crate) fn error(&self, endpoint: &Endpoint) -> Error {
        let endpoint = endpoint.clone();
        let problem = match self {
            Self::Method { method, least } => {
                return Error::PasswordMethod { endpoint, method, least: *least };
            }
            Self::UnknownMethod => "asks for a login method other than a password".to_owned(),
            Self::Iterations { most } => format!("asks for more than {most} rounds of SCRAM"),
            Self::Length { length, most } => {
                format!("sent a message of {length} bytes where at most {most} are expected")
            }
            Self::TooMuch { most } => format!("sent more than {} KiB where less is expected", most >> 10),
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
