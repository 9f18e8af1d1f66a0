//! Verifies a server's certificate with webpki, or by exact match if the spec itself holds the certificate.
//!
//! A self-signed certificate of a single server is given to clients as `tls.ca`. It often has CA:TRUE, and sometimes is of
//! X.509 version 1 or has only a common name. webpki refuses all of these, so such a certificate is compared as a whole,
//! and its validity and its name are verified here.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::certificate_fault::{CertificateFault, Presented};
use super::explain::{explain, malformed};
use super::names::{is_among, names};
use super::signature::{Protocol, verify};
use super::validate::{Tls, Verification};
use super::x509::Certificate;
use crate::NetError;

#[derive(Debug)]
pub(super) struct Verifier {
    verification: Verification,
    pinned: Arc<[CertificateDer<'static>]>,
    /// `None` if there is no trust anchor. Then a certificate is accepted by exact match only, or not verified at all.
    webpki: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(tls: &Tls, provider: &Arc<CryptoProvider>) -> Result<Self, NetError> {
        let webpki = match tls.verification {
            Verification::None => None,
            // `tls.ca` holds only certificates of servers.
            Verification::Full | Verification::Authority if tls.roots.is_empty() => None,
            Verification::Full | Verification::Authority => {
                let builder =
                    WebPkiServerVerifier::builder_with_provider(Arc::clone(&tls.roots), Arc::clone(provider));
                let built = builder.build();
                Some(built.map_err(|error| NetError::Internal(format!("TLS authorities: {error}")))?)
            }
        };
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self { verification: tls.verification, pinned: Arc::clone(&tls.pinned), webpki, algorithms })
    }

    /// Returns a verifier that accepts any certificate. It is for probes, which send nothing after the handshake.
    pub(super) fn unverified(provider: &CryptoProvider) -> Self {
        let algorithms = provider.signature_verification_algorithms;
        Self { verification: Verification::None, pinned: Arc::new([]), webpki: None, algorithms }
    }

    /// Verifies the validity and the name of a certificate that the spec holds.
    fn verify_pinned(
        &self,
        leaf: &CertificateDer<'_>,
        name: &str,
        now: UnixTime,
    ) -> Result<(), CertificateFault> {
        let certificate = Certificate::read(leaf).ok_or_else(malformed)?;
        let (not_before, not_after) = certificate.validity();
        let error = if now < not_before {
            CertificateError::NotValidYetContext { time: now, not_before }
        } else if now > not_after {
            CertificateError::ExpiredContext { time: now, not_after }
        } else if self.verification == Verification::Full && !is_among(name, &names(&certificate)) {
            CertificateError::NotValidForName
        } else {
            return Ok(());
        };
        Err(explain(&error, &Presented { leaf, chain: &[], name, pinned: &self.pinned }))
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.verification == Verification::None {
            return Ok(ServerCertVerified::assertion());
        }
        let expected_name = name.to_str();
        if self.pinned.iter().any(|pinned| pinned == leaf) {
            return match self.verify_pinned(leaf, &expected_name, now) {
                Ok(()) => Ok(ServerCertVerified::assertion()),
                Err(fault) => Err(fault.into()),
            };
        }
        let result = match &self.webpki {
            Some(webpki) => webpki.verify_server_cert(leaf, chain, name, ocsp, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        match result {
            // webpki verifies the name last, so everything else has been accepted.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.verification == Verification::Authority => Ok(ServerCertVerified::assertion()),
            Err(Error::InvalidCertificate(error)) => {
                Err(explain(&error, &Presented { leaf, chain, name: &expected_name, pinned: &self.pinned })
                    .into())
            }
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify(Protocol::Tls12, message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify(Protocol::Tls13, message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
