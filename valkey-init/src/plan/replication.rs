//! Plans the roles of a primary and its replicas, and of a single node.
//!
//! A primary that other nodes follow stays the primary, also when it is not the first node of the spec: a failover is never
//! undone. Where Sentinels watch the nodes, the primary is the one that they name.

use std::collections::BTreeSet;

use init_core::diff::Drift;
use init_core::{Conflict, Endpoint, SpecPath};

use super::addresses::{node_at, primary_by_sentinels};
use super::ambiguous_names::node_conflict;
use crate::change::Change;
use crate::desired::{Desired, Node};
use crate::observed::Observed;

/// Plans a standalone node: one that is a replica is a conflict.
pub(super) fn plan_standalone(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let follower = |(position, node): (usize, &Node)| {
        let (host, port) = observed.state(&node.endpoint).replication.primary.clone()?;
        let problem =
            format!("it is a replica of {host}:{port}, and standalone means one node that follows nobody");
        Some(node_conflict(desired, position, problem))
    };
    (Vec::new(), desired.nodes.iter().enumerate().filter_map(follower).collect())
}

/// The primary of all other nodes when the plan is applied.
pub(super) fn primary(desired: &Desired, observed: &Observed) -> Option<Endpoint> {
    if let Some(named) = primary_by_sentinels(desired, observed) {
        return Some(named);
    }
    let followed = followed_primaries(desired, observed);
    let first = desired.nodes.first().map(|node| node.endpoint.clone());
    let alone: Vec<&Node> = nodes_without_primary(desired, observed);
    match (followed.len(), alone.len()) {
        (1, _) => followed.into_iter().next(),
        // One primary among replicas whose primary cannot be found.
        (0, 1) => alone.first().map(|node| node.endpoint.clone()),
        _ => first,
    }
}

pub(super) fn plan(desired: &Desired, observed: &Observed) -> (Vec<Change>, Vec<Conflict>) {
    let conflicts = conflicts(desired, observed);
    let Some(primary) = primary(desired, observed).filter(|_| conflicts.is_empty()) else {
        return (Vec::new(), conflicts);
    };
    let mut changes = Vec::new();
    for node in desired.nodes.iter().filter(|node| node.endpoint != primary) {
        let state = observed.state(&node.endpoint);
        let follows = state.replication.primary.as_ref();
        let from = follows.and_then(|primary| node_at(desired, observed, primary));
        // Failover tools write the address of the primary instead of its name. That is kept while the link is up, and
        // is replaced by the name when it is down.
        let right = from.as_ref() == Some(&primary)
            && (state.replication.link_up
                || follows.is_some_and(|(host, _)| host.eq_ignore_ascii_case(primary.host())));
        if !right {
            let from = from.filter(|from| *from != primary);
            changes.push(Change::ReplicateNode {
                node: node.endpoint.clone(),
                primary: Drift { from, to: primary.clone() },
            });
        }
    }
    (changes, conflicts)
}

/// Nodes without a primary.
fn nodes_without_primary<'a>(desired: &'a Desired, observed: &Observed) -> Vec<&'a Node> {
    desired.nodes.iter().filter(|node| observed.state(&node.endpoint).replication.primary.is_none()).collect()
}

/// Primaries of the spec that nodes of the spec follow.
fn followed_primaries(desired: &Desired, observed: &Observed) -> BTreeSet<Endpoint> {
    let free: BTreeSet<Endpoint> =
        nodes_without_primary(desired, observed).into_iter().map(|node| node.endpoint.clone()).collect();
    let primaries = desired.nodes.iter().filter_map(|node| {
        let state = observed.state(&node.endpoint);
        node_at(desired, observed, state.replication.primary.as_ref()?)
    });
    primaries.filter(|primary| free.contains(primary)).collect()
}

/// The primaries with keys other than the intended one.
pub(crate) fn other_primaries_with_keys(desired: &Desired, observed: &Observed) -> Vec<Endpoint> {
    let primary = primary(desired, observed);
    let free = nodes_without_primary(desired, observed).into_iter().map(|node| node.endpoint.clone());
    free.filter(|node| primary.as_ref() != Some(node) && observed.state(node).keys > 0).collect()
}

fn conflicts(desired: &Desired, observed: &Observed) -> Vec<Conflict> {
    let followed = followed_primaries(desired, observed);
    let mut conflicts = Vec::new();
    if followed.len() > 1 {
        let names: Vec<String> = followed.iter().map(ToString::to_string).collect();
        let problem = format!(
            "{} are primaries with replicas of their own: only one can be right",
            names.join(" and ")
        );
        conflicts.push(Conflict::new(SpecPath::root().key("nodes"), problem));
    }
    if nodes_without_primary(desired, observed).is_empty() && !desired.nodes.is_empty() {
        let problem = "every node is a replica: promote the one whose data is right with REPLICAOF NO ONE";
        conflicts.push(Conflict::new(SpecPath::root().key("nodes"), problem));
    }
    let primary = primary(desired, observed);
    for (position, node) in desired.nodes.iter().enumerate() {
        let state = observed.state(&node.endpoint);
        match &state.replication.primary {
            None if state.keys > 0 && primary.as_ref() != Some(&node.endpoint) => {
                let primary = primary.as_ref().map(ToString::to_string).unwrap_or_default();
                let problem = format!(
                    "it is a primary with {} key(s) of its own beside {primary}: following would lose them; move them away first",
                    state.keys
                );
                conflicts.push(node_conflict(desired, position, problem));
            }
            // A link that is up leads to a server outside the spec.
            Some((host, port))
                if state.replication.link_up
                    && node_at(desired, observed, &(host.clone(), *port)).is_none() =>
            {
                let problem = format!("it follows {host}:{port}, which the spec does not name");
                conflicts.push(node_conflict(desired, position, problem));
            }
            _ => {}
        }
    }
    conflicts
}
