//! The TLS configuration that all connections of a run share, and the handshake.

use std::error::Error as StdError;
use std::sync::Arc;

use init_core::{DnsName, Endpoint, Secrets};
use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::fault::{of_handshake, of_tls, tls_error};
use super::identity::Identity;
use super::validate::Tls;
use super::verifier::Verifier;
use crate::{NetError, Phase, Stream};

/// A TLS client configuration whose secrets are read.
#[derive(Clone, Debug)]
pub struct Connector {
    config: Arc<ClientConfig>,
    identity: Arc<Identity>,
    server_name: Option<DnsName>,
}

impl Tls {
    /// Reads the key of the client certificate. A key that does not belong to it is reported here, before any packet is
    /// sent.
    pub fn connector(&self, secrets: &Secrets) -> Result<Connector, NetError> {
        let provider = Arc::new(default_provider());
        let identity = match &self.identity {
            None => Identity::none(),
            Some(client) => Identity::of(client, secrets)?,
        };
        let verifier = Verifier::new(self, &provider)?;
        Connector::new(provider, Arc::new(verifier), identity, self.server_name.clone())
    }
}

impl Connector {
    /// Returns a connector that accepts any certificate. It is for probes, which send nothing after the handshake.
    pub(crate) fn unverified() -> Result<Self, NetError> {
        let provider = Arc::new(default_provider());
        let verifier = Verifier::unverified(&provider);
        Self::new(provider, Arc::new(verifier), Identity::none(), None)
    }

    fn new(
        provider: Arc<CryptoProvider>,
        verifier: Arc<dyn ServerCertVerifier>,
        identity: Identity,
        server_name: Option<DnsName>,
    ) -> Result<Self, NetError> {
        let identity = Arc::new(identity);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| NetError::Internal(format!("TLS cannot be set up: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(Arc::clone(&identity) as _);
        Ok(Self { config: Arc::new(config), identity, server_name })
    }

    /// Does the TLS handshake. The expected name is the spec's `serverName`, or else the endpoint's host.
    pub async fn handshake(
        &self,
        endpoint: &Endpoint,
        tcp: TcpStream,
        deadline: Instant,
    ) -> Result<Stream, NetError> {
        let started = Instant::now();
        let host = self.server_name.as_ref().map_or(endpoint.host(), DnsName::as_str);
        let name = ServerName::try_from(host.to_owned()).map_err(|_| NetError::Tls {
            endpoint: endpoint.clone(),
            problem: format!("no certificate can hold the name `{host}`"),
        })?;
        let connector = TlsConnector::from(Arc::clone(&self.config));
        match timeout_at(deadline, connector.connect(name, tcp)).await {
            Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
            Ok(Err(error)) => Err(of_handshake(endpoint, &error, &self.identity)),
            Err(_) => {
                let (endpoint, phase) = (endpoint.clone(), Phase::Handshake);
                Err(NetError::Silent { endpoint, phase, limit: deadline - started })
            }
        }
    }

    /// Returns the TLS error within an error of a later read or write, if there is one. In TLS 1.3 the client sends the
    /// last message of the handshake, so a server that refuses the client certificate reports it at the first read after
    /// the handshake.
    pub fn fault(&self, endpoint: &Endpoint, error: &(dyn StdError + 'static)) -> Option<NetError> {
        tls_error(error).map(|tls| of_tls(endpoint, tls, &self.identity))
    }
}
