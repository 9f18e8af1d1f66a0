//! Opens a connection to the first bootstrap server that can be used.

use std::sync::Arc;
use std::time::Duration;

use init_core::Endpoint;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::access::Access;
use super::connection::Connection;
use crate::Error;

/// The time after which the next server is tried beside a slow one.
const HEAD_START: Duration = Duration::from_millis(250);

/// Tries the servers in the order of the spec. The next one is tried as soon as one has failed or is slow.
pub(crate) async fn connect_first_usable(
    servers: &[Endpoint],
    access: &Arc<Access>,
) -> Result<Connection, Error> {
    let mut servers = servers.iter().cloned();
    let mut tries = JoinSet::new();
    let mut failures = Vec::new();
    loop {
        if let Some(server) = servers.next() {
            let access = Arc::clone(access);
            tries.spawn(async move { Connection::open(&server, None, &access).await });
        }
        match timeout(HEAD_START, tries.join_next()).await {
            Ok(Some(Ok(Ok(connection)))) => return Ok(connection),
            Ok(Some(Ok(Err(error)))) => failures.push(error),
            Ok(None) if servers.len() == 0 => break,
            // The next server is tried. (A task that ends in another way has panicked.)
            Ok(None | Some(Err(_))) | Err(_) => {}
        }
    }
    match <[Error; 1]>::try_from(failures) {
        Ok([only]) => Err(only),
        Err(failures) => Err(Error::NoBootstrapServer(failures)),
    }
}
