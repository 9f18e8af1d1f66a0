//! The advertised listeners of the brokers. Only a DNS name is accepted (REQ-AUTO-003): an IP address changes with
//! the next restart of a container, and `localhost` is another machine for every client on another host.

use std::time::Duration;

use futures_util::future::join_all;
use init_core::{DnsName, Endpoint, EndpointError};
use init_net::NetError;
use tokio::time::timeout;

use super::broker::Broker;
use crate::Error;

/// The most lookups at the same time; each one blocks a thread.
const MAX_CONCURRENT: usize = 32;
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(2);

/// The broker's advertised listener as an endpoint, where clients can use it.
pub(crate) fn advertised_endpoint(broker: &Broker, bootstrap: &[Endpoint]) -> Result<Endpoint, Error> {
    let refuse =
        |problem| Err(Error::UnusableListener { broker: broker.id, listener: broker.listener(), problem });
    let name: DnsName = match broker.host.parse() {
        Ok(name) => name,
        Err(EndpointError::Address(_)) => return refuse("which is an address and no DNS name"),
        Err(_) => return refuse("which is no DNS name"),
    };
    if is_localhost(name.as_str()) && !bootstrap.iter().any(|endpoint| is_localhost(endpoint.host())) {
        return refuse("which is another machine for every client but itself");
    }
    let port = u16::try_from(broker.port).unwrap_or_default();
    Endpoint::new(name, port).or_else(|_| refuse("whose port is none"))
}

fn is_localhost(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Resolves the names of all brokers, many at a time. The error names the first broker whose name has no address.
pub(crate) async fn resolve_all(brokers: &[(i32, Endpoint)]) -> Result<(), Error> {
    let one = async |(broker, endpoint): &(i32, Endpoint)| {
        let problem = match timeout(RESOLVE_TIMEOUT, init_net::resolve(endpoint)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(NetError::Resolve { problem, .. })) => problem,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", RESOLVE_TIMEOUT.as_secs()),
        };
        Err(Error::UnresolvedListener { broker: *broker, listener: endpoint.to_string(), problem })
    };
    for chunk in brokers.chunks(MAX_CONCURRENT) {
        join_all(chunk.iter().map(one)).await.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}
