//! What is wrong with who signed a server's certificate.

use rustls::pki_types::CertificateDer;

use super::explain::{CertificateFault, Shown};
use super::names::listed;
use super::recipe;
use super::x509::Certificate;

/// No trusted authority signed it.
pub(super) fn explain(leaf: &Certificate, shown: &Shown<'_>) -> CertificateFault {
    let (chain, given) = (read(shown.chain), read(shown.given));
    let show = recipe::shown(&format!("{}:PORT", shown.name));
    if leaf.is_self_issued() {
        let place =
            if given.is_empty() { "and there is no `tls.ca`" } else { "and is not itself in `tls.ca`" };
        return CertificateFault::new(
            format!("the server's certificate is self-signed ({}), {place}", leaf.subject()),
            format!("put the server's own certificate into `tls.ca`: {show} prints it"),
        );
    }
    let top = top(leaf, &chain);
    let issuer = top.issuer();
    if given.is_empty() {
        return CertificateFault::new(
            format!("the server's certificate is signed by `{issuer}`, which is no public authority"),
            "give the certificate of that authority in `tls.ca`",
        );
    }
    if let Some(authority) = given.iter().find(|authority| top.may_be_issued_by(authority)) {
        if !authority.has_supported_key() {
            return algorithm(top, shown);
        }
        if authority.is_no_authority() {
            return CertificateFault::new(
                format!(
                    "the server's certificate is signed by `{issuer}`, which is not an authority (CA:FALSE)"
                ),
                "have an authority sign it, or put the server's own certificate into `tls.ca`",
            );
        }
        return CertificateFault::new(
            format!(
                "the server's certificate is signed by `{issuer}`, and the one of that name in `tls.ca` has another key"
            ),
            "put the authority's present certificate into `tls.ca`: it was made anew, or is another of the same name",
        );
    }
    let held = listed(&given.iter().map(Certificate::subject).collect::<Vec<_>>());
    let sent = if top.is_self_issued() { "" } else { "the server does not send its certificate, and " };
    CertificateFault::new(
        format!(
            "the server's certificate is signed by `{issuer}`: {sent}`tls.ca` does not hold it, but {held}"
        ),
        format!(
            "if `{issuer}` is an intermediate authority, have the server send its certificate after its own (`cat \
             server.crt intermediate.crt`); otherwise give it in `tls.ca`. {show} prints what is sent"
        ),
    )
}

/// An authority signed it with an algorithm that is not supported.
pub(super) fn algorithm(leaf: &Certificate, shown: &Shown<'_>) -> CertificateFault {
    let above: Vec<Certificate> = read(shown.chain).into_iter().chain(read(shown.given)).collect();
    let signer = above.iter().find(|authority| leaf.may_be_issued_by(authority));
    let by = signer
        .map(|authority| format!(", by a key of the kind {}", authority.key_kind()))
        .unwrap_or_default();
    CertificateFault::new(
        format!(
            "the server's certificate (or one above it) is signed with {}{by}, which is not supported here",
            leaf.signed_with()
        ),
        format!(
            "have it signed with SHA-256 or newer by a key of a supported kind ({}); a new key for the authority: {}",
            recipe::KEYS,
            recipe::NEW_KEY
        ),
    )
}

/// The highest certificate that the server has sent.
fn top<'a>(leaf: &'a Certificate, chain: &'a [Certificate]) -> &'a Certificate {
    let mut top = leaf;
    // As many steps as there are certificates: some name each other as issuer.
    for _ in chain {
        let above = chain.iter().find(|above| !top.is_self_issued() && top.may_be_issued_by(above));
        top = above.unwrap_or(top);
    }
    top
}

fn read(certificates: &[CertificateDer<'_>]) -> Vec<Certificate> {
    certificates.iter().filter_map(|der| Certificate::read(der)).collect()
}
