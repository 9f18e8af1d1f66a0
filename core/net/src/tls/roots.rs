//! The public authorities: those that are compiled in, and the system's where it has some.

use init_core::{FileRef, Files};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// Where Debian and Alpine, Fedora and openSUSE keep all of them in one file.
const SYSTEM_ROOTS: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];

/// The bundled authorities and the system's. On a system without any, such as a `scratch` image, the bundled ones alone.
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
    fn the_compiled_ones_are_always_there() {
        assert!(public_roots(&Files::relative_to("/")).len() >= webpki_roots::TLS_SERVER_ROOTS.len());
    }

    #[test]
    fn each_authority_of_a_system_can_be_read() {
        use super::super::certificates::certificates;
        let files = Files::relative_to("/");
        let read = |path: &&str| files.read(&FileRef { file: path.into() }).ok();
        // A machine without a bundle of its own cannot run this test.
        let Some(pem) = SYSTEM_ROOTS.iter().find_map(read) else { return };
        let found = certificates(&pem).unwrap();
        assert!(found.iter().all(|der| RootCertStore::empty().add(der.clone()).is_ok()));
    }
}
