//! The reasons for which an observation waits: transitions of the servers that end by themselves, such as gossip,
//! handshakes and failovers.
//!
//! A cluster counts as settled when a write to every slot succeeds. `cluster_state:ok` alone does not prove that: a
//! replica reports it too early, and after a restart every node reports it until the first timeout. So every node's
//! view has to agree with what the other nodes report of themselves, with all links up.

use crate::change::Change;
use crate::desired::{Desired, Mode};
use crate::observed::{LinkState, Observed};
use crate::plan::addresses::{monitors, node_at, primary_by_sentinels};
use crate::plan::roles::Roles;
use crate::plan::topology::Topology;
use crate::plan::{replication, safety, sentinels};

/// The transition that has to end before the changes of this plan can be made.
pub(super) fn before_changes(desired: &Desired, observed: &Observed, plan: &[Change]) -> Option<String> {
    if desired.mode != Mode::Cluster {
        return None;
    }
    let topology = Topology::new(desired, observed);
    // A node that becomes a replica during a handshake may save a configuration file that it cannot load.
    let meets = plan.iter().any(|change| matches!(change, Change::MeetNode { .. }));
    let replicates = plan.iter().any(|change| matches!(change, Change::ReplicateNode { .. }));
    if let (false, true, count @ 1..) = (meets, replicates, topology.handshake_count()) {
        return Some(format!("{count} handshake(s) are under way"));
    }
    topology.undeclared_members().iter().find_map(|(id, seen)| {
        let is_seen_as = |link: LinkState| seen.iter().any(|(_, entry)| entry.link == link);
        if is_seen_as(LinkState::Unconfirmed) && !is_seen_as(LinkState::Up) {
            return Some(format!("it is unknown whether node {id}, which is none of `nodes`, runs"));
        }
        let (_, slots) = safety::slots_without_owner(&topology, seen)?;
        let alive = seen.iter().any(|(_, entry)| entry.link == LinkState::Up);
        let waits = !alive && safety::replica_may_take_over(&topology, id, seen);
        waits.then(|| format!("slots {slots} wait for a replica of the lost node {id} to take over"))
    })
}

/// replication: a former primary that the Sentinels are about to make a replica.
pub(super) fn pending_demotion(desired: &Desired, observed: &Observed) -> Option<String> {
    let watched = observed.nodes.values().any(|state| state.sentinel_count > 0)
        || observed.sentinels.values().any(|state| state.monitored.is_some());
    if desired.mode != Mode::Replication || !watched {
        return None;
    }
    let node = replication::other_primaries_with_keys(desired, observed).into_iter().next()?;
    Some(format!("{node} is a primary beside another one, and the Sentinels have not made it a replica yet"))
}

/// sentinel: a running failover, or Sentinels that do not agree about the primary yet.
pub(super) fn pending_failover(desired: &Desired, observed: &Observed) -> Option<String> {
    let name = &desired.sentinels.as_ref()?.monitor;
    if let Some((node, _)) =
        monitors(desired, observed).find(|(_, monitored)| monitored.has("failover_in_progress"))
    {
        return Some(format!("{node} is replacing the primary of {name}"));
    }
    let Some(named) = primary_by_sentinels(desired, observed) else {
        let (node, monitored) =
            monitors(desired, observed).next().filter(|_| !observed.missing.is_empty())?;
        let (host, port) = &monitored.address;
        return Some(format!("the primary {host}:{port} that {node} monitors is not there"));
    };
    let other = monitors(desired, observed).find(|(_, monitored)| {
        node_at(desired, observed, &monitored.address).is_some_and(|other| other != named)
    });
    if let Some((node, _)) = other {
        return Some(format!("{node} does not have {named} as the primary of {name} yet"));
    }
    let followed = sentinels::followed_node(desired, observed, &named)?;
    Some(format!("the Sentinels have {named} as the primary of {name}, and it follows {followed}"))
}

/// The first Sentinel that does not know all replicas and Sentinels yet, or cannot reach the primary.
fn incomplete_sentinel(desired: &Desired, observed: &Observed) -> Option<String> {
    let sentinels = desired.sentinels.as_ref()?;
    let (replicas, others) = (desired.nodes.len() - 1, sentinels.as_nodes.nodes.len() - 1);
    monitors(desired, observed).find_map(|(node, monitored)| {
        let down = ["disconnected", "s_down", "o_down"].into_iter().find(|flag| monitored.has(flag));
        let problem = match down {
            Some(flag) => format!("does not reach the primary ({flag})"),
            None if monitored.refused => "is refused by the primary".to_owned(),
            None if monitored.replicas < replicas => {
                format!("knows {} of {replicas} replica(s)", monitored.replicas)
            }
            None if monitored.other_sentinels < others => {
                format!("knows {} of {others} other Sentinel(s)", monitored.other_sentinels)
            }
            None => format!("could not replace the primary: {}", monitored.no_quorum.as_ref()?),
        };
        Some(format!("the Sentinel {node} {problem}"))
    })
}

