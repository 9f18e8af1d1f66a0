//! TLS to a node: rustls with ring is the one stack.

use std::io;
use std::sync::Arc;

use init_core::{FaultKind, Secrets};
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use tokio_rustls::TlsConnector;

use super::crypto::provider;
use crate::Error;
use crate::spec::Tls;

/// A handshake that the peer breaks off is worth another attempt; one that it refuses is not.
pub(super) fn of_handshake(error: &io::Error) -> FaultKind {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or(FaultKind::Unavailable, of_tls)
}

/// What the peer says of our certificate is a refusal of us; everything else is the wrong peer.
pub(super) fn of_tls(error: &rustls::Error) -> FaultKind {
    match error {
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::AccessDenied,
        ) => FaultKind::Denied,
        _ => FaultKind::Unsupported,
    }
}

/// The certificates of a PEM text; there is at least one.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => Err("the file holds no certificate in PEM".to_owned()),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(format!("the file is no PEM: {error}")),
    }
}

type Builder = rustls::ConfigBuilder<ClientConfig, WantsClientCert>;

/// A configuration that trusts `roots` alone.
fn trusting(roots: RootCertStore) -> Result<Builder, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(provider());
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots))
}

/// What every connection's handshake uses.
pub(super) fn connector(tls: &Tls, secrets: &Secrets) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(&tls.ca).unwrap_or_default());
    let no_key = |name: &str| Error::Key { name: name.to_owned() };
    let builder = trusting(roots).map_err(|_| no_key("tls"))?;
    let config = match &tls.client {
        None => builder.with_no_client_auth(),
        Some((pem, name)) => {
            #[expect(clippy::disallowed_methods, reason = "the client key goes into the TLS configuration")]
            let key = PrivateKeyDer::from_pem_slice(secrets.get(name)?.expose_secret().as_bytes())
                .map_err(|_| no_key(name.name()))?;
            let chain = certificates(pem).unwrap_or_default();
            builder.with_client_auth_cert(chain, key).map_err(|_| no_key(name.name()))?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Trusts nobody: for a look at whether there is an answer at all.
pub(super) fn distrustful() -> Option<TlsConnector> {
    let config = trusting(RootCertStore::empty()).ok()?.with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}
