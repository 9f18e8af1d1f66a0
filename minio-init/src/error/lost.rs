//! No answer at all: which step of reaching the server failed, and what helps.

use std::io;
use std::time::Duration;

use init_core::{Fault as _, FaultKind};
use init_net::NetError;
use thiserror::Error;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Lost {
    /// Name resolution, TCP or TLS failed.
    #[error(transparent)]
    Net(Box<NetError>),
    /// The server took the connection and sent no answer.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The connection ended, or what came is not HTTP.
    #[error("the connection was lost before the answer was complete")]
    Http(#[from] hyper::Error),
    /// The answer is longer than any that the protocol has.
    #[error("the answer is longer than the {} KiB that it may have", .0 >> 10)]
    TooLong(usize),
}

impl From<NetError> for Lost {
    fn from(error: NetError) -> Self {
        Self::Net(Box::new(error))
    }
}

/// Whether what came is not HTTP. A connection that ended is another case.
fn malformed(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    let invalid =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    error.is_parse() || source.is_some_and(invalid)
}

impl Lost {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Http(error) if malformed(error) => FaultKind::Unsupported,
            Self::TooLong(_) => FaultKind::Unsupported,
            Self::Silent(_) | Self::Http(_) => FaultKind::Unavailable,
        }
    }

    pub(super) fn remedy(&self) -> Option<String> {
        match self {
            // The scheme of `endpoint` is what says whether TLS is spoken.
            Self::Net(error) if matches!(**error, NetError::SpeaksPlain(_)) => {
                Some("write http:// in `endpoint`: the listener does not speak TLS".to_owned())
            }
            Self::Net(error) => error.remedy(),
            Self::TooLong(_) => Some("point `endpoint` at an S3 server: this is no answer of one".to_owned()),
            Self::Http(error) if malformed(error) => {
                Some("point `endpoint` at an S3 listener: this one does not speak HTTP".to_owned())
            }
            Self::Http(_) | Self::Silent(_) => None,
        }
    }
}
