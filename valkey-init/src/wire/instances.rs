//! The nodes behind one name, where a service runs several times under it: each has an address of its own until it is started
//! anew, and an id by which the run tells it from the others.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use futures_util::future::join_all;
use init_core::{Endpoint, Secret};
use redis::cmd;

use super::address::addresses;
use super::connection::Connection;
use super::connections::{Connections, GRACE};
use super::reply::text;
use crate::desired::{Desired, Instances, Mode};
use crate::error::Error;

/// Every address of each such name; a name that leads nowhere is an error beside the others.
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

/// One address of each node, the first that leads to it, in the order of the nodes' ids: it is the same in every run, also when
/// the addresses are others.
pub(super) async fn tell_apart(
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

/// The names that lead to fewer nodes than the spec has, and how many they are.
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

/// The id of a node of a cluster; elsewhere the one that a server has until it ends.
async fn id(connection: &Connection, mode: Mode) -> Result<String, Error> {
    if mode == Mode::Cluster {
        let mut command = cmd("CLUSTER");
        command.arg("MYID");
        match connection.ask(command).await {
            Ok(id) => return Ok(text(&id).unwrap_or_default()),
            // It was not started as a node of a cluster, which is told where the nodes are read.
            Err(Error::Refused { code, .. }) if code == "ERR" => {}
            Err(error) => return Err(error),
        }
    }
    run_id(connection).await
}

/// The id that a server has until it ends.
async fn run_id(connection: &Connection) -> Result<String, Error> {
    let mut command = cmd("INFO");
    command.arg("server");
    let info = text(&connection.ask(command).await?).unwrap_or_default();
    let id = info.lines().find_map(|line| line.trim_end().strip_prefix("run_id:"));
    Ok(id.unwrap_or_default().to_owned())
}

impl Connections {
    /// The servers that these addresses of a node's name lead to, each by an id that it has until it ends. One that
    /// refuses what the others accept is another; one that does not answer is none.
    pub(crate) async fn servers(
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
