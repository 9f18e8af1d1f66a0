//! What the Sentinels lack of the spec: their settings, the monitor with its options, and the login that they use at the
//! nodes. No Sentinel tells that password, so it is told again when there is a sign that one may have another.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Conflict, Endpoint, SpecPath, Text};

use super::members::{member, monitors, word};
use super::{replication, settings};
use crate::change::{Change, SentinelChange};
use crate::desired::{Desired, Sentinels};
use crate::observed::{Monitored, Observed, SentinelState};

pub(super) fn plan(
    desired: &Desired,
    observed: &Observed,
    changes: &mut Vec<Change>,
    conflicts: &mut Vec<Conflict>,
) {
    let Some(sentinels) = &desired.sentinels else { return };
    conflicts.extend(disagreements(desired, observed, sentinels));
    let primary = replication::primary(desired, observed);
    for node in sentinels.endpoints() {
        let state = observed.sentinel(node);
        settings::accounts(&sentinels.accounts, node, &state.accounts, changes);
        set_sentinel(node, sentinels, &state, changes);
        match (&state.monitored, &primary) {
            (Some(monitored), _) => changes.extend(set_monitor(desired, observed, (node, &state), monitored)),
            (None, Some(primary)) => changes.push(monitor(sentinels, node, primary)),
            (None, None) => {}
        }
    }
}

fn set_sentinel(node: &Endpoint, sentinels: &Sentinels, state: &SentinelState, changes: &mut Vec<Change>) {
    let differ = sentinels.settings.iter().filter(|(name, _)| !state.same_settings.contains(*name));
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

fn monitor(sentinels: &Sentinels, node: &Endpoint, primary: &Endpoint) -> Change {
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
    monitored: &Monitored,
) -> Option<Change> {
    let sentinels = desired.sentinels.as_ref()?;
    let mut options = BTreeMap::new();
    for (name, value) in &sentinels.options {
        let found = monitored.options.get(name).cloned();
        let drift = Drift::between(found.map(Text::Plain), Text::Plain(value.clone()));
        options.extend(drift.map(|drift| (name.clone(), drift)));
    }
    let prefix = state.id.get(..8).unwrap_or_default();
    let another = observed.nodes.values().any(|node| node.watchers.get(prefix) == Some(&false));
    if let Some((user, password)) = &sentinels.auth
        && (monitored.refused || another || is_rotating(desired, observed))
    {
        options.insert("auth-user".to_owned(), Drift { from: None, to: user.clone() });
        options.insert("auth-pass".to_owned(), Drift { from: None, to: Text::Secret(password.clone()) });
    }
    let (node, monitor) = (node.clone(), sentinels.monitor.clone());
    (!options.is_empty()).then_some(Change::Sentinel(SentinelChange::SetMonitor { node, monitor, options }))
}

/// Whether the user that the Sentinels log in as is not on every node with the passwords of the spec and no others: then a
/// Sentinel may have a password that is about to stop working. Once the nodes have no other, each Sentinel has been told.
fn is_rotating(desired: &Desired, observed: &Observed) -> bool {
    let auth = desired.sentinels.as_ref().and_then(|sentinels| sentinels.auth.as_ref());
    let (Some((key, user)), Some((_, password))) = (desired.watching_user(), auth) else { return false };
    let Some(declared) = &user.passwords else { return false };
    let position = declared.iter().position(|declared| declared == password);
    observed.nodes.values().any(|state| {
        state.users.get(key).is_none_or(|found| {
            found.others > 0 || position.is_none_or(|position| !found.passwords.contains(&position))
        })
    })
}

/// Where a Sentinel's word is not that of the others, or is not what the nodes say. A Sentinel changes an address only by a
/// failover, or when it forgets the monitor, and with it everything about it.
fn disagreements(desired: &Desired, observed: &Observed, sentinels: &Sentinels) -> Vec<Conflict> {
    let Some(named) = word(desired, observed) else { return strangers(desired, observed, sentinels) };
    let mut conflicts = strangers(desired, observed, sentinels);
    let name = &sentinels.monitor;
    for (node, monitored) in monitors(desired, observed) {
        if let Some(other) = member(desired, observed, &monitored.address).filter(|other| *other != named) {
            let problem = format!(
                "it has {other} as the primary of {name}, where others have {named}: SENTINEL REMOVE {name} there, and this \
                 run tells it again"
            );
            conflicts.push(Conflict::new(place(sentinels, &node), problem));
        }
    }
    if let Some(followed) = follows(desired, observed, &named) {
        let problem = format!(
            "the Sentinels have {named} as the primary of {name}, and it follows {followed}: SENTINEL REMOVE {name} on each \
             of them, and this run tells them again; or REPLICAOF NO ONE on {named}, if its data is right"
        );
        conflicts.push(Conflict::new(SpecPath::root().key("sentinels").key("monitor"), problem));
    }
    conflicts
}

/// The node of the spec that this one follows, with its link up.
pub(crate) fn follows(desired: &Desired, observed: &Observed, node: &Endpoint) -> Option<Endpoint> {
    let state = observed.state(node);
    let primary = state.replication.primary.as_ref()?;
    member(desired, observed, primary).filter(|_| state.replication.link_up)
}

/// Sentinels that monitor something else under this name. Where nodes are missing, it may be one of them.
fn strangers(desired: &Desired, observed: &Observed, sentinels: &Sentinels) -> Vec<Conflict> {
    let foreign = |(_, monitored): &(Endpoint, &Monitored)| {
        observed.missing.is_empty() && member(desired, observed, &monitored.address).is_none()
    };
    let conflict = |(node, monitored): (Endpoint, &Monitored)| {
        let ((host, port), name) = (&monitored.address, &sentinels.monitor);
        let problem = format!(
            "it monitors {host}:{port} as {name}, and no node of the spec is there: SENTINEL REMOVE {name} there and run this \
             again, or take another name for `monitor`"
        );
        Conflict::new(place(sentinels, &node), problem)
    };
    monitors(desired, observed).filter(foreign).map(conflict).collect()
}

fn place(sentinels: &Sentinels, node: &Endpoint) -> SpecPath {
    let at = SpecPath::root().key("sentinels").key("nodes");
    let position = sentinels.endpoints().position(|sentinel| sentinel == node);
    position.map_or(at.clone(), |position| at.index(position))
}
