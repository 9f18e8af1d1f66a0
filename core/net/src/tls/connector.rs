//! What every handshake of a run uses, and the handshake.

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

/// TLS with its secrets read, ready to connect with.
#[derive(Clone, Debug)]
pub struct Connector {
    config: Arc<ClientConfig>,
    identity: Arc<Identity>,
    server_name: Option<DnsName>,
}

impl Tls {
    /// Reads the key of our certificate. One that does not fit is found here, before any packet.
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
    /// One that takes any certificate: for a look at what a listener speaks.
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

    /// The handshake on a connection, in the name of the endpoint or of the spec's `serverName`.
    pub async fn handshake(
        &self,
        endpoint: &Endpoint,
        tcp: TcpStream,
        deadline: Instant,
    ) -> Result<Stream, NetError> {
        let began = Instant::now();
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
                Err(NetError::Silent { endpoint, phase, limit: deadline - began })
            }
        }
    }

    /// What TLS says in an error of a later read or write, if it says anything. In TLS 1.3 the last message of the
    /// handshake is ours, so a server that refuses our certificate says so at the first read after it.
    pub fn fault(&self, endpoint: &Endpoint, error: &(dyn StdError + 'static)) -> Option<NetError> {
        tls_error(error).map(|tls| of_tls(endpoint, tls, &self.identity))
    }
}
