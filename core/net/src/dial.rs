//! One attempt to reach an endpoint: resolve, connect, and the handshakes that come before the stream can be used.

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use init_core::{Endpoint, Fault, FaultKind};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::connect::connect;
use crate::{Connector, NetError, Phase, Stream, resolve};

/// Connects to the endpoint, with a TLS handshake if `tls` is given.
pub async fn open(endpoint: &Endpoint, tls: Option<&Connector>, limit: Duration) -> Result<Stream, NetError> {
    dial_with(endpoint, limit, |tcp, deadline| async move {
        match tls {
            None => Ok(Stream::Plain(tcp)),
            Some(connector) => connector.handshake(endpoint, tcp, deadline).await,
        }
    })
    .await
}

/// Connects and calls `begin` for what comes first on the connection: a handshake, a login. If `begin` fails as
/// unavailable, which another server behind the same name need not be, the next address is tried. Each address has an
/// equal share of the time that is left of `limit`; `begin` receives the deadline of its share. If all fail, the error of
/// the last address that was reached is returned.
pub async fn dial_with<S, E, F>(
    endpoint: &Endpoint,
    limit: Duration,
    begin: impl FnMut(TcpStream, Instant) -> F,
) -> Result<S, E>
where
    E: Fault + From<NetError>,
    F: Future<Output = Result<S, E>>,
{
    let deadline = Instant::now() + limit;
    let addresses = timeout_at(deadline, resolve(endpoint)).await.unwrap_or_else(|_| {
        Err(NetError::Silent { endpoint: endpoint.clone(), phase: Phase::Resolve, limit })
    })?;
    dial_addresses(endpoint, addresses, deadline, begin).await
}

/// `dial_with` for addresses that are resolved already.
async fn dial_addresses<S, E, F>(
    endpoint: &Endpoint,
    mut addresses: Vec<SocketAddr>,
    deadline: Instant,
    mut begin: impl FnMut(TcpStream, Instant) -> F,
) -> Result<S, E>
where
    E: Fault + From<NetError>,
    F: Future<Output = Result<S, E>>,
{
    let mut last_error = None;
    loop {
        let tcp = match connect(endpoint, &mut addresses, deadline).await {
            Ok(connected) => connected,
            // The error of an address that was reached says more than the errors of unreachable addresses.
            Err(error) => return Err(last_error.unwrap_or_else(|| error.into())),
        };
        let share = fair_share(deadline, addresses.len() + 1);
        let share_deadline = Instant::now() + share;
        let error = match timeout_at(share_deadline, begin(tcp, share_deadline)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => error,
            Err(_) => {
                let (endpoint, phase) = (endpoint.clone(), Phase::Protocol);
                NetError::Silent { endpoint, phase, limit: share }.into()
            }
        };
        if addresses.is_empty() || error.kind() != FaultKind::Unavailable {
            return Err(error);
        }
        last_error = Some(error);
    }
}

fn fair_share(deadline: Instant, addresses: usize) -> Duration {
    let left = deadline.saturating_duration_since(Instant::now());
    left / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "dial_tests.rs"]
mod tests;
