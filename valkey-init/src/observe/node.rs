//! Reads a node's own view: its role, its primary, and the nodes that it knows.

use std::collections::BTreeSet;

use init_core::Endpoint;
use redis::{Cmd, Value, cmd};

use super::info::Info;
use super::{migrations, version};
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::{Entry, NodeState, Replication};
use crate::wire::{Connection, addresses, array, pairs, text};

/// More members than any cluster has: a thousand are the recommended limit.
const MEMBERS: usize = 4096;
/// What is read of `INFO`.
const SECTIONS: [&str; 6] = ["server", "persistence", "replication", "keyspace", "cluster", "modules"];

/// Reads into `state` what settles by itself; the rest stays.
pub(super) async fn read(
    connection: &Connection,
    desired: &Desired,
    state: &mut NodeState,
) -> Result<(), Error> {
    let node = connection.node();
    let cluster = desired.mode == Mode::Cluster;
    let mut answers = ask(connection, cluster).await?.into_iter();
    let mut next = || answers.next().unwrap_or(Ok(Value::Nil));
    let sections = (0..sections(connection)).map(|_| Ok(text(&next()?).unwrap_or_default()));
    let info = sections.collect::<Result<Vec<String>, Error>>()?.join("\n");
    let modules: Vec<String> = info.lines().filter_map(module).collect();
    let info = Info::parse(&info);
    version::check(connection, &info, desired)?;
    version::modules(node, &modules, desired)?;
    ready(node, &info)?;
    fits(node, &info, desired)?;
    state.keys = info.keys();
    state.persistence.config_file = !info.get("config_file").is_empty();
    state.replication = replication(&info);
    if cluster {
        state.view.clear();
        for line in text(&next()?).unwrap_or_default().lines() {
            if state.view.len() >= MEMBERS {
                return Err(Error::Excess { node: node.clone(), doing: "CLUSTER NODES".to_owned() });
            }
            let entry = Entry::parse(line).ok_or_else(|| garbled(node, "CLUSTER NODES"))?;
            if entry.myself {
                state.id.clone_from(&entry.id);
            }
            state.view.insert(entry.id.clone(), entry);
        }
        state.cluster_ok = Info::parse(&text(&next()?).unwrap_or_default()).get("cluster_state") == "ok";
        state.shards = shards(&next()?);
        if desired.rebalance && version::migrates_slots(&info) {
            state.migrations = migrations::running(connection).await?;
        }
    }
    // Once for each reading: a look at what settles needs no other look at the names.
    if state.addresses.is_empty() {
        state.addresses = addresses(node).await?.into_iter().collect();
        state.announces_address = cluster && announces_address(connection).await?;
    }
    Ok(())
}

/// How many answers the sections of `INFO` are: Redis 6.2 takes one section at a time.
fn sections(connection: &Connection) -> usize {
    if connection.is_old() { SECTIONS.len() } else { 1 }
}

/// What `INFO` and, of a node of a cluster, `CLUSTER` say, in one exchange.
async fn ask(connection: &Connection, cluster: bool) -> Result<Vec<Result<Value, Error>>, Error> {
    loop {
        let each = SECTIONS.chunks(SECTIONS.len() / sections(connection));
        let mut commands: Vec<Cmd> = each.map(|sections| words("INFO", sections)).collect();
        if cluster {
            commands.extend(["NODES", "INFO", "SHARDS"].map(|what| words("CLUSTER", &[what])));
        }
        let answers = connection.ask_all(commands).await?;
        let refused = |answer: &Result<Value, Error>| {
            matches!(answer, Err(Error::Refused { code, message, .. }) if code == "ERR" && message.contains("syntax"))
        };
        if connection.is_old() || !answers.first().is_some_and(refused) {
            return Ok(answers);
        }
        connection.note_old();
    }
}

/// Whether the node tells the others an address of its own. One that does not tell its parameters is believed.
async fn announces_address(connection: &Connection) -> Result<bool, Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("cluster-announce-ip");
    match connection.ask(command).await {
        Ok(answer) => {
            Ok(pairs(&answer).iter().any(|(_, address)| text(address).is_some_and(|a| !a.is_empty())))
        }
        Err(error) if error.is_denied_command() => Ok(true),
        Err(error) => Err(error),
    }
}

/// The name in `module:name=search,ver=21015,…`
fn module(line: &str) -> Option<String> {
    Some(line.strip_prefix("module:name=")?.split(',').next()?.to_ascii_lowercase())
}

fn words(command: &str, words: &[&str]) -> Cmd {
    let mut command = cmd(command);
    command.arg(words);
    command
}

/// A server that still reads its data has a state, and not yet its own.
fn ready(node: &Endpoint, info: &Info) -> Result<(), Error> {
    if info.get("loading") == "1" || info.get("async_loading") == "1" {
        return Err(Error::Unsettled(format!("{node} is loading its data")));
    }
    Ok(())
}

/// The mode that the server was started in is the spec's.
fn fits(node: &Endpoint, info: &Info, desired: &Desired) -> Result<(), Error> {
    let enabled = info.get("cluster_enabled") == "1";
    let (problem, remedy) = match (desired.mode, enabled) {
        (Mode::Cluster, false) => (
            "it was started with cluster-enabled no",
            "start it with cluster-enabled yes, or choose another mode",
        ),
        (Mode::Standalone | Mode::Replication, true) => (
            "it was started with cluster-enabled yes",
            "write `mode: cluster`, or start it with cluster-enabled no",
        ),
        _ => return Ok(()),
    };
    let (problem, remedy) = (problem.to_owned(), remedy.to_owned());
    Err(Error::Unsupported { node: node.clone(), problem, remedy })
}

fn replication(info: &Info) -> Replication {
    let replica = info.get("role") == "slave";
    let primary =
        replica.then(|| (info.get("master_host").to_owned(), info.get("master_port").parse().unwrap_or(0)));
    let link_up = info.get("master_link_status") == "up" && info.get("master_sync_in_progress") != "1";
    Replication { primary, link_up, replicas: info.number("connected_slaves") }
}

/// The ids of each shard.
pub(super) fn shards(value: &Value) -> Vec<BTreeSet<String>> {
    let ids = |shard: &Value| {
        let fields = pairs(shard);
        let nodes = fields.iter().find(|(key, _)| key == "nodes").map(|(_, nodes)| *nodes);
        let id = |node: &Value| pairs(node).iter().find(|(key, _)| key == "id").and_then(|(_, id)| text(id));
        nodes.map(array).unwrap_or_default().iter().filter_map(id).collect()
    };
    array(value).iter().map(ids).collect()
}

fn garbled(node: &Endpoint, doing: &str) -> Error {
    Error::Protocol { node: node.clone(), doing: doing.to_owned() }
}
