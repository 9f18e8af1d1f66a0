//! The cluster behind the bootstrap servers: its brokers, and a connection to each one that is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use init_core::Endpoint;
use tokio::time::timeout;

use super::access::Access;
use super::bootstrap;
use super::connection::Connection;
use super::description::ClusterDescription;
use super::listener;
use crate::desired::readiness::Readiness;
use crate::error::{Error, Peer};

/// The time after which connecting to a further broker is given up, where the caller can do without it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The most brokers that are asked at the same time.
const MAX_CONCURRENT: usize = 64;

/// A cluster to which at least one connection is open.
pub(crate) struct Cluster {
    servers: Vec<Endpoint>,
    access: Arc<Access>,
    /// The main connection. All reads and writes go through it, so that a read sees the writes before it.
    main: Connection,
    others: BTreeMap<i32, Connection>,
    description: ClusterDescription,
    endpoints: BTreeMap<i32, Endpoint>,
}

impl Cluster {
    /// Connects once. A cluster with another id than the spec's is not waited for; the plan reports it as a conflict.
    pub(crate) async fn connect(
        servers: &[Endpoint],
        access: Access,
        readiness: &Readiness<'_>,
    ) -> Result<Self, Error> {
        let mut cluster = Self::bootstrap(servers.to_vec(), Arc::new(access)).await?;
        if readiness.cluster_id.is_none_or(|id| id == cluster.description.cluster_id) {
            cluster.read_advertised_listeners()?;
            let unfenced: Vec<_> = cluster.unfenced().collect();
            listener::resolve_all(&unfenced).await?;
        }
        Ok(cluster)
    }

    /// Fails when too few brokers are unfenced. A cluster with another id than the spec's passes, because the plan
    /// reports it.
    pub(crate) fn ready(&self, readiness: &Readiness<'_>) -> Result<(), Error> {
        let is_meant = readiness.cluster_id.is_none_or(|id| id == self.description.cluster_id);
        if is_meant { self.description.ready(readiness) } else { Ok(()) }
    }

    /// Connects to these brokers, as far as they are unfenced. A client of their partitions has to connect to them
    /// too.
    pub(crate) async fn connect_to(&mut self, brokers: &BTreeSet<i32>) -> Result<(), Error> {
        let unconnected = self.unconnected().into_iter().filter(|(id, _)| brokers.contains(id)).collect();
        for (id, connection) in connect_all(unconnected, &self.access).await {
            self.others.insert(id, connection?);
        }
        Ok(())
    }

    /// Reads the brokers of the cluster again, over a new main connection if the old one failed. It does not check
    /// readiness.
    pub(crate) async fn refresh(&mut self) -> Result<(), Error> {
        if self.main.is_usable() {
            self.description = ClusterDescription::read(&mut self.main).await?;
        } else {
            *self = Self::bootstrap(self.servers.clone(), Arc::clone(&self.access)).await?;
        }
        self.read_advertised_listeners()
    }

    async fn bootstrap(servers: Vec<Endpoint>, access: Arc<Access>) -> Result<Self, Error> {
        let mut main = bootstrap::connect_first_usable(&servers, &access).await?;
        let description = match ClusterDescription::read(&mut main).await {
            Ok(description) => description,
            Err(closed @ Error::ConnectionClosed { .. }) if access.login.is_none() => {
                return Err(sasl_required(main.peer(), &access).await.unwrap_or(closed));
            }
            Err(error) => return Err(error),
        };
        Ok(Self { servers, access, main, others: BTreeMap::new(), description, endpoints: BTreeMap::new() })
    }

    fn read_advertised_listeners(&mut self) -> Result<(), Error> {
        for broker in &self.description.brokers {
            let endpoint = listener::advertised_endpoint(broker, &self.servers)?;
            if endpoint == self.main.peer().endpoint {
                self.main.set_broker_id(broker.id);
            }
            self.endpoints.insert(broker.id, endpoint);
        }
        Ok(())
    }

    fn unfenced(&self) -> impl Iterator<Item = (i32, Endpoint)> {
        let unfenced = self.description.brokers.iter().filter(|broker| !broker.fenced);
        unfenced.filter_map(|broker| Some((broker.id, self.endpoints.get(&broker.id)?.clone())))
    }

    pub(crate) fn id(&self) -> &str {
        &self.description.cluster_id
    }

    /// The unfenced brokers, each with its rack.
    pub(crate) fn racks(&self) -> BTreeMap<i32, Option<String>> {
        let unfenced = self.description.brokers.iter().filter(|broker| !broker.fenced);
        unfenced.map(|broker| (broker.id, broker.rack.clone())).collect()
    }

