//! From an endpoint's name to a byte stream: resolver, TCP, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};

use init_core::{Endpoint, FaultKind};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::tls::of_handshake;
use crate::Error;

/// What the protocol is spoken over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The addresses of a node's name, now; the ones that the server's bus is likeliest to speak first.
pub(crate) async fn resolve(node: &Endpoint) -> Result<Vec<IpAddr>, Error> {
    let of = |source| Error::Lookup { node: node.clone(), source };
    let found = tokio::net::lookup_host((node.host(), node.port())).await.map_err(of)?;
    let found: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in found.iter().filter(|address| address.is_ipv4()).chain(&found) {
        if !addresses.contains(address) {
            addresses.push(*address);
        }
    }
    if addresses.is_empty() { Err(of(io::Error::other("the name has no address"))) } else { Ok(addresses) }
}

/// A stream to one node, at one of the addresses of its name or at this one.
pub(crate) async fn dial(
    node: &Endpoint,
    at: Option<IpAddr>,
    tls: Option<&TlsConnector>,
) -> Result<Box<dyn Stream>, Error> {
    let addresses = match at {
        Some(address) => vec![address],
        None => resolve(node).await?,
    };
    let addresses: Vec<SocketAddr> =
        addresses.into_iter().map(|address| SocketAddr::new(address, node.port())).collect();
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
