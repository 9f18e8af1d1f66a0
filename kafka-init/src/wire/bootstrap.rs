//! The first broker that answers.

use std::sync::Arc;
use std::time::Duration;

use init_core::Endpoint;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::access::Access;
use super::connection::Connection;
use crate::Error;

/// How long one server may take before the next is tried beside it.
const HEAD_START: Duration = Duration::from_millis(250);

/// Tries the servers in the order of the spec, the next one as soon as one has failed or is slow.
pub(crate) async fn first(servers: &[Endpoint], access: &Arc<Access>) -> Result<Connection, Error> {
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
            // Time for the next one. (A task that ends otherwise has panicked.)
            Ok(None | Some(Err(_))) | Err(_) => {}
        }
    }
    match <[Error; 1]>::try_from(failures) {
        Ok([only]) => Err(only),
        Err(failures) => Err(Error::Bootstrap(failures)),
    }
}
