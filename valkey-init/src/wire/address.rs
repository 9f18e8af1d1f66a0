//! The addresses of a node's name, for `CLUSTER MEET`, which takes no name.

use std::net::IpAddr;

use init_core::Endpoint;

use crate::error::Error;

/// The addresses now; IPv4 comes first, because the cluster bus of a server that listens on both is likeliest to use it.
pub(crate) async fn addresses(node: &Endpoint) -> Result<Vec<IpAddr>, Error> {
    let mut addresses: Vec<IpAddr> =
        init_net::resolve(node).await?.into_iter().map(|address| address.ip()).collect();
    addresses.sort_by_key(IpAddr::is_ipv6);
    Ok(addresses)
}
