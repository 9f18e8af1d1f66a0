//! Explains errors that concern the issuer of a server's certificate.

use rustls::pki_types::CertificateDer;

use super::certificate_fault::{CertificateFault, Presented};
use super::names::listed;
use super::recipe;
use super::x509::Certificate;

/// Explains that no trusted authority has signed the certificate.
pub(super) fn explain(leaf: &Certificate, presented: &Presented<'_>) -> CertificateFault {
    let (chain, pinned) = (read(presented.chain), read(presented.pinned));
    let show = recipe::show_chain(&format!("{}:PORT", presented.name));
    if leaf.is_self_issued() {
        let place =
            if pinned.is_empty() { "and there is no `tls.ca`" } else { "and is not itself in `tls.ca`" };
        return CertificateFault::new(
            format!("the server's certificate is self-signed ({}), {place}", leaf.subject()),
            format!("put the server's own certificate into `tls.ca`: {show} prints it"),
        );
    }
    let highest = highest(leaf, &chain);
    let issuer = highest.issuer();
    if pinned.is_empty() {
        return CertificateFault::new(
            format!("the server's certificate is signed by `{issuer}`, which is no public authority"),
            "give the certificate of that authority in `tls.ca`",
        );
    }
    if let Some(authority) = pinned.iter().find(|authority| highest.may_be_issued_by(authority)) {
        if !authority.has_supported_key() {
            return algorithm(highest, presented);
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
    let held = listed(&pinned.iter().map(Certificate::subject).collect::<Vec<_>>());
    let sent = if highest.is_self_issued() { "" } else { "the server does not send its certificate, and " };
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

/// Explains that the certificate is signed with an algorithm that is not supported.
pub(super) fn algorithm(leaf: &Certificate, presented: &Presented<'_>) -> CertificateFault {
    let above: Vec<Certificate> = read(presented.chain).into_iter().chain(read(presented.pinned)).collect();
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

/// Follows the issuers from the leaf through the certificates that the server has sent, and returns the last one.
fn highest<'a>(leaf: &'a Certificate, chain: &'a [Certificate]) -> &'a Certificate {
    let mut highest = leaf;
    // The number of steps is bounded by the length of the chain, because certificates may name each other as issuer.
    for _ in chain {
        let above = chain.iter().find(|above| !highest.is_self_issued() && highest.may_be_issued_by(above));
        highest = above.unwrap_or(highest);
    }
    highest
}

fn read(certificates: &[CertificateDer<'_>]) -> Vec<Certificate> {
    certificates.iter().filter_map(|der| Certificate::read(der)).collect()
}
