//! The cluster behind the bootstrap servers: which brokers there are, and a connection to each one needed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use init_core::Endpoint;
use tokio::time::timeout;

use super::access::Access;
use super::bootstrap;
use super::connection::Connection;
use super::listener;
use super::view::View;
use crate::desired::readiness::Readiness;
use crate::error::{Error, Peer};

/// A broker that takes longer to let us in is of no help.
const PATIENCE: Duration = Duration::from_secs(2);
/// Brokers that are talked to at the same time.
const AT_ONCE: usize = 64;

/// A cluster that was joined.
pub(crate) struct Cluster {
    servers: Vec<Endpoint>,
    access: Arc<Access>,
    /// The main connection: everything is read and written through it, so that a read sees the write before it.
    main: Connection,
    others: BTreeMap<i32, Connection>,
    view: View,
    endpoints: BTreeMap<i32, Endpoint>,
}

impl Cluster {
    /// One attempt. A cluster that is not the one meant is not waited for: the plan says so, from the id.
    pub(crate) async fn connect(
        servers: &[Endpoint],
        access: Access,
        readiness: &Readiness<'_>,
    ) -> Result<Self, Error> {
        let mut cluster = Self::join(servers.to_vec(), Arc::new(access)).await?;
        if readiness.cluster_id.is_none_or(|id| id == cluster.view.cluster_id) {
            cluster.follow_listeners()?;
            let unfenced: Vec<_> = cluster.unfenced().collect();
            listener::resolve(&unfenced).await?;
        }
        Ok(cluster)
    }

    /// Whether enough brokers take part. That it is another cluster is for the plan to say.
    pub(crate) fn ready(&self, readiness: &Readiness<'_>) -> Result<(), Error> {
        let is_meant = readiness.cluster_id.is_none_or(|id| id == self.view.cluster_id);
        if is_meant { self.view.ready(readiness) } else { Ok(()) }
    }

    /// Connects to these brokers, as far as they take part. A client of theirs would have to as well.
    pub(crate) async fn reach(&mut self, brokers: &BTreeSet<i32>) -> Result<(), Error> {
        let missing = self.missing().into_iter().filter(|(id, _)| brokers.contains(id)).collect();
        for (id, connection) in open(missing, &self.access).await {
            self.others.insert(id, connection?);
        }
        Ok(())
    }

    /// Asks again who is there, from the start if need be. For waiting only: it says nothing about readiness.
    pub(crate) async fn rejoin(&mut self) -> Result<(), Error> {
        if self.main.is_clean() {
            self.view = View::read(&mut self.main).await?;
        } else {
            *self = Self::join(self.servers.clone(), Arc::clone(&self.access)).await?;
        }
        self.follow_listeners()
    }

    async fn join(servers: Vec<Endpoint>, access: Arc<Access>) -> Result<Self, Error> {
        let mut main = bootstrap::first(&servers, &access).await?;
        let view = match View::read(&mut main).await {
            Ok(view) => view,
            Err(lost @ Error::Lost { .. }) if access.login.is_none() => {
                return Err(wants_a_login(main.peer(), &access).await.unwrap_or(lost));
            }
            Err(error) => return Err(error),
        };
        Ok(Self { servers, access, main, others: BTreeMap::new(), view, endpoints: BTreeMap::new() })
    }

    fn follow_listeners(&mut self) -> Result<(), Error> {
        for broker in &self.view.brokers {
            let endpoint = listener::advertised(broker, &self.servers)?;
            if endpoint == self.main.peer().endpoint {
                self.main.identify(broker.id);
            }
            self.endpoints.insert(broker.id, endpoint);
        }
        Ok(())
    }

    fn unfenced(&self) -> impl Iterator<Item = (i32, Endpoint)> {
        let unfenced = self.view.brokers.iter().filter(|broker| !broker.fenced);
        unfenced.filter_map(|broker| Some((broker.id, self.endpoints.get(&broker.id)?.clone())))
    }

    pub(crate) fn id(&self) -> &str {
        &self.view.cluster_id
    }

    /// The brokers that take part, each with its rack.
    pub(crate) fn racks(&self) -> BTreeMap<i32, Option<String>> {
        let unfenced = self.view.brokers.iter().filter(|broker| !broker.fenced);
        unfenced.map(|broker| (broker.id, broker.rack.clone())).collect()
    }

