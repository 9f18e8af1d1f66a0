//! Whom to trust: the CA that the spec names, or the public ones that are compiled in.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The trust anchors, ready to connect with.
pub(crate) type Roots = Arc<ClientConfig>;

/// From the text of a PEM file.
pub(crate) fn roots(pem: &[u8]) -> Result<Roots, String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("it is no PEM file: {error}"))?;
        store.add(certificate).map_err(|error| format!("a certificate in it is unusable: {error}"))?;
    }
    if store.is_empty() {
        return Err("it holds no certificate: a PEM file has BEGIN CERTIFICATE lines".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
