//! Resolves the name of a node for `CLUSTER MEET`, which accepts an address only.

use std::net::IpAddr;

use init_core::Endpoint;

use crate::error::Error;

/// The current addresses of a node, IPv4 first: a server that listens on both families most likely uses IPv4 for its
/// cluster bus.
pub(crate) async fn addresses(node: &Endpoint) -> Result<Vec<IpAddr>, Error> {
    let mut addresses: Vec<IpAddr> =
        init_net::resolve(node).await?.into_iter().map(|address| address.ip()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    Ok(addresses)
}
