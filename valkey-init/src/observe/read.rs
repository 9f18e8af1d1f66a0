//! One reading of all nodes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use init_core::{Endpoint, Secrets};
use redis::{Value, cmd};

use super::catalog::{judge, read as catalog_of};
use super::{accounts, node, streams};
use crate::desired::{Catalog, Desired, Member};
use crate::error::Error;
use crate::observed::{NodeState, Observed};
use crate::wire::{Connection, Connections, addresses, text};

/// Reads everything that the spec is about.
pub(super) async fn in_full(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    catalog: Option<&Catalog>,
) -> Result<Observed, Error> {
    let read = async |connection: &Connection| {
        let mut state = NodeState::default();
        node::read(connection, desired, &mut state).await?;
        accounts::read(connection, (desired, secrets), catalog, &mut state).await?;
        streams::read(connection, desired, &mut state).await?;
        Ok(state)
    };
    let nodes = connections.each(read).await?;
    let members = members(desired).await;
    let mut observed = Observed { nodes, catalog: catalog.cloned(), members, ..Observed::default() };
    count_keys_of_open_slots(connections, &mut observed).await?;
    count_servers(connections, &mut observed, (desired, secrets)).await?;
    Ok(observed)
}

/// Reads again what settles by itself: views, roles and links. The rest is as it was `before`.
pub(crate) async fn views(
    connections: &Connections,
    desired: &Desired,
    before: &Observed,
) -> Result<Observed, Error> {
    let read = async |connection: &Connection| {
        let mut state = before.nodes.get(connection.node()).cloned().unwrap_or_default();
        node::read(connection, desired, &mut state).await?;
        Ok(state)
    };
    let nodes = connections.each(read).await?;
    let (catalog, members) = (before.catalog.clone(), before.members.clone());
    let mut observed = Observed { nodes, catalog, members, ..Observed::default() };
    count_keys_of_open_slots(connections, &mut observed).await?;
    Ok(observed)
}

/// Where the names lead that are to be forgotten; mostly nowhere any more.
async fn members(desired: &Desired) -> BTreeMap<Endpoint, BTreeSet<IpAddr>> {
    let mut members = BTreeMap::new();
    for member in &desired.forget {
        if let Member::Name(name) = member {
            let found = addresses(name).await.unwrap_or_default();
            members.insert(name.clone(), found.into_iter().collect());
        }
    }
    members
}

/// Reads what the categories of ACL rules hold, once: it does not change while the servers run.
pub(super) async fn catalog(
    connections: &Connections,
    desired: &Desired,
    catalog: &mut Option<Catalog>,
) -> Result<(), Error> {
    let first = desired.nodes.first().and_then(|node| connections.get(&node.endpoint));
    if let (None, false, Some(connection)) = (&catalog, desired.users.is_empty(), first) {
        let found = catalog_of(connection).await?;
        judge(connection, desired, &found).await?;
        *catalog = Some(found);
    }
    Ok(())
}

/// Counts the servers that a name with several addresses leads to: a node on two networks is one, a service that runs
/// several times is many.
async fn count_servers(
    connections: &Connections,
    observed: &mut Observed,
    (desired, secrets): (&Desired, &Secrets),
) -> Result<(), Error> {
    let user = secrets.text(&desired.login.user)?;
    let credential = match &desired.login.password {
        Some(password) => Some((&user, secrets.get(password)?)),
        None => None,
    };
    for (node, state) in observed.nodes.iter_mut().filter(|(_, state)| state.addresses.len() > 1) {
        let addresses = state.addresses.iter().copied();
        state.servers = connections.servers(node, addresses, credential).await.len();
    }
    Ok(())
}

/// Counts the keys that each node holds of the slots that any node has open.
async fn count_keys_of_open_slots(connections: &Connections, observed: &mut Observed) -> Result<(), Error> {
    let slots: BTreeSet<u16> =
        observed.nodes.values().flat_map(NodeState::open).map(|(slot, _)| *slot).collect();
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
            state.open_keys = counts;
        }
    }
    Ok(())
}
