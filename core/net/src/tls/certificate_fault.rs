//! The reason for which a server's certificate is refused, and the certificates that were judged.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error, OtherError};
use thiserror::Error as ThisError;

/// The reason for which a server's certificate is refused, with the remedy.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[error("{problem}")]
pub struct CertificateFault {
    pub(crate) problem: String,
    pub(crate) remedy: String,
}

impl CertificateFault {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }
}

/// Rustls passes this error from the verifier to the caller of the handshake.
impl From<CertificateFault> for Error {
    fn from(fault: CertificateFault) -> Self {
        CertificateError::Other(OtherError(Arc::new(fault))).into()
    }
}

/// The certificates of one handshake: the server's leaf and chain, the DNS name that the client expects, and the
/// certificates in the spec's `tls.ca`.
pub(super) struct Presented<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(super) chain: &'a [CertificateDer<'a>],
    pub(super) name: &'a str,
    pub(super) pinned: &'a [CertificateDer<'static>],
}
