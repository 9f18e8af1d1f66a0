//! The meaning of a TLS alert: whether it concerns the client certificate, and the remedy.

use init_core::FaultKind;
use rustls::AlertDescription;

/// The class, problem and remedy of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertFault {
    pub(crate) kind: FaultKind,
    pub(crate) problem: &'static str,
    pub(crate) remedy: &'static str,
}

const CLIENT_CERTIFICATE_REMEDY: &str = "give a certificate that an authority of the server signed, and its key, in `tls.certificate` and \
                    `tls.key`";

/// Explains an alert. `requested` is true if the server has requested a client certificate, `has_certificate` if the spec
/// has one.
pub(super) fn meaning(alert: AlertDescription, requested: bool, has_certificate: bool) -> AlertFault {
    use AlertDescription as A;
    let denied = |problem, remedy| AlertFault { kind: FaultKind::Denied, problem, remedy };
    let unsupported = |problem, remedy| AlertFault { kind: FaultKind::Unsupported, problem, remedy };
    match alert {
        A::CertificateRequired => certificate_required(),
        // TLS 1.2 has no alert for a missing certificate; servers send one of these instead.
        A::HandshakeFailure
        | A::BadCertificate
        | A::CertificateUnknown
        | A::UnsupportedCertificate
        | A::UnknownCA
        | A::AccessDenied
            if requested && !has_certificate =>
        {
            certificate_required()
        }
        A::UnknownCA => denied(
            "it does not know the authority that signed our certificate",
            "put that authority into the server's trust store, or give a certificate that one of its authorities signed",
        ),
        A::CertificateExpired => {
            denied("our certificate is not valid now", "renew the one in `tls.certificate`")
        }
        A::CertificateRevoked => denied("our certificate is revoked", CLIENT_CERTIFICATE_REMEDY),
        A::BadCertificate | A::CertificateUnknown | A::UnsupportedCertificate => {
            denied("it does not accept our certificate", CLIENT_CERTIFICATE_REMEDY)
        }
        A::AccessDenied => {
            denied("it knows our certificate and does not let it in", CLIENT_CERTIFICATE_REMEDY)
        }
        A::HandshakeFailure | A::InsufficientSecurity => unsupported(
            "it has no cipher or key that is supported here",
            "let the server speak TLS 1.2 or 1.3 with AES-GCM or ChaCha20, and give it a certificate with a key that is \
             RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519: P-521, Ed448 and DSA are not supported",
        ),
        A::ProtocolVersion => {
            unsupported("it speaks neither TLS 1.2 nor 1.3", "turn on TLS 1.2 or 1.3 in the server")
        }
        A::UnrecognisedName => unsupported(
            "it has no certificate for the name",
            "use a name that the server knows in the endpoint, or write it as `serverName` into `tls`",
        ),
        _ => unsupported("it does not go on", "see the server's log, which says why"),
    }
}

fn certificate_required() -> AlertFault {
    AlertFault {
        kind: FaultKind::Denied,
        problem: "it requires a client certificate, and the spec gives none that fits",
        remedy: CLIENT_CERTIFICATE_REMEDY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_about_the_client_certificate_are_denials() {
        use AlertDescription as A;
        use FaultKind as K;
        for (alert, requested, has_certificate, kind) in [
            (A::CertificateRequired, true, false, K::Denied),
            (A::HandshakeFailure, true, false, K::Denied),
            (A::UnknownCA, true, false, K::Denied),
            (A::HandshakeFailure, true, true, K::Unsupported),
            (A::HandshakeFailure, false, false, K::Unsupported),
            (A::BadCertificate, false, false, K::Denied),
            (A::UnsupportedCertificate, true, true, K::Denied),
            (A::CertificateRevoked, true, true, K::Denied),
            (A::CertificateExpired, true, true, K::Denied),
            (A::CertificateUnknown, true, true, K::Denied),
            (A::UnknownCA, true, true, K::Denied),
            (A::AccessDenied, true, true, K::Denied),
            (A::ProtocolVersion, false, false, K::Unsupported),
            (A::UnrecognisedName, false, false, K::Unsupported),
            (A::InternalError, false, false, K::Unsupported),
        ] {
            assert_eq!(meaning(alert, requested, has_certificate).kind, kind, "{alert:?}");
        }
    }
}
