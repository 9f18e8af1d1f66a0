//! Plans the Sentinels: their settings, their users, the monitor with its options, and their login at the nodes. A
//! Sentinel does not show that password, so it is set again when a Sentinel may have another one.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Conflict, Endpoint, SpecPath, Text};

use super::addresses::{monitors, node_at, primary_by_sentinels};
use super::{local_state, replication};
use crate::change::{Change, SentinelChange};
use crate::desired::{Desired, Sentinels};
use crate::observed::{MonitoredPrimary, Observed, SentinelState};

pub(super) fn plan(
    desired: &Desired,
    observed: &Observed,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) {
    let Some(sentinels) = &desired.sentinels else { return };
    conflicts.extend(disagreement_conflicts(desired, observed, sentinels));
    let primary = replication::primary(desired, observed);
    for node in sentinels.endpoints() {
        let state = observed.sentinel(node);
        local_state::plan_users(&sentinels.as_nodes, node, &state.node, changes);
        set_sentinel(node, sentinels, &state, changes);
        match (&state.monitored, &primary) {
            (Some(monitored), _) => changes.extend(set_monitor(desired, observed, (node, &state), monitored)),
            (None, Some(primary)) => changes.push(monitor_primary(sentinels, node, primary)),
            (None, None) => {}
        }
    }
}

fn set_sentinel(node: &Endpoint, sentinels: &Sentinels, state: &SentinelState, changes: &mut Vec<Change>) {
    let differ = sentinels.settings.iter().filter(|(name, _)| !state.matching_settings.contains(*name));
    let drift = |(name, value): (&String, &Text)| {
        let from = state.settings.get(name).filter(|found| !found.is_empty()).cloned();
        (name.clone(), Drift { from: from.map(Text::Plain), to: value.clone() })
    };
    let parameters: BTreeMap<String, Drift<Text>> = differ.map(drift).collect();
    if !parameters.is_empty() {
        let change = SentinelChange::SetSentinel { node: node.clone(), parameters };
        changes.push(Change::Sentinel(change));
    }
}

fn monitor_primary(sentinels: &Sentinels, node: &Endpoint, primary: &Endpoint) -> Change {
    let mut options: BTreeMap<String, Text> = sentinels
        .options
        .iter()
        .filter(|(name, _)| *name != "quorum")
        .map(|(name, value)| (name.clone(), Text::Plain(value.clone())))
        .collect();
    if let Some((user, password)) = &sentinels.auth {
        options.insert("auth-user".to_owned(), user.clone());
        options.insert("auth-pass".to_owned(), Text::Secret(password.clone()));
    }
    let quorum = sentinels.options.get("quorum").and_then(|quorum| quorum.parse().ok());
    Change::Sentinel(SentinelChange::MonitorPrimary {
        node: node.clone(),
        monitor: sentinels.monitor.clone(),
        primary: primary.clone(),
        quorum: quorum.unwrap_or(sentinels.majority),
        options,
    })
}

fn set_monitor(
    desired: &Desired,
    observed: &Observed,
    (node, state): (&Endpoint, &SentinelState),
    monitored: &MonitoredPrimary,
) -> Option<Change> {
    let sentinels = desired.sentinels.as_ref()?;
    let mut options = BTreeMap::new();
    for (name, value) in &sentinels.options {
        let found = monitored.options.get(name).cloned();
        let drift = Drift::between(found.map(Text::Plain), Text::Plain(value.clone()));
        options.extend(drift.map(|drift| (name.clone(), drift)));
    }
    let prefix = state.id.get(..8).unwrap_or_default();
    let another = observed.nodes.values().any(|node| node.sentinel_logins.get(prefix) == Some(&false));
    if let Some((user, password)) = &sentinels.auth
        && (monitored.refused || another || password_is_rotating(desired, observed))
    {
        options.insert("auth-user".to_owned(), Drift { from: None, to: user.clone() });
        options.insert("auth-pass".to_owned(), Drift { from: None, to: Text::Secret(password.clone()) });
    }
    let (node, monitor) = (node.clone(), sentinels.monitor.clone());
    (!options.is_empty()).then_some(Change::Sentinel(SentinelChange::SetMonitor { node, monitor, options }))
}

