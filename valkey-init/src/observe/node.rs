//! Reads a node's own view: its release, its role, its primary, and the nodes that it knows.

use std::collections::BTreeSet;

use init_core::Endpoint;
use redis::{Cmd, Value, cmd};

use super::info::Info;
use super::{migrations, version};
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::{NodeEntry, NodeState, Replication};
use crate::wire::{Connection, addresses, array, pairs, text};

/// The largest number of members that is accepted. The recommended limit of a cluster is a thousand.
const MEMBERS: usize = 4096;
/// The sections of `INFO` that are read.
const SECTIONS: [&str; 6] = ["server", "persistence", "replication", "keyspace", "cluster", "modules"];

/// Reads into `state` what changes by itself; the rest of it stays.
pub(super) async fn read(
    connection: &Connection,
    desired: &Desired,
    state: &mut NodeState,
) -> Result<(), Error> {
    let node = connection.node();
    let cluster = desired.mode == Mode::Cluster;
    let mut answers = ask(connection, cluster).await?.into_iter();
    let mut next = || answers.next().unwrap_or(Ok(Value::Nil));
    let sections = (0..info_commands(connection)).map(|_| Ok(text(&next()?).unwrap_or_default()));
    let info = sections.collect::<Result<Vec<String>, Error>>()?.join("\n");
    let modules: Vec<String> = info.lines().filter_map(module_name).collect();
    let info = Info::parse(&info);
    version::check_release(connection, &info, desired)?;
    version::check_modules(node, &modules, desired)?;
    check_loaded(node, &info)?;
    check_cluster_mode(node, &info, desired)?;
    state.keys = info.keys();
    state.persistence.config_file = !info.get("config_file").is_empty();
    state.replication = parse_replication(&info);
    if cluster {
        state.view.clear();
        for line in text(&next()?).unwrap_or_default().lines() {
            if state.view.len() >= MEMBERS {
                return Err(Error::Excess { node: node.clone(), command: "CLUSTER NODES".to_owned() });
            }
            let entry = NodeEntry::parse(line).ok_or_else(|| protocol_error(node, "CLUSTER NODES"))?;
            if entry.myself {
                state.id.clone_from(&entry.id);
            }
            state.view.insert(entry.id.clone(), entry);
        }
        state.cluster_ok = Info::parse(&text(&next()?).unwrap_or_default()).get("cluster_state") == "ok";
        state.shards = parse_shards(&next()?);
        if desired.rebalance && version::has_atomic_slot_migration(&info) {
            state.migrations = migrations::read_running(connection).await?;
        }
    }
    // Names are resolved once in an observation, not in each reading of it.
    if state.addresses.is_empty() {
        state.addresses = addresses(node).await?.into_iter().collect();
        state.announces_address = cluster && announces_address(connection).await?;
    }
    Ok(())
}

/// The number of `INFO` commands: Redis 6.2 accepts one section in a command.
fn info_commands(connection: &Connection) -> usize {
    if connection.is_redis_6() { SECTIONS.len() } else { 1 }
}

/// Asks for the sections of `INFO` and, in a cluster, for the node's view, in one exchange.
async fn ask(connection: &Connection, cluster: bool) -> Result<Vec<Result<Value, Error>>, Error> {
    loop {
        let each = SECTIONS.chunks(SECTIONS.len() / info_commands(connection));
        let mut commands: Vec<Cmd> = each.map(|sections| command_with("INFO", sections)).collect();
        if cluster {
            commands.extend(["NODES", "INFO", "SHARDS"].map(|what| command_with("CLUSTER", &[what])));
        }
        let answers = connection.ask_all(commands).await?;
        let refused = |answer: &Result<Value, Error>| matches!(answer, Err(Error::Refused { code, message, .. }) if code == "ERR" && message.contains("syntax"));
        if connection.is_redis_6() || !answers.first().is_some_and(refused) {
            return Ok(answers);
        }
        connection.note_redis_6();
    }
}

/// True when the node announces an address. Where the account may not read parameters, this is assumed.
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

/// The name of a module in a line such as `module:name=search,ver=21015,…`.
fn module_name(line: &str) -> Option<String> {
    Some(line.strip_prefix("module:name=")?.split(',').next()?.to_ascii_lowercase())
}

fn command_with(command: &str, words: &[&str]) -> Cmd {
    let mut command = cmd(command);
    command.arg(words);
    command
}

/// Checks that the server has loaded its data. Until then its state is incomplete.
fn check_loaded(node: &Endpoint, info: &Info) -> Result<(), Error> {
    if info.get("loading") == "1" || info.get("async_loading") == "1" {
        return Err(Error::Unsettled(format!("{node} is loading its data")));
    }
    Ok(())
}

/// Checks that `cluster-enabled` fits the mode of the spec.
fn check_cluster_mode(node: &Endpoint, info: &Info, desired: &Desired) -> Result<(), Error> {
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

fn parse_replication(info: &Info) -> Replication {
    let replica = info.get("role") == "slave";
    let primary =
        replica.then(|| (info.get("master_host").to_owned(), info.get("master_port").parse().unwrap_or(0)));
    let link_up = info.get("master_link_status") == "up" && info.get("master_sync_in_progress") != "1";
    Replication { primary, link_up, replicas: info.number("connected_slaves") }
}

/// The node ids of each shard in the answer of `CLUSTER SHARDS`.
pub(super) fn parse_shards(value: &Value) -> Vec<BTreeSet<String>> {
    let ids = |shard: &Value| {
        let fields = pairs(shard);
        let nodes = fields.iter().find(|(key, _)| key == "nodes").map(|(_, nodes)| *nodes);
        let id = |node: &Value| pairs(node).iter().find(|(key, _)| key == "id").and_then(|(_, id)| text(id));
        nodes.map(array).unwrap_or_default().iter().filter_map(id).collect()
    };
    array(value).iter().map(ids).collect()
}

fn protocol_error(node: &Endpoint, command: &str) -> Error {
    Error::Protocol { node: node.clone(), command: command.to_owned() }
}
