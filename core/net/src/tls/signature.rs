//! Verifies the signature of the handshake, which proves that the peer holds the private key of its certificate.
//!
//! webpki cannot parse X.509 version 1, so for such a certificate the signature is verified with the bare public key.

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use rustls::{CertificateError, DigitallySignedStruct, Error};
use webpki::RawPublicKeyEntity;

use super::explain::{self, webpki_error};
use super::x509::Certificate;

/// The protocol version, which determines which signature schemes a key may be used with.
#[derive(Clone, Copy)]
pub(super) enum Protocol {
    Tls12,
    Tls13,
}

pub(super) fn verify(
    protocol: Protocol,
    message: &[u8],
    certificate: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let verified = match protocol {
        Protocol::Tls12 => verify_tls12_signature(message, certificate, signature, algorithms),
        Protocol::Tls13 => verify_tls13_signature(message, certificate, signature, algorithms),
    };
    match verified {
        Err(Error::InvalidCertificate(error)) => match webpki_error(&error) {
            Some(webpki::Error::UnsupportedCertVersion) => {
                let key = Certificate::read(certificate).and_then(|it| it.public_key());
                let key = key.ok_or(CertificateError::BadEncoding)?;
                match protocol {
                    Protocol::Tls12 => verify_tls12_with_raw_key(message, &key, signature, algorithms),
                    Protocol::Tls13 => {
                        verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
                    }
                }
            }
            _ => Err(explain::signature(&error, certificate).into()),
        },
        verified => verified,
    }
}

/// Verifies a signature of TLS 1.2 with a bare public key. In TLS 1.2 a scheme does not determine the curve, so each of
/// its algorithms is tried.
fn verify_tls12_with_raw_key(
    message: &[u8],
    key: &SubjectPublicKeyInfoDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    let key = RawPublicKeyEntity::try_from(key).map_err(|_| CertificateError::BadEncoding)?;
    let of_scheme = algorithms.mapping.iter().filter(|(scheme, _)| *scheme == signature.scheme);
    let mut candidates = of_scheme.flat_map(|(_, algorithms)| algorithms.iter());
    if candidates.any(|algorithm| key.verify_signature(*algorithm, message, signature.signature()).is_ok()) {
        Ok(HandshakeSignatureValid::assertion())
    } else {
        Err(CertificateError::BadSignature.into())
    }
}