    /// The connection for reads and writes.
    pub(crate) fn main(&mut self) -> &mut Connection {
        &mut self.main
    }

    /// The connection to a broker, or the main one where none is said; `None` where nothing usable is open to it.
    pub(crate) fn at(&mut self, broker: Option<i32>) -> Option<&mut Connection> {
        match broker {
            Some(id) if self.main.peer().id != Some(id) => {
                self.others.get_mut(&id).filter(|connection| connection.is_clean())
            }
            Some(_) | None => Some(&mut self.main),
        }
    }

    /// Makes the controller the main connection: with `ZooKeeper`, only that broker accepts changes.
    pub(crate) async fn move_to_controller(&mut self) -> Result<(), Error> {
        self.view = View::read(&mut self.main).await?;
        let controller = self.view.controller;
        if let Some(endpoint) =
            self.endpoints.get(&controller).filter(|_| self.main.peer().id != Some(controller))
        {
            self.main = Connection::open(endpoint, Some(controller), &self.access).await?;
            self.others.remove(&controller);
        }
        Ok(())
    }

    /// Works through the main connection and connects to the other brokers meanwhile. One that is not reached in time is left out: whoever
    /// needs everybody asks again.
    pub(crate) async fn meanwhile<T>(&mut self, work: impl AsyncFnOnce(&mut Connection) -> T) -> T {
        let missing = self.missing();
        let opening = timeout(PATIENCE, open(missing, &self.access));
        let (done, opened) = tokio::join!(work(&mut self.main), opening);
        let opened = opened.unwrap_or_default().into_iter();
        self.others.extend(opened.filter_map(|(id, connection)| Some((id, connection.ok()?))));
        done
    }

    /// All connections that are open, the main one first.
    pub(crate) fn connections(&mut self) -> impl Iterator<Item = &mut Connection> {
        let others = self.others.values_mut().filter(|connection| connection.is_clean());
        std::iter::once(&mut self.main).chain(others)
    }

    /// Does the same at every broker that takes part, at once.
    pub(crate) async fn at_every_broker(
        &mut self,
        work: impl AsyncFn(&mut Connection) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.open_others().await?;
        let mut connections: Vec<&mut Connection> = self.connections().collect();
        for some in connections.chunks_mut(AT_ONCE) {
            join_all(some.iter_mut().map(|connection| work(connection)))
                .await
                .into_iter()
                .collect::<Result<(), Error>>()?;
        }
        Ok(())
    }

    async fn open_others(&mut self) -> Result<(), Error> {
        let missing = self.missing();
        for (id, connection) in open(missing, &self.access).await {
            self.others.insert(id, connection?);
        }
        Ok(())
    }

    /// The brokers that take part and to which nothing usable is open.
    fn missing(&mut self) -> Vec<(i32, Endpoint)> {
        let unfenced: BTreeMap<i32, Endpoint> = self.unfenced().collect();
        self.others.retain(|id, connection| connection.is_clean() && unfenced.contains_key(id));
        let main = self.main.peer().id;
        let is_open = |id: &i32| main == Some(*id) || self.others.contains_key(id);
        unfenced.into_iter().filter(|(id, _)| !is_open(id)).collect()
    }
}

async fn open(brokers: Vec<(i32, Endpoint)>, access: &Arc<Access>) -> Vec<(i32, Result<Connection, Error>)> {
    let one =
        async |(id, endpoint): (i32, Endpoint)| (id, Connection::open(&endpoint, Some(id), access).await);
    let mut brokers = brokers.into_iter().peekable();
    let mut opened = Vec::new();
    while brokers.peek().is_some() {
        opened.extend(join_all(brokers.by_ref().take(AT_ONCE).map(one)).await);
    }
    opened
}

/// Of a listener with SASL, `ApiVersions` is the one request that is answered before the login: whoever asks
/// for more is dropped without a word. Such a listener says so when it is asked which logins it has.
async fn wants_a_login(dropped: &Peer, access: &Arc<Access>) -> Option<Error> {
    let mut again = Connection::open(&dropped.endpoint, None, access).await.ok()?;
    let handshake = again.mechanisms("").await.ok()?;
    let required = || Error::LoginRequired { peer: dropped.clone(), offered: handshake.listed.clone() };
    handshake.has_sasl.then(required)
}
