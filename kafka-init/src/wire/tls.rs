//! TLS by rustls: whom we trust, who we are, and what a failed handshake means.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use init_core::Secrets;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{AlertDescription, ClientConfig};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::dial::Stream;
use super::peer::Peer;
use crate::error::{Error, TlsFault};
use crate::spec::Tls;

const LIMIT: Duration = Duration::from_secs(3);

/// What every handshake uses. A key that does not fit its certificate is found here, before any packet.
pub(super) fn connector(tls: &Tls, secrets: &Secrets) -> Result<TlsConnector, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(tls.roots.clone());
    let config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some((chain, name)) => {
            let unusable = |problem: String| Error::Secret { secret: name.clone(), problem };
            #[expect(clippy::disallowed_methods, reason = "the key signs the handshake")]
            let pem = secrets.get(name)?.expose_secret();
            let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
                .map_err(|_| unusable("it is no private key in PEM".to_owned()))?;
            builder
                .with_client_auth_cert(chain.clone(), key)
                .map_err(|error| unusable(format!("it does not fit `tls.certificate`: {error}")))?
        }
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A name is always verified, and it is the one that was dialled.
pub(super) async fn handshake(
    connector: &TlsConnector,
    host: &str,
    stream: Box<dyn Stream>,
) -> io::Result<Box<dyn Stream>> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    match timeout(LIMIT, connector.connect(name, stream)).await {
        Ok(stream) => Ok(Box::new(stream?)),
        Err(_) => Err(io::Error::other(format!("no answer within {} s", LIMIT.as_secs()))),
    }
}

/// What rustls says of an error, if it is one of TLS. The last flight of a handshake is ours, so that a
/// certificate that the broker refuses shows at the first read after it.
pub(super) fn failed(peer: &Peer, error: &io::Error) -> Option<Error> {
    let tls = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let fault = match tls {
        rustls::Error::AlertReceived(alert) if is_about_us(*alert) => TlsFault::Ours,
        _ => TlsFault::Theirs,
    };
    Some(Error::Tls { peer: peer.clone(), problem: tls.to_string(), fault })
}

fn is_about_us(alert: AlertDescription) -> bool {
    use AlertDescription as A;
    matches!(
        alert,
        A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::CertificateRequired
            | A::UnknownCA
            | A::AccessDenied
    )
}
