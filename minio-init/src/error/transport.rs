//! Errors without an answer: the step that failed, and the remedy.

use std::io;
use std::time::Duration;

use init_core::{Fault as _, FaultKind};
use init_net::NetError;
use thiserror::Error;

/// The reason why there is no answer.
#[derive(Debug, Error)]
pub enum TransportError {
    /// Name resolution, TCP or TLS failed.
    #[error(transparent)]
    Net(Box<NetError>),
    /// The server accepted the connection and sent no answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The connection ended, or the answer is not HTTP.
    #[error("the connection was lost before the answer was complete")]
    Http(#[from] hyper::Error),
    /// The answer is longer than any valid one.
    #[error("the answer is longer than the {} KiB that it may have", .0 >> 10)]
    TooLong(usize),
}

impl From<NetError> for TransportError {
    fn from(error: NetError) -> Self {
        Self::Net(Box::new(error))
    }
}

/// True when the answer is not HTTP. A closed connection is another case.
fn is_not_http(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    let invalid =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    error.is_parse() || source.is_some_and(invalid)
}

impl TransportError {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Net(error) => error.kind(),
            Self::Http(error) if is_not_http(error) => FaultKind::Unsupported,
            Self::TooLong(_) => FaultKind::Unsupported,
            Self::TimedOut(_) | Self::Http(_) => FaultKind::Unavailable,
        }
    }

    pub(super) fn remedy(&self) -> Option<String> {
        match self {
            // The scheme of `endpoint` decides whether TLS is used, so the remedy names it.
            Self::Net(error) if matches!(**error, NetError::SpeaksPlain(_)) => {
                Some("write http:// in `endpoint`: the listener does not speak TLS".to_owned())
            }
            Self::Net(error) => error.remedy(),
            Self::TooLong(_) => Some("point `endpoint` at an S3 server: this is no answer of one".to_owned()),
            Self::Http(error) if is_not_http(error) => {
                Some("point `endpoint` at an S3 listener: this one does not speak HTTP".to_owned())
            }
            Self::Http(_) | Self::TimedOut(_) => None,
        }
    }
}