/// True while any node has other passwords of the Sentinels' user than the declared ones: a Sentinel may then use a
/// password that is about to stop working. Once the nodes have no others, each Sentinel has been given the new one.
fn password_is_rotating(desired: &Desired, observed: &Observed) -> bool {
    let auth = desired.sentinels.as_ref().and_then(|sentinels| sentinels.auth.as_ref());
    let (Some((key, user)), Some((_, password))) = (desired.declared_sentinel_user(), auth) else {
        return false;
    };
    let Some(declared) = &user.passwords else { return false };
    let position = declared.iter().position(|declared| declared == password);
    observed.nodes.values().any(|state| {
        state.users.get(key).is_none_or(|found| {
            found.undeclared > 0 || position.is_none_or(|position| !found.passwords.contains(&position))
        })
    })
}

/// The conflicts where the Sentinels do not agree about the primary, or where it is a replica. A Sentinel changes the
/// address of a monitor only by a failover, or when the monitor is removed.
fn disagreement_conflicts(desired: &Desired, observed: &Observed, sentinels: &Sentinels) -> Vec<Conflict> {
    let Some(named) = primary_by_sentinels(desired, observed) else {
        return foreign_monitors(desired, observed, sentinels);
    };
    let mut conflicts = foreign_monitors(desired, observed, sentinels);
    let name = &sentinels.monitor;
    for (node, monitored) in monitors(desired, observed) {
        if let Some(other) = node_at(desired, observed, &monitored.address).filter(|other| *other != named) {
            let problem = format!(
                "it has {other} as the primary of {name}, where others have {named}: SENTINEL REMOVE {name} there, and this \
                 run tells it again"
            );
            conflicts.push(Conflict::new(sentinel_path(sentinels, &node), problem));
        }
    }
    if let Some(followed) = followed_node(desired, observed, &named) {
        let problem = format!(
            "the Sentinels have {named} as the primary of {name}, and it follows {followed}: SENTINEL REMOVE {name} on each \
             of them, and this run tells them again; or REPLICAOF NO ONE on {named}, if its data is right"
        );
        conflicts.push(Conflict::new(SpecPath::root().key("sentinels").key("monitor"), problem));
    }
    conflicts
}

/// The primary of a node, if the spec names it and the link is up.
pub(crate) fn followed_node(desired: &Desired, observed: &Observed, node: &Endpoint) -> Option<Endpoint> {
    let state = observed.state(node);
    let primary = state.replication.primary.as_ref()?;
    node_at(desired, observed, primary).filter(|_| state.replication.link_up)
}

/// The Sentinels that monitor another server under this name. Where nodes are missing, it may be one of them, so that
/// there is no conflict.
fn foreign_monitors(desired: &Desired, observed: &Observed, sentinels: &Sentinels) -> Vec<Conflict> {
    let foreign = |(_, monitored): &(Endpoint, &MonitoredPrimary)| {
        observed.missing.is_empty() && node_at(desired, observed, &monitored.address).is_none()
    };
    let conflict = |(node, monitored): (Endpoint, &MonitoredPrimary)| {
        let ((host, port), name) = (&monitored.address, &sentinels.monitor);
        let problem = format!(
            "it monitors {host}:{port} as {name}, and no node of the spec is there: SENTINEL REMOVE {name} there and run this \
             again, or take another name for `monitor`"
        );
        Conflict::new(sentinel_path(sentinels, &node), problem)
    };
    monitors(desired, observed).filter(foreign).map(conflict).collect()
}

fn sentinel_path(sentinels: &Sentinels, node: &Endpoint) -> SpecPath {
    let at = SpecPath::root().key("sentinels").key("nodes");
    let position = sentinels.endpoints().position(|sentinel| sentinel == node);
    position.map_or(at.clone(), |position| at.index(position))
}
