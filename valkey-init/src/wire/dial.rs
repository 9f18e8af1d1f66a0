//! From an endpoint's name to a byte stream: resolver, TCP, TLS. rustls with ring is the one TLS stack.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use init_core::{Endpoint, FaultKind, Secrets};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::Error;
use crate::spec::Tls;

/// What the protocol is spoken over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The addresses of a node's name, now; the ones that the server's bus is likeliest to speak first.
pub(crate) async fn resolve(node: &Endpoint) -> Result<Vec<IpAddr>, Error> {
    let of = |source| Error::Lookup { node: node.clone(), source };
    let found = tokio::net::lookup_host((node.host(), node.port())).await.map_err(of)?;
    let mut addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    addresses.dedup();
    if addresses.is_empty() { Err(of(io::Error::other("the name has no address"))) } else { Ok(addresses) }
}

/// A stream to one node.
pub(crate) async fn dial(node: &Endpoint, tls: Option<&TlsConnector>) -> Result<Box<dyn Stream>, Error> {
    let addresses: Vec<SocketAddr> =
        resolve(node).await?.into_iter().map(|address| SocketAddr::new(address, node.port())).collect();
    let of = |source| Error::Dial { node: node.clone(), source };
    let tcp = TcpStream::connect(addresses.as_slice()).await.map_err(of)?;
    tcp.set_nodelay(true).map_err(of)?;
    let Some(tls) = tls else { return Ok(Box::new(tcp)) };
    let name = ServerName::try_from(node.host().to_owned()).map_err(|error| Error::Handshake {
        node: node.clone(),
        source: io::Error::other(error),
        kind: FaultKind::Unsupported,
    })?;
    match tls.connect(name, tcp).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(source) => Err(Error::Handshake { node: node.clone(), kind: of_handshake(&source), source }),
    }
}

/// A handshake that the peer breaks off is worth another attempt; one that it refuses is not.
fn of_handshake(error: &io::Error) -> FaultKind {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    inner.map_or(FaultKind::Unavailable, of_tls)
}

/// What the peer says of our certificate is a refusal of us; everything else is the wrong peer.
pub(crate) fn of_tls(error: &rustls::Error) -> FaultKind {
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

/// What every connection's handshake uses.
pub(crate) fn connector(tls: &Tls, secrets: &Secrets) -> Result<TlsConnector, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates(&tls.ca).unwrap_or_default());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_root_certificates(roots));
    let no_key = |name: &str| Error::Key { name: name.to_owned() };
    let builder = builder.map_err(|_| no_key("tls"))?;
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
