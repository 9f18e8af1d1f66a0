//! Reads all nodes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use init_core::{Endpoint, Secrets};
use redis::{Value, cmd};

use super::catalog::Catalogs;
use super::{local_state, node, sentinel_login, sentinels, streams};
use crate::desired::{Desired, Member};
use crate::error::Error;
use crate::observed::{NodeState, Observed};
use crate::wire::{Connection, Connections, addresses, text};

/// Reads everything that the spec declares.
pub(super) async fn read(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    catalogs: &Catalogs,
) -> Result<Observed, Error> {
    let read = async |connection: &Connection| {
        let mut state = NodeState::default();
        node::read(connection, desired, &mut state).await?;
        local_state::read(connection, (desired, secrets), catalogs.nodes.as_ref(), &mut state).await?;
        sentinel_login::read_logins(connection, (desired, secrets), &mut state).await?;
        streams::read(connection, desired, &mut state).await?;
        Ok(state)
    };
    let mut observed = Observed {
        nodes: connections.each(read).await?,
        instances: connections.instances().clone(),
        catalog: catalogs.nodes.clone(),
        forget_addresses: forget_addresses(desired).await,
        sentinels: sentinels::read_all(connections, (desired, secrets), catalogs.sentinels.as_ref()).await?,
        sentinel_catalog: catalogs.sentinels.clone(),
        missing: missing(connections),
    };
    count_keys_of_open_slots(connections, &mut observed).await?;
    count_servers(connections, (desired, secrets), observed.nodes.iter_mut()).await?;
    if let Some(sentinels) = &desired.sentinels {
        let accounts = observed.sentinels.iter_mut().map(|(node, state)| (node, &mut state.node));
        count_servers(connections, (&sentinels.as_nodes, secrets), accounts).await?;
    }
    Ok(observed)
}

/// Reads again what changes by itself: views, roles and links. The rest is taken from `before`.
pub(crate) async fn read_views(
    connections: &Connections,
    desired: &Desired,
    before: &Observed,
) -> Result<Observed, Error> {
    let read = async |connection: &Connection| {
        let mut state = before.nodes.get(connection.node()).cloned().unwrap_or_default();
        node::read(connection, desired, &mut state).await?;
        Ok(state)
    };
    let mut observed = Observed {
        nodes: connections.each(read).await?,
        instances: connections.instances().clone(),
        catalog: before.catalog.clone(),
        forget_addresses: before.forget_addresses.clone(),
        sentinels: sentinels::read_monitors(connections, desired, before).await?,
        sentinel_catalog: before.sentinel_catalog.clone(),
        missing: missing(connections),
    };
    count_keys_of_open_slots(connections, &mut observed).await?;
    Ok(observed)
}

/// Resolves the names under `forget`, most of which do not resolve any more.
async fn forget_addresses(desired: &Desired) -> BTreeMap<Endpoint, BTreeSet<IpAddr>> {
    let mut members = BTreeMap::new();
    for member in &desired.forget {
        if let Member::Name(name) = member {
            let found = addresses(name).await.unwrap_or_default();
            members.insert(name.clone(), found.into_iter().collect());
        }
    }
    members
}

/// The nodes and Sentinels that cannot be reached, with `require: majority`.
fn missing(connections: &Connections) -> BTreeSet<Endpoint> {
    connections.missing().map(|missing| missing.nodes.clone()).unwrap_or_default()
}

/// Counts the servers behind a name with several addresses: a node on two networks is one server, a service with
/// several replicas is as many.
async fn count_servers<'a>(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    nodes: impl Iterator<Item = (&'a Endpoint, &'a mut NodeState)>,
) -> Result<(), Error> {
    let user = secrets.text(&desired.login.user)?;
    let credential = match &desired.login.password {
        Some(password) => Some((&user, secrets.get(password)?)),
        None => None,
    };
    for (node, state) in nodes.filter(|(_, state)| state.addresses.len() > 1) {
        let addresses = state.addresses.iter().copied();
        state.server_count = connections.distinct_servers(node, addresses, credential).await.len();
    }
    Ok(())
}

/// Counts the keys of each node in the slots that any node has open.
async fn count_keys_of_open_slots(connections: &Connections, observed: &mut Observed) -> Result<(), Error> {
    let slots: BTreeSet<u16> =
        observed.nodes.values().flat_map(NodeState::open_slots).map(|(slot, _)| *slot).collect();
    if slots.is_empty() {
        return Ok(());
    }
    let count = async |connection: &Connection| {
        let ask = |slot: &u16| {
            let mut command = cmd("CLUSTER");
            command.arg("COUNTKEYSINSLOT").arg(*slot);
            command
        };
        let answers = connection.ask_each(slots.iter().map(ask).collect()).await?;
        let number = |value: &Value| text(value)?.parse::<u64>().ok();
        Ok(slots.iter().copied().zip(answers.iter().map(|answer| number(answer).unwrap_or(0))).collect())
    };
    for (node, counts) in connections.each(count).await? {
        if let Some(state) = observed.nodes.get_mut(&node) {
            state.keys_of_open_slots = counts;
        }
    }
    Ok(())
}
