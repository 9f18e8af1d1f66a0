//! Counts the servers behind the addresses of one name, so that one name of several servers is not taken for one node.

use std::collections::BTreeSet;
use std::net::IpAddr;

use futures_util::future::join_all;
use init_core::{Endpoint, Secret};

use super::connection::Connection;
use super::connections::{Connections, GRACE};
use super::instances::run_id;

impl Connections {
    /// The distinct servers behind these addresses of a node's name, by their `run_id`. A server that refuses this
    /// login counts as another one; an address without an answer is left out.
    pub(crate) async fn distinct_servers(
        &self,
        node: &Endpoint,
        addresses: impl Iterator<Item = IpAddr>,
        credential: Option<(&Secret, &Secret)>,
    ) -> BTreeSet<String> {
        let asking = addresses.map(async |address| {
            let asked = async {
                let connection = Connection::open_at(node, address, &self.settings, credential).await?;
                run_id(&connection).await
            };
            match tokio::time::timeout(GRACE * 2, asked).await {
                Ok(Ok(id)) => Some(id),
                Ok(Err(error)) if error.code().is_some() => Some(format!("the one at {address}")),
                _ => None,
            }
        });
        join_all(asking).await.into_iter().flatten().collect()
    }
}
