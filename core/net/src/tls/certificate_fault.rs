//! Why a server's certificate is refused, and what such a verdict is about.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error, OtherError};
use thiserror::Error as ThisError;

/// Why a server's certificate is refused.
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

/// Rustls carries it from the verifier to whoever began the handshake.
impl From<CertificateFault> for Error {
    fn from(fault: CertificateFault) -> Self {
        CertificateError::Other(OtherError(Arc::new(fault))).into()
    }
}

/// What the server has presented, to whom, and what the spec holds.
pub(super) struct Presented<'a> {
    pub(super) leaf: &'a CertificateDer<'a>,
    pub(super) chain: &'a [CertificateDer<'a>],
    pub(super) name: &'a str,
    pub(super) pinned: &'a [CertificateDer<'static>],
}
