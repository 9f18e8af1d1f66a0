//! No answer at all: which step of reaching the server failed, and what helps.

use std::io;
use std::time::Duration;

use init_core::FaultKind;
use thiserror::Error;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum Lost {
    /// Perhaps not yet: Compose names appear with their container.
    #[error("the name does not resolve")]
    Resolve(#[source] io::Error),
    /// TCP failed.
    #[error("no connection")]
    Connect(#[source] io::Error),
    /// TCP or TLS took too long.
    #[error("no connection within {} s", .0.as_secs())]
    NoConnection(Duration),
    /// The certificate is not for us, or the protocol is another one.
    #[error("TLS failed")]
    Tls(#[source] rustls::Error),
    /// A name that no certificate can hold.
    #[error("the name cannot be in a certificate")]
    NoServerName,
    /// Accepted, and no answer.
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
    /// The connection ended or HTTP was broken.
    #[error("the connection was lost before the answer was complete")]
    Http(#[from] hyper::Error),
    /// More than such an answer holds.
    #[error("the answer is longer than the {} KiB that it may have", .0 >> 10)]
    TooLong(usize),
}

/// What came is no HTTP. A connection that ended is not that.
fn malformed(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    let invalid =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    error.is_parse() || source.is_some_and(invalid)
}

impl Lost {
    pub(crate) fn from_tls(error: io::Error) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).cloned();
        tls.map_or(Self::Connect(error), Self::Tls)
    }

    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Tls(_) | Self::NoServerName | Self::TooLong(_) => FaultKind::Unsupported,
            Self::Http(error) if malformed(error) => FaultKind::Unsupported,
            _ => FaultKind::Unavailable,
        }
    }

    pub(super) fn remedy(&self) -> Option<String> {
        use rustls::CertificateError as Certificate;
        let advice = match self {
            Self::Tls(rustls::Error::InvalidCertificate(problem)) => match problem {
                Certificate::UnknownIssuer | Certificate::BadSignature => {
                    "give the CA that signed the server's certificate in `tls.ca`"
                }
                Certificate::Expired | Certificate::ExpiredContext { .. } => {
                    "renew the server's certificate: it has expired (or this machine's clock is wrong)"
                }
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                    "the server's certificate is not valid yet: check this machine's clock"
                }
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                    "name the server in `endpoint` as its certificate does, or issue one for this name"
                }
                _ => "issue the server a certificate that a CA of `tls.ca` has signed for this name",
            },
            Self::Tls(rustls::Error::InvalidMessage(_)) => {
                "write http:// in `endpoint`: the listener does not speak TLS"
            }
            Self::TooLong(_) => "point `endpoint` at an S3 server: this is no answer of one",
            Self::NoServerName => "give the server a DNS name that a certificate can hold",
            Self::Http(error) if malformed(error) => {
                "point `endpoint` at an S3 listener: this one does not speak HTTP"
            }
            _ => return None,
        };
        Some(advice.to_owned())
    }
}
