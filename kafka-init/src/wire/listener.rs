//! Where the brokers send their clients. Only a DNS name is followed (REQ-AUTO-003): an address is a defect
//! that shows after the next restart, and `localhost` is another machine for everybody else.

use std::time::Duration;

use futures_util::future::join_all;
use init_core::{DnsName, Endpoint, EndpointError};
use init_net::NetError;
use tokio::time::timeout;

use super::broker::Broker;
use crate::Error;

/// A lookup blocks a thread of its own, so the number of concurrent ones is bounded.
const AT_ONCE: usize = 32;
const RESOLVE: Duration = Duration::from_secs(2);

/// The broker's endpoint, if its clients may go there.
pub(crate) fn advertised(broker: &Broker, bootstrap: &[Endpoint]) -> Result<Endpoint, Error> {
    let refuse = |problem| Err(Error::Advertised { broker: broker.id, listener: broker.listener(), problem });
    let name: DnsName = match broker.host.parse() {
        Ok(name) => name,
        Err(EndpointError::Address(_)) => return refuse("which is an address and no DNS name"),
        Err(_) => return refuse("which is no DNS name"),
    };
    if is_local(name.as_str()) && !bootstrap.iter().any(|endpoint| is_local(endpoint.host())) {
        return refuse("which is another machine for every client but itself");
    }
    let port = u16::try_from(broker.port).unwrap_or_default();
    Endpoint::new(name, port).or_else(|_| refuse("whose port is none"))
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Asks for many names at once, and says of the first one that has no address whose it is.
pub(crate) async fn resolve(brokers: &[(i32, Endpoint)]) -> Result<(), Error> {
    let one = async |(broker, endpoint): &(i32, Endpoint)| {
        let problem = match timeout(RESOLVE, init_net::resolve(endpoint)).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(NetError::Resolve { problem, .. })) => problem,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} s", RESOLVE.as_secs()),
        };
        Err(Error::Unresolved { broker: *broker, listener: endpoint.to_string(), problem })
    };
    for some in brokers.chunks(AT_ONCE) {
        join_all(some.iter().map(one)).await.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(())
}
