//! Reads the consumer groups of the declared streams with `XINFO GROUPS`.

use std::collections::{BTreeMap, BTreeSet};

use redis::{Cmd, Value, cmd};

use crate::desired::key_slot::slot;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::{NodeState, Observed, StreamState};
use crate::wire::{Connection, Connections, array, pairs, text};

/// Reads the declared streams at a primary: all of them, or in a cluster those whose slots it owns. Replicas are not
/// read, because they have the streams of their primary.
pub(super) async fn read(
    connection: &Connection,
    desired: &Desired,
    state: &mut NodeState,
) -> Result<(), Error> {
    state.streams.clear();
    if state.replication.primary.is_some() {
        return Ok(());
    }
    let own = state.view.get(&state.id);
    let is_here =
        |key: &str| desired.mode != Mode::Cluster || own.is_some_and(|own| own.slots.contains(slot(key)));
    let keys: Vec<&String> = desired.streams.keys().filter(|key| is_here(key)).collect();
    let commands: Vec<Cmd> = keys.iter().map(|key| xinfo_groups(key)).collect();
    for (key, answer) in keys.into_iter().zip(connection.ask_all(commands).await?) {
        state.streams.extend(parse_stream(answer)?.map(|stream| (key.clone(), stream)));
    }
    Ok(())
}

/// Reads again the streams that could not be read while the cluster did not serve.
pub(super) async fn read_unserved(
    connections: &Connections,
    desired: &Desired,
    observed: &mut Observed,
) -> Result<(), Error> {
    if first_unserved(observed).is_none() {
        return Ok(());
    }
    let before = &observed.nodes;
    let again = async |connection: &Connection| {
        let mut state = before.get(connection.node()).cloned().unwrap_or_default();
        read(connection, desired, &mut state).await?;
        Ok(state)
    };
    observed.nodes = connections.each(again).await?;
    Ok(())
}

/// The first stream that could not be read.
pub(super) fn first_unserved(observed: &Observed) -> Option<&str> {
    let mut streams = observed.nodes.values().flat_map(|state| &state.streams);
    streams.find(|(_, stream)| **stream == StreamState::NotServed).map(|(key, _)| key.as_str())
}

fn xinfo_groups(key: &str) -> Cmd {
    let mut command = cmd("XINFO");
    command.arg("GROUPS").arg(key);
    command
}

/// The state of the key of a stream; `None` when the key does not exist.
fn parse_stream(answer: Result<Value, Error>) -> Result<Option<StreamState>, Error> {
    let error = match answer {
        Ok(groups) => return Ok(Some(StreamState::Groups(group_names(&groups)))),
        Err(error) => error,
    };
    match &error {
        Error::Refused { code, message, .. } => match code.as_str() {
            "ERR" if message.contains("no such key") => Ok(None),
            "WRONGTYPE" => Ok(Some(StreamState::OtherType)),
            "CLUSTERDOWN" | "MOVED" | "ASK" | "TRYAGAIN" => Ok(Some(StreamState::NotServed)),
            _ => Err(error),
        },
        _ => Err(error),
    }
}

/// The names of the consumer groups.
pub(super) fn group_names(groups: &Value) -> BTreeSet<String> {
    let name = |group: &Value| {
        let fields: BTreeMap<String, &Value> = pairs(group).into_iter().collect();
        fields.get("name").and_then(|name| text(name))
    };
    array(groups).iter().filter_map(name).collect()
}
