//! The nodes behind one name, as of a service that runs several times: each has its own address until it is started anew, and
//! is identified by its id.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Endpoint;
use redis::cmd;

use super::address::addresses;
use super::connection::Connection;
use super::reply::text;
use crate::desired::{Desired, Instances, Mode};
use crate::error::Error;

/// Resolves each name with `replicas` to all its addresses. A name that cannot be resolved has none, and gives an error.
pub(super) async fn look_up(desired: &Desired) -> (Instances, Option<Error>) {
    let (mut found, mut failed) = (Instances::new(), None);
    for name in desired.nodes.iter().filter(|node| node.replicas > 1).map(|node| &node.endpoint) {
        let addresses = addresses(name).await.unwrap_or_else(|error| {
            failed = Some(error);
            Vec::new()
        });
        found.insert(name.clone(), addresses.into_iter().map(|address| name.at(address)).collect());
    }
    (found, failed)
}

/// Keeps the first address of each node, in the order of the node ids, which stays the same when the addresses change.
pub(super) async fn identify(
    connections: &BTreeMap<Endpoint, Connection>,
    mode: Mode,
    found: Instances,
) -> Result<Instances, Error> {
    let mut instances = Instances::new();
    for (name, endpoints) in found {
        let mut by_id: BTreeMap<String, Endpoint> = BTreeMap::new();
        for connection in endpoints.iter().filter_map(|endpoint| connections.get(endpoint)) {
            by_id.entry(id(connection, mode).await?).or_insert_with(|| connection.node().clone());
        }
        instances.insert(name, by_id.into_values().collect());
    }
    Ok(instances)
}

/// The names that lead to fewer nodes than the spec declares, and an error about the first of them.
pub(super) fn incomplete(desired: &Desired, instances: &Instances) -> (BTreeSet<Endpoint>, Option<Error>) {
    let missing = desired.nodes.iter().filter_map(|node| {
        let found = instances.get(&node.endpoint)?.len();
        (found < node.replicas).then_some((&node.endpoint, node.replicas, found))
    });
    let (mut names, mut problem) = (BTreeSet::new(), None);
    for (name, replicas, found) in missing {
        names.insert(name.clone());
        let text = format!("{name} leads to {found} node(s), and the spec has {replicas} there (`replicas`)");
        problem = problem.or(Some(Error::Unsettled(text)));
    }
    (names, problem)
}

/// The node id in a cluster, and the `run_id` elsewhere.
async fn id(connection: &Connection, mode: Mode) -> Result<String, Error> {
    if mode == Mode::Cluster {
        let mut command = cmd("CLUSTER");
        command.arg("MYID");
        match connection.ask(command).await {
            Ok(id) => return Ok(text(&id).unwrap_or_default()),
            // Cluster mode is disabled on this server, which the reading of the nodes reports.
            Err(Error::Refused { code, .. }) if code == "ERR" => {}
            Err(error) => return Err(error),
        }
    }
    run_id(connection).await
}

/// The `run_id`, which a server keeps until it ends.
pub(super) async fn run_id(connection: &Connection) -> Result<String, Error> {
    let mut command = cmd("INFO");
    command.arg("server");
    let info = text(&connection.ask(command).await?).unwrap_or_default();
    let id = info.lines().find_map(|line| line.trim_end().strip_prefix("run_id:"));
    Ok(id.unwrap_or_default().to_owned())
}
