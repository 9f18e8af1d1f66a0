//! `CLUSTER` commands that change one node, and `REPLICAOF`.

use init_core::Endpoint;
use redis::cmd;

use super::persist;
use crate::desired::{Desired, Mode, Slots};
use crate::error::Error;
use crate::wire::{Connection, Connections, text};

/// Closes open slots of this node. The plan has these only where no node but the owner holds a key of them.
pub(super) async fn stabilize(connection: &Connection, slots: &Slots) -> Result<(), Error> {
    let stable = |slot: u16| {
        let mut command = cmd("CLUSTER");
        command.arg("SETSLOT").arg(slot).arg("STABLE");
        command
    };
    connection.ask_each(slots.iter().map(stable).collect()).await.map_err(Error::raced)?;
    Ok(())
}

/// Assigns slots without an owner to this node.
pub(super) async fn assign(connection: &Connection, slots: &Slots) -> Result<(), Error> {
    let mut command = cmd("CLUSTER");
    command.arg("ADDSLOTSRANGE");
    for (first, last) in slots.ranges() {
        command.arg(*first).arg(*last);
    }
    connection.ask(command).await.map_err(Error::raced)?;
    Ok(())
}

/// Sets the configuration epoch of a node that has met no other.
pub(super) async fn set_epoch(connection: &Connection, epoch: u64) -> Result<(), Error> {
    let mut command = cmd("CLUSTER");
    command.arg("SET-CONFIG-EPOCH").arg(epoch);
    connection.ask(command).await.map_err(Error::raced)?;
    Ok(())
}

/// Has a node forget a member. The node may have forgotten it already, by the gossip of another one.
pub(super) async fn forget(connection: &Connection, member: &str) -> Result<(), Error> {
    let mut command = cmd("CLUSTER");
    command.arg("FORGET").arg(member);
    match connection.ask(command).await {
        Err(Error::Refused { message, .. }) if message.contains("Unknown node") => Ok(()),
        answer => answer.map(drop).map_err(Error::raced),
    }
}

/// Makes the node of this connection a replica of `primary`.
pub(super) async fn replicate(
    connections: &Connections,
    connection: &Connection,
    desired: &Desired,
    primary: &Endpoint,
) -> Result<(), Error> {
    if desired.mode == Mode::Cluster {
        let mut ask_id = cmd("CLUSTER");
        ask_id.arg("MYID");
        let id = text(&connections.to(primary)?.ask(ask_id).await?).unwrap_or_default();
        let mut command = cmd("CLUSTER");
        command.arg("REPLICATE").arg(id);
        connection.ask(command).await.map_err(Error::raced)?;
        return Ok(());
    }
    let mut command = cmd("REPLICAOF");
    // One of several nodes behind a name has an address alone.
    let host = primary.address().map_or_else(|| primary.host().to_owned(), |address| address.to_string());
    command.arg(host).arg(primary.port());
    connection.ask(command).await?;
    persist::persist_parameters(connection, desired).await
}
