//! Explains why a server's certificate is refused, with the `openssl` command that makes an acceptable one.

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, OtherError};

use super::certificate_fault::{CertificateFault, Presented};
use super::names::{listed, names};
use super::x509::{Certificate, date};
use super::{issuer, recipe};

/// Explains the verifier's error.
pub(super) fn explain(error: &CertificateError, presented: &Presented<'_>) -> CertificateFault {
    use CertificateError as E;
    let Some(leaf) = Certificate::read(presented.leaf) else { return malformed() };
    match error {
        E::ExpiredContext { not_after, .. } => expired(*not_after, &leaf, presented),
        // webpki reports this variant for a certificate whose validity ends before it begins.
        E::Expired => expired(leaf.validity().1, &leaf, presented),
        E::NotValidYetContext { not_before, .. } => CertificateFault::new(
            format!("the server's certificate (or one above it) is not valid before {}", date(*not_before)),
            "correct the clock of this machine or of the one that made the certificate, or make it anew",
        ),
        E::NotValidForName | E::NotValidForNameContext { .. } => wrong_name(&leaf, presented),
        E::UnknownIssuer | E::BadSignature => issuer::explain(&leaf, presented),
        E::UnsupportedSignatureAlgorithmContext { .. }
        | E::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => issuer::algorithm(&leaf, presented),
        E::InvalidPurpose | E::InvalidPurposeContext { .. } => CertificateFault::new(
            "the server's certificate is not for servers: its extendedKeyUsage has no serverAuth",
            format!(
                "make it without extendedKeyUsage, or with serverAuth in it (and clientAuth, if it is for both): {}",
                recipe::signed(presented.name)
            ),
        ),
        E::BadEncoding => malformed(),
        other => of_webpki(other, &leaf, presented),
    }
}

/// Explains the errors of webpki for which rustls has no variant of its own.
fn of_webpki(error: &CertificateError, leaf: &Certificate, presented: &Presented<'_>) -> CertificateFault {
    use webpki::Error as E;
    match webpki_error(error) {
        Some(E::UnsupportedCertVersion) => CertificateFault::new(
            format!(
                "the server's certificate ({}) is X.509 version 1: it has no subjectAltName",
                leaf.subject()
            ),
            format!(
                "make it anew with an extension, {}; or put the server's own certificate into `tls.ca`",
                recipe::signed(presented.name)
            ),
        ),
        Some(E::CaUsedAsEndEntity) if leaf.is_self_issued() => issuer::explain(leaf, presented),
        Some(E::CaUsedAsEndEntity) => CertificateFault::new(
            format!(
                "the server's certificate ({}) is that of an authority (CA:TRUE), and is not itself in `tls.ca`",
                leaf.subject()
            ),
            format!(
                "make one for the server that is no authority, {}; or put the server's own certificate into `tls.ca`",
                recipe::signed(presented.name)
            ),
        ),
        Some(E::EndEntityUsedAsCa) => CertificateFault::new(
            format!(
                "the certificate that signed the server's ({}) is not that of an authority (CA:FALSE)",
                leaf.issuer()
            ),
            "have an authority sign it: `openssl req -x509 -addext basicConstraints=critical,CA:TRUE …` makes one",
        ),
        Some(other) => CertificateFault::new(
            format!("the server's certificate ({}) is refused: {other:?}", leaf.subject()),
            format!("make it anew: {}", renewal(leaf, presented.name)),
        ),
        None => CertificateFault::new(
            format!("the server's certificate ({}) is refused: {error}", leaf.subject()),
            format!("make it anew: {}", renewal(leaf, presented.name)),
        ),
    }
}

fn expired(not_after: UnixTime, leaf: &Certificate, presented: &Presented<'_>) -> CertificateFault {
    let day = date(not_after);
    if leaf.validity().1 == not_after {
        let problem = format!("the server's certificate expired at {day}");
        return CertificateFault::new(problem, format!("renew it: {}", renewal(leaf, presented.name)));
    }
    let upper = presented
        .chain
        .iter()
        .filter_map(|der| Certificate::read(der))
        .find(|it| it.validity().1 == not_after);
    let whose = upper.map_or_else(|| "an authority".to_owned(), |upper| format!("`{}`", upper.subject()));
    CertificateFault::new(
        format!("the certificate of {whose}, which is above the server's, expired at {day}"),
        "renew it, and have the server send the new one",
    )
}

fn wrong_name(leaf: &Certificate, presented: &Presented<'_>) -> CertificateFault {
    let (wanted, is_pinned) = (presented.name, presented.pinned.contains(presented.leaf));
    let mismatch = |names: &[String]| {
        let names = if names.is_empty() { "no DNS name at all".to_owned() } else { listed(names) };
        format!("the server's certificate is for {names}, and not for `{wanted}`")
    };
    match leaf.alternative_names() {
        None if !is_pinned => CertificateFault::new(
            format!(
                "the server's certificate has a common name alone ({}) and no subjectAltName, which is what names are \
                 compared with",
                listed(&leaf.common_names())
            ),
            format!(
                "make it with the name, {}; or put the server's own certificate into `tls.ca` if `{wanted}` is its \
                 common name",
                renewal(leaf, wanted)
            ),
        ),
        found => CertificateFault::new(
            mismatch(&if is_pinned { names(leaf) } else { found.unwrap_or_default() }),
            format!(
                "name the server so in the spec, or write `serverName` into `tls`, or make the certificate for \
                 `{wanted}`: {}",
                renewal(leaf, wanted)
            ),
        ),
    }
}

/// The command that makes a certificate of the same kind for the name.
fn renewal(leaf: &Certificate, name: &str) -> String {
    if leaf.is_self_issued() { recipe::self_signed(name) } else { recipe::signed(name) }
}

/// Explains a refused signature of the handshake, which proves that the server holds the private key.
pub(super) fn signature(error: &CertificateError, certificate: &CertificateDer<'_>) -> CertificateFault {
    let kind = Certificate::read(certificate).map_or_else(|| "unknown".to_owned(), |it| it.key_kind());
    CertificateFault::new(
        format!("the server's key ({kind}) has made a signature that is refused: {error}"),
        format!("use a key of a supported kind ({}): {}", recipe::KEYS, recipe::NEW_KEY),
    )
}

pub(super) fn malformed() -> CertificateFault {
    CertificateFault::new(
        "the server's certificate is malformed",
        "see what `openssl x509 -in server.crt -noout -text` says of it, and make it anew",
    )
}

/// Returns the error of webpki where rustls has only wrapped it.
pub(super) fn webpki_error(error: &CertificateError) -> Option<&webpki::Error> {
    match error {
        CertificateError::Other(OtherError(other)) => other.downcast_ref(),
        _ => None,
    }
}