/// The transition of servers whose plan is empty; `None` when they are settled.
pub(super) fn unsettled(desired: &Desired, observed: &Observed) -> Option<String> {
    match desired.mode {
        Mode::Cluster => cluster_unsettled(&Topology::new(desired, observed)),
        Mode::Replication => desired
            .nodes
            .iter()
            .find_map(|node| {
                let state = observed.state(&node.endpoint);
                let (host, port) =
                    state.replication.primary.as_ref().filter(|_| !state.replication.link_up)?;
                Some(format!("the link of {} to its primary {host}:{port} is down", node.endpoint))
            })
            .or_else(|| incomplete_sentinel(desired, observed)),
        Mode::Standalone => None,
    }
}

fn cluster_unsettled(topology: &Topology<'_>) -> Option<String> {
    disagreement(topology).or_else(|| changed_roles(topology))
}

/// The first point on which the nodes do not agree, or the first node that is not ready.
pub(crate) fn disagreement(topology: &Topology<'_>) -> Option<String> {
    let mut pairs =
        topology.nodes().flat_map(|(node, _)| topology.nodes().map(move |(other, _)| (node, other)));
    let views = pairs.find_map(|(node, other)| wrong_view(topology, node, other));
    views.or_else(|| topology.nodes().find_map(|(node, _)| not_ready(topology, node)))
}

/// The first difference between the entry of `other` at `node` and what `other` reports of itself.
fn wrong_view(topology: &Topology<'_>, node: usize, other: usize) -> Option<String> {
    let name = |node: usize| topology.endpoint(node).map(|node| node.to_string()).unwrap_or_default();
    let (entry, own) = (topology.entry_of(node, other)?, topology.own_entry(other)?);
    let announced = topology.desired.announce_hostnames.then(|| topology.desired.nodes.get(other)).flatten();
    let wrong = match () {
        () if node != other && entry.link == LinkState::Failing => "is seen as failing",
        () if node != other && entry.link != LinkState::Up => "is not connected",
        () if entry.replica != own.replica || entry.primary != own.primary => "is not seen in its role",
        () if entry.slots != own.slots => "is not seen with its slots",
        () if announced.is_some_and(|declared| declared.hostname != entry.hostname) => {
            "is not seen by its name"
        }
        () => return None,
    };
    Some(format!("{} {wrong} by {}", name(other), name(node)))
}

/// The reason why a node is not ready: a handshake, the state of the cluster, or the link to its primary.
fn not_ready(topology: &Topology<'_>, node: usize) -> Option<String> {
    let state = topology.states.get(node)?;
    let name = topology.endpoint(node)?;
    if state.view.values().any(|entry| entry.link == LinkState::Handshake) {
        return Some(format!("{name} has a handshake under way"));
    }
    if !state.cluster_ok {
        return Some(format!("{name} says cluster_state:fail"));
    }
    let own = topology.own_entry(node)?;
    if own.replica && !state.replication.link_up {
        return Some(format!("the replica {name} is not in sync with its primary"));
    }
    let stray = state.view.values().filter(|entry| topology.ids.contains_key(&entry.id)).find(|entry| {
        let together = |shard: &&std::collections::BTreeSet<String>| shard.contains(&entry.id);
        let shard = state.shards.iter().find(together);
        entry.primary.as_ref().is_some_and(|primary| shard.is_none_or(|shard| !shard.contains(primary)))
    });
    stray.map(|entry| format!("{name} does not have the replica {} in its primary's shard yet", entry.id))
}

/// A change of roles during the observation: the plan was empty, and now a role is to be assigned.
fn changed_roles(topology: &Topology<'_>) -> Option<String> {
    let roles = Roles::new(topology);
    (!roles.new_primaries.is_empty() || !roles.assigned.is_empty())
        .then(|| "the roles have changed".to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use init_core::Files;
    use init_core::diff::Drift;
    use serde_json::json;

    use super::*;
    use crate::observed::{NodeEntry, NodeState};
    use crate::validate::validate;

    #[test]
    fn no_node_replicates_while_a_handshake_is_under_way() {
        let spec = json!({"mode": "cluster", "nodes": ["n0:6379", "n1:6379", "n2:6379"]});
        let files = Files::relative_to(Path::new(""));
        let desired = validate(&serde_json::from_value(spec).unwrap(), &files).unwrap();
        let [node, primary] = [0, 1].map(|node| desired.nodes[node].endpoint.clone());
        let with = |link| {
            let entry = NodeEntry { id: "temporary".to_owned(), link, ..NodeEntry::default() };
            let view = [(entry.id.clone(), entry)].into();
            let state = NodeState { view, ..NodeState::default() };
            Observed { nodes: [(node.clone(), state)].into(), ..Observed::default() }
        };
        let meet = Change::MeetNode { node: node.clone(), by: vec![primary.clone()] };
        let replicate =
            Change::ReplicateNode { node: node.clone(), primary: Drift { from: None, to: primary } };
        let reason = |link, plan: &[Change]| super::before_changes(&desired, &with(link), plan);
        let found = reason(LinkState::Handshake, std::slice::from_ref(&replicate));
        assert_eq!(found.as_deref(), Some("1 handshake(s) are under way"));
        assert_eq!(reason(LinkState::Handshake, &[meet, replicate.clone()]), None);
        assert_eq!(reason(LinkState::Down, &[replicate]), None);
    }
}
