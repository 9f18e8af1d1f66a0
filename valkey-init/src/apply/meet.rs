//! Sends `CLUSTER MEET`, and waits until the nodes know each other at their current addresses.
//!
//! No node may become a replica before that: a node that learns of the role before the shard writes a file that it
//! cannot load at its next start (valkey-io/valkey issues 774 and 2171).

use std::time::Duration;

use futures_util::future::join_all;
use init_core::{Endpoint, Progress};
use redis::cmd;
use tokio::time::Instant;

use super::bus_port;
use crate::change::Change;
use crate::desired::Desired;
use crate::error::Error;
use crate::observe::{pause, read_views};
use crate::observed::Observed;
use crate::plan::cluster::knows_current_address;
use crate::plan::topology::Topology;
use crate::wire::{Connections, addresses};

/// The limit of the wait. A handshake that has not ended by then was lost; the stage ends, and the next plan has the
/// meetings that are still missing.
const PATIENCE: Duration = Duration::from_secs(3);

/// A node, and the nodes that are to know it.
pub(super) type Meeting<'a> = (&'a Endpoint, &'a [Endpoint]);

/// The meeting of a change, if it is one.
pub(super) fn meeting_of(change: &Change) -> Option<Meeting<'_>> {
    if let Change::MeetNode { node, by } = change { Some((node, by)) } else { None }
}

/// Has each node of `by` meet `node`. The server accepts an address only, so the name is resolved for each meeting. It
/// assumes the bus port ten thousand above the data port unless the command names it.
pub(super) async fn meet(connections: &Connections, node: &Endpoint, by: &[Endpoint]) -> Result<(), Error> {
    let found = addresses(node).await?;
    let bus = bus_port::port(connections.to(node)?, &found).await?;
    let address = found.first().map(ToString::to_string).unwrap_or_default();
    let met = by.iter().map(async |other| {
        let mut command = cmd("CLUSTER");
        command.arg("MEET").arg(&address).arg(node.port()).arg(bus);
        connections.to(other)?.ask(command).await.map_err(Error::raced)
    });
    join_all(met).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(())
}

/// Waits until the views of all nodes show these meetings. There is one result for each meeting.
pub(super) async fn await_known(
    connections: &Connections,
    desired: &Desired,
    stage: &[Meeting<'_>],
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let (began, mut done) = (Instant::now(), 0);
    let mut observed = Observed::default();
    loop {
        observed = match read_views(connections, desired, &observed).await {
            Ok(observed) => observed,
            Err(error) => return failed(stage, error),
        };
        let topology = Topology::new(desired, &observed);
        let missing: Vec<_> = stage.iter().map(|meeting| unmet(&topology, *meeting)).collect();
        let known = missing.iter().filter(|missing| missing.is_none()).count();
        progress.advance(known.saturating_sub(done));
        done = done.max(known);
        let handshake_count = topology.handshake_count();
        let Some(reason) = reason(&topology, missing.iter().flatten().next(), handshake_count) else {
            return stage.iter().map(|_| Ok(())).collect();
        };
        progress.waiting_for(reason.clone());
        if began.elapsed() > PATIENCE {
            let unsettled = |missing: Option<_>| match missing {
                None if known < stage.len() => Ok(()),
                Some(_) | None => Err(Error::Unsettled(format!("still waiting for {reason}"))),
            };
            return missing.into_iter().map(unsettled).collect();
        }
        pause(desired).await;
    }
}

/// The reason to wait: a node that another does not know, or a handshake that has not ended.
fn reason(
    topology: &Topology<'_>,
    missing: Option<&(Endpoint, Vec<Endpoint>)>,
    handshake_count: usize,
) -> Option<String> {
    match missing {
        None if handshake_count == 0 => None,
        None => Some(format!("{handshake_count} handshake(s) to end")),
        Some((node, by)) => {
            let by: Vec<String> = by.iter().map(|other| as_known(topology, other, node)).collect();
            Some(format!("{node} to be known by {}", by.join(", ")))
        }
    }
}

/// The results when the views cannot be read after the meetings were sent: the last meeting has the error, and the next
/// plan has the meetings that are missing.
fn failed(stage: &[Meeting<'_>], error: Error) -> Vec<Result<(), Error>> {
    let mut results: Vec<Result<(), Error>> = stage.iter().map(|_| Ok(())).collect();
    if let Some(last) = results.last_mut() {
        *last = Err(error);
    }
    results
}

/// The node of a meeting, and the nodes that do not know it yet.
fn unmet(topology: &Topology<'_>, (node, by): Meeting<'_>) -> Option<(Endpoint, Vec<Endpoint>)> {
    let target = topology.position(node)?;
    let unknown = |other: &&Endpoint| {
        topology.position(other).is_some_and(|other| !knows_current_address(topology, other, target))
    };
    let mut missing: Vec<Endpoint> = by.iter().filter(unknown).cloned().collect();
    if missing.is_empty() && !knows_current_address(topology, target, target) {
        missing.extend(by.first().cloned());
    }
    (!missing.is_empty()).then(|| (node.clone(), missing))
}

/// The name of `other`, with the address under which it knows `node`, when that is not an address of the name of
/// `node`. An address that comes back after each meeting is a sign of address translation between the two.
fn as_known(topology: &Topology<'_>, other: &Endpoint, node: &Endpoint) -> String {
    if let (Some(by), Some(target)) = (topology.position(other), topology.position(node))
        && let (Some(entry), Some(state)) = (topology.entry_of(by, target), topology.states.get(target))
        && let Some(address) = entry.address
        && !state.addresses.contains(&address)
    {
        return format!("{other} (who sees it at {address})");
    }
    other.to_string()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::path::Path;

    use init_core::Files;
    use serde_json::json;

    use super::*;
    use crate::observed::{NodeEntry, NodeState};
    use crate::validate::validate;

    #[test]
    fn an_address_that_the_name_does_not_have_is_reported() {
        let names = ["n0:6379", "n1:6379", "n2:6379"];
        let spec =
            json!({"mode": "cluster", "nodes": names, "password": {"secret": "p"}, "replicasPerPrimary": 0});
        let files = Files::relative_to(Path::new(""));
        let desired = validate(&serde_json::from_value(spec).unwrap(), &files).unwrap();
        let address = |node: usize| IpAddr::from([10, 0, 0, u8::try_from(node).unwrap() + 2]);
        let entry = |id: usize, address| NodeEntry {
            id: id.to_string(),
            address: Some(address),
            ..NodeEntry::default()
        };
        let state = |node: usize, zero: IpAddr| NodeState {
            id: node.to_string(),
            addresses: [address(node)].into(),
            view: [("0".to_owned(), entry(0, zero)), (node.to_string(), entry(node, address(node)))].into(),
            ..NodeState::default()
        };
        let states = [state(0, address(0)), state(1, IpAddr::from([10, 0, 0, 1])), state(2, address(0))];
        let nodes = desired.nodes.iter().map(|node| node.endpoint.clone()).zip(states).collect();
        let observed = Observed { nodes, ..Observed::default() };
        let topology = Topology::new(&desired, &observed);
        let [zero, one, two] = [0, 1, 2].map(|node| topology.endpoint(node).unwrap());
        let by = [one.clone(), two.clone()];
        assert_eq!(unmet(&topology, (&zero, &by)), Some((zero.clone(), vec![one.clone()])));
        assert_eq!(as_known(&topology, &one, &zero), "n1:6379 (who sees it at 10.0.0.1)");
        assert_eq!(as_known(&topology, &two, &zero), "n2:6379");
    }
}