    /// The main connection.
    pub(crate) fn main(&mut self) -> &mut Connection {
        &mut self.main
    }

    /// The connection to a broker, or the main connection for `None`. There is none where no usable connection to
    /// that broker is open.
    pub(crate) fn connection_to(&mut self, broker: Option<i32>) -> Option<&mut Connection> {
        match broker {
            Some(id) if self.main.peer().id != Some(id) => {
                self.others.get_mut(&id).filter(|connection| connection.is_usable())
            }
            Some(_) | None => Some(&mut self.main),
        }
    }

    /// Makes the connection to the controller the main one. In `ZooKeeper` mode only the controller accepts changes.
    pub(crate) async fn move_to_controller(&mut self) -> Result<(), Error> {
        self.description = ClusterDescription::read(&mut self.main).await?;
        let controller = self.description.controller;
        if let Some(endpoint) =
            self.endpoints.get(&controller).filter(|_| self.main.peer().id != Some(controller))
        {
            self.main = Connection::open(endpoint, Some(controller), &self.access).await?;
            self.others.remove(&controller);
        }
        Ok(())
    }

    /// Runs `work` on the main connection, and connects to the other brokers at the same time. A broker that is not
    /// connected in time is left out; a caller that needs every broker connects again.
    pub(crate) async fn while_connecting<T>(&mut self, work: impl AsyncFnOnce(&mut Connection) -> T) -> T {
        let unconnected = self.unconnected();
        let opening = timeout(CONNECT_TIMEOUT, connect_all(unconnected, &self.access));
        let (done, opened) = tokio::join!(work(&mut self.main), opening);
        let opened = opened.unwrap_or_default().into_iter();
        self.others.extend(opened.filter_map(|(id, connection)| Some((id, connection.ok()?))));
        done
    }

    /// All usable connections, the main one first.
    pub(crate) fn connections(&mut self) -> impl Iterator<Item = &mut Connection> {
        let others = self.others.values_mut().filter(|connection| connection.is_usable());
        std::iter::once(&mut self.main).chain(others)
    }

    /// Runs `work` on the connection of every unfenced broker, many at a time.
    pub(crate) async fn at_every_broker(
        &mut self,
        work: impl AsyncFn(&mut Connection) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.connect_others().await?;
        let mut connections: Vec<&mut Connection> = self.connections().collect();
        for chunk in connections.chunks_mut(MAX_CONCURRENT) {
            join_all(chunk.iter_mut().map(|connection| work(connection)))
                .await
                .into_iter()
                .collect::<Result<(), Error>>()?;
        }
        Ok(())
    }

    async fn connect_others(&mut self) -> Result<(), Error> {
        let unconnected = self.unconnected();
        for (id, connection) in connect_all(unconnected, &self.access).await {
            self.others.insert(id, connection?);
        }
        Ok(())
    }

    /// The unfenced brokers to which no usable connection is open.
    fn unconnected(&mut self) -> Vec<(i32, Endpoint)> {
        let unfenced: BTreeMap<i32, Endpoint> = self.unfenced().collect();
        self.others.retain(|id, connection| connection.is_usable() && unfenced.contains_key(id));
        let main = self.main.peer().id;
        let is_open = |id: &i32| main == Some(*id) || self.others.contains_key(id);
        unfenced.into_iter().filter(|(id, _)| !is_open(id)).collect()
    }
}

async fn connect_all(
    brokers: Vec<(i32, Endpoint)>,
    access: &Arc<Access>,
) -> Vec<(i32, Result<Connection, Error>)> {
    let one =
        async |(id, endpoint): (i32, Endpoint)| (id, Connection::open(&endpoint, Some(id), access).await);
    let mut brokers = brokers.into_iter().peekable();
    let mut opened = Vec::new();
    while brokers.peek().is_some() {
        opened.extend(join_all(brokers.by_ref().take(MAX_CONCURRENT).map(one)).await);
    }
    opened
}

/// A listener with SASL answers `ApiVersions` before the login and closes the connection at any other request. To
/// tell that from a broken connection, `SaslHandshake` is sent: only a listener with SASL answers it with its
/// mechanisms.
async fn sasl_required(closed_by: &Peer, access: &Arc<Access>) -> Option<Error> {
    let mut connection = Connection::open(&closed_by.endpoint, None, access).await.ok()?;
    let handshake = connection.offered_mechanisms("").await.ok()?;
    let required = || Error::SaslRequired { peer: closed_by.clone(), offered: handshake.listed.clone() };
    handshake.has_sasl.then(required)
}
