//! Converts errors of a handshake, and of the first read after it, to [`NetError`].

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;

use init_core::Endpoint;
use rustls::{CertificateError, Error, InvalidMessage, OtherError, PeerIncompatible};

use super::alert::meaning;
use super::certificate_fault::CertificateFault;
use super::identity::Identity;
use crate::NetError;

/// Finds the error of rustls in a chain of causes. Protocol drivers wrap it, and some do so without naming it as their
/// `source`.
pub fn tls_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        cause = if let Some(io) = error.downcast_ref::<io::Error>() {
            io.get_ref().map(|inner| inner as &(dyn StdError + 'static))
        } else if let Some(shared) = error.downcast_ref::<Arc<dyn StdError + Send + Sync>>() {
            Some(shared.as_ref())
        } else {
            error.source()
        };
    }
    None
}

/// Converts an error of rustls.
pub(super) fn of_tls(endpoint: &Endpoint, error: &Error, identity: &Identity) -> NetError {
    let endpoint = endpoint.clone();
    match error {
        Error::AlertReceived(alert) => {
            let fault = meaning(*alert, identity.was_requested(), identity.has_certificate());
            NetError::Alert { endpoint, alert: *alert, fault }
        }
        Error::InvalidCertificate(certificate) => {
            let fault = explained(certificate).unwrap_or_else(|| {
                let remedy =
                    "see what `openssl x509 -in server.crt -noout -text` says of it, and make it anew";
                CertificateFault::new(format!("the server's certificate is refused: {certificate}"), remedy)
            });
            NetError::Certificate { endpoint, fault }
        }
        Error::InvalidMessage(
            InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion,
        ) => NetError::SpeaksPlain(endpoint),
        Error::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::ServerSentHelloRetryRequestWithUnknownExtension,
        ) => NetError::Tls { endpoint, problem: "it speaks neither TLS 1.2 nor 1.3".to_owned() },
        other => NetError::Tls { endpoint, problem: other.to_string() },
    }
}

/// Converts the error of an incomplete handshake.
pub(super) fn of_handshake(endpoint: &Endpoint, error: &io::Error, identity: &Identity) -> NetError {
    if let Some(tls) = tls_error(error) {
        return of_tls(endpoint, tls, identity);
    }
    let problem = match error.kind() {
        io::ErrorKind::UnexpectedEof => "end of stream".to_owned(),
        _ => error.to_string(),
    };
    NetError::HungUp { endpoint: endpoint.clone(), problem }
}

/// Returns the verifier's own explanation, which rustls has wrapped.
fn explained(error: &CertificateError) -> Option<CertificateFault> {
    match error {
        CertificateError::Other(OtherError(other)) => other.downcast_ref().cloned(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("an error of a driver")]
    struct Driver(#[source] Arc<dyn StdError + Send + Sync>);

    #[test]
    fn the_tls_error_is_found_in_the_errors_of_drivers() {
        let tls = Error::NoCertificatesPresented;
        let io = io::Error::other(tls.clone());
        assert_eq!(tls_error(&io), Some(&tls));
        let twice = io::Error::other(io);
        assert_eq!(tls_error(&twice), Some(&tls));
        assert_eq!(tls_error(&Driver(Arc::new(twice))), Some(&tls));
        assert_eq!(tls_error(&io::Error::from(io::ErrorKind::UnexpectedEof)), None);
    }
}
