//! The public trust anchors: the bundled ones, and those of the system if it has any.

use init_core::{FileRef, Files};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The system's bundle of trust anchors on Debian and Alpine, Fedora, and openSUSE.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];

/// The bundled trust anchors and those of the system. An image made `FROM scratch` has only the bundled ones.
pub(super) fn public_roots(files: &Files) -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let read = |path: &&str| files.read(&FileRef { file: path.into() }).ok();
    if let Some(pem) = SYSTEM_ROOTS.iter().find_map(read) {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok));
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_trust_anchors_are_always_present() {
        assert!(public_roots(&Files::relative_to("/")).len() >= webpki_roots::TLS_SERVER_ROOTS.len());
    }

    #[test]
    fn each_trust_anchor_of_a_system_can_be_parsed() {
        use super::super::certificates::certificates;
        let files = Files::relative_to("/");
        let read = |path: &&str| files.read(&FileRef { file: path.into() }).ok();
        // The test has nothing to check on a machine without a bundle.
        let Some(pem) = SYSTEM_ROOTS.iter().find_map(read) else { return };
        let found = certificates(&pem).unwrap();
        assert!(found.iter().all(|der| RootCertStore::empty().add(der.clone()).is_ok()));
    }
}
