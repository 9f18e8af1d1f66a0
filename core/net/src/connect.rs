//! Connecting to the first of several addresses that answers (RFC 8305, "Happy Eyeballs").
//!
//! The attempt at each address starts a short delay after the previous one, or as soon as that one has failed. An address
//! that drops packets therefore does not use up the time of the others.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use init_core::Endpoint;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::trace;

use crate::NetError;
use crate::error::seconds;

/// The longest delay between the start of one connection attempt and the start of the next.
const STAGGER: Duration = Duration::from_millis(250);

/// Returns the first TCP connection that succeeds before the deadline. Its address and the addresses that have failed are
/// removed from the list, so that a further attempt uses only the remaining ones.
pub(crate) async fn connect(
    endpoint: &Endpoint,
    addresses: &mut Vec<SocketAddr>,
    deadline: Instant,
) -> Result<TcpStream, NetError> {
    let started = Instant::now();
    let mut failures: Vec<(SocketAddr, String)> = Vec::new();
    match timeout_at(deadline, race(addresses, stagger(addresses.len(), deadline), &mut failures)).await {
        Ok(Some((tcp, connected))) => {
            trace!(server = %endpoint, address = %connected, "connected");
            let failed = |address| failures.iter().any(|(failed, _)| *failed == address);
            addresses.retain(|address| *address != connected && !failed(*address));
            return Ok(tcp);
        }
        Ok(None) => {}
        Err(_) => {
            let waited = format!("no answer within {}", seconds(deadline - started));
            for address in addresses.iter() {
                if !failures.iter().any(|(failed, _)| failed == address) {
                    failures.push((*address, waited.clone()));
                }
            }
        }
    }
    // A resolver may rotate the order of addresses. Sorted, the message is the same in every run.
    failures.sort();
    Err(NetError::Connect { endpoint: endpoint.clone(), failures })
}

/// The delay between attempts. The last attempt starts after at most half of the remaining time, so that each attempt has
/// at least the other half.
fn stagger(addresses: usize, deadline: Instant) -> Duration {
    let left = deadline.saturating_duration_since(Instant::now());
    let share = left / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX) / 2;
    share.min(STAGGER)
}

/// Runs the staggered attempts and returns the first connection, or `None` once all of them have failed.
async fn race(
    addresses: &[SocketAddr],
    stagger: Duration,
    failures: &mut Vec<(SocketAddr, String)>,
) -> Option<(TcpStream, SocketAddr)> {
    let mut running = FuturesUnordered::new();
    let mut waiting = addresses.iter().copied();
    let mut next = waiting.next();
    let mut due = Instant::now();
    loop {
        tokio::select! {
            biased;
            Some((address, result)) = running.next() => match result {
                Ok(tcp) => return Some((tcp, address)),
                Err(error) => {
                    failures.push((address, io::Error::to_string(&error)));
                    due = Instant::now();
                }
            },
            () = sleep_until(due), if next.is_some() => {
                running.extend(next.map(attempt));
                next = waiting.next();
                due = Instant::now() + stagger;
            }
            else => return None,
        }
    }
}

async fn attempt(address: SocketAddr) -> (SocketAddr, io::Result<TcpStream>) {
    let connected = TcpStream::connect(address).await.and_then(|tcp| {
        // Each request is written as a whole, so Nagle's algorithm would only delay it.
        tcp.set_nodelay(true)?;
        Ok(tcp)
    });
    (address, connected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_attempt_has_at_least_half_of_the_time() {
        let deadline = Instant::now() + Duration::from_secs(1);
        for count in [1, 2, 3, 10, 100] {
            let starts_after = stagger(count, deadline) * u32::try_from(count - 1).unwrap();
            assert!(starts_after <= Duration::from_millis(500), "{count}");
        }
    }

    #[tokio::test]
    async fn each_refused_address_is_named() {
        let mut closed: Vec<SocketAddr> =
            ["127.0.0.1:1", "127.0.0.2:1"].iter().map(|text| text.parse().unwrap()).collect();
        let deadline = Instant::now() + Duration::from_secs(10);
        let error = connect(&"name:1".parse().unwrap(), &mut closed, deadline).await.unwrap_err();
        let NetError::Connect { failures, .. } = &error else { panic!("{error}") };
        assert_eq!(failures.iter().map(|(address, _)| *address).collect::<Vec<_>>(), closed);
        assert_eq!(
            error.to_string(),
            "cannot connect to name:1: 127.0.0.1: Connection refused (os error 111); \
             127.0.0.2: Connection refused (os error 111)"
        );
    }
}
