//! One connection: name, TCP, TLS, and what each of them says when it fails.

use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use init_core::Endpoint;
use object_store::client::HttpRequestBody;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::Lost;

const CONNECT: Duration = Duration::from_secs(5);
/// What a connection reads ahead, and the most that the head of an answer may have.
const READ_AHEAD: usize = 32 << 10;

/// How to reach the endpoint.
pub(crate) struct Connector {
    endpoint: Endpoint,
    tls: Option<(TlsConnector, ServerName<'static>)>,
}

impl Connector {
    /// `None` speaks plain HTTP. Fails on a name that no certificate can hold.
    pub(crate) fn new(endpoint: Endpoint, tls: Option<Arc<ClientConfig>>) -> Result<Self, Lost> {
        let named = |config| {
            let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|_| Lost::NoServerName)?;
            Ok::<_, Lost>((TlsConnector::from(config), name))
        };
        let tls = tls.map(named).transpose()?;
        Ok(Self { endpoint, tls })
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    pub(crate) async fn connect(&self) -> Result<SendRequest<HttpRequestBody>, Lost> {
        timeout(CONNECT, self.stream()).await.unwrap_or(Err(Lost::NoConnection(CONNECT)))
    }

    async fn stream(&self) -> Result<SendRequest<HttpRequestBody>, Lost> {
        let name = (self.endpoint.host(), self.endpoint.port());
        let addresses: Vec<_> = lookup_host(name).await.map_err(Lost::Resolve)?.collect();
        let tcp = TcpStream::connect(addresses.as_slice()).await.map_err(Lost::Connect)?;
        tcp.set_nodelay(true).map_err(Lost::Connect)?;
        match &self.tls {
            None => handshake(TokioIo::new(tcp)).await,
            Some((connector, name)) => {
                let stream = connector.connect(name.clone(), tcp).await.map_err(Lost::from_tls)?;
                handshake(TokioIo::new(stream)).await
            }
        }
    }
}

async fn handshake<T>(stream: T) -> Result<SendRequest<HttpRequestBody>, Lost>
where
    T: Read + Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::Builder::new().max_buf_size(READ_AHEAD).handshake(stream).await?;
    tokio::spawn(async move {
        // Each request learns by itself how its connection ended.
        let _ = connection.await;
    });
    Ok(sender)
}
