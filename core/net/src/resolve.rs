//! DNS resolution. Results are not cached, because the address of a container changes with every start.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::thread;

use init_core::Endpoint;
use tokio::sync::oneshot;

use crate::NetError;

/// Resolves the endpoint's name to at least one address, in the resolver's order and without duplicates. An endpoint that is
/// one server of several has its own address alone.
pub async fn resolve(endpoint: &Endpoint) -> Result<Vec<SocketAddr>, NetError> {
    if let Some(address) = endpoint.address() {
        return Ok(vec![SocketAddr::new(address, endpoint.port())]);
    }
    let failed = |problem: String| NetError::Resolve { endpoint: endpoint.clone(), problem };
    let found = look_up(thread::Builder::new(), endpoint).await.map_err(|error| failed(error.to_string()))?;
    let mut addresses: Vec<SocketAddr> = Vec::with_capacity(found.len());
    for address in found {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() { Err(failed("the name has no address".to_owned())) } else { Ok(addresses) }
}

/// Calls `getaddrinfo`, which blocks, on a thread of its own. The runtime's blocking pool is not used: it panics when no
/// thread can be started, and its shutdown would wait for a resolver that does not answer.
async fn look_up(thread: thread::Builder, endpoint: &Endpoint) -> io::Result<Vec<SocketAddr>> {
    let (sender, receiver) = oneshot::channel();
    let name = (endpoint.host().to_owned(), endpoint.port());
    let started = thread.name("resolver".to_owned()).spawn({
        let name = name.clone();
        // The receiver is gone if the attempt has timed out before the resolver answered.
        move || drop(sender.send(addresses(&name)))
    });
    match started {
        Ok(_) => {
            receiver.await.unwrap_or_else(|_| Err(io::Error::other("the resolver ended without an answer")))
        }
        // A container with `pids_limit: 1` cannot start a thread, so the run blocks instead.
        Err(_) => addresses(&name),
    }
}

fn addresses((host, port): &(String, u16)) -> io::Result<Vec<SocketAddr>> {
    Ok((host.as_str(), *port).to_socket_addrs()?.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_have_no_duplicates() {
        let addresses = resolve(&"localhost:9092".parse().unwrap()).await.unwrap();
        assert!(addresses.iter().all(|address| address.ip().is_loopback() && address.port() == 9092));
        let mut sorted = addresses.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), addresses.len());
    }

    #[tokio::test]
    async fn one_server_of_several_has_its_address_alone() {
        let name: Endpoint = "nowhere.invalid:9092".parse().unwrap();
        let addresses = resolve(&name.at("10.0.0.7".parse().unwrap())).await.unwrap();
        assert_eq!(addresses, ["10.0.0.7:9092".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_name_is_resolved_without_a_thread_if_none_can_be_started() {
        let too_large = thread::Builder::new().stack_size(1 << 60);
        let addresses = look_up(too_large, &"localhost:9092".parse().unwrap()).await.unwrap();
        assert!(addresses.iter().all(|address| address.ip().is_loopback()) && !addresses.is_empty());
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_retried() {
        use init_core::{Fault as _, FaultKind};
        let error = resolve(&"nowhere.invalid:1".parse().unwrap()).await.unwrap_err();
        assert!(matches!(error, NetError::Resolve { .. }), "{error}");
        assert_eq!(error.kind(), FaultKind::Unavailable);
    }
}
