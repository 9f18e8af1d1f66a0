//! From a change to a request, and from its answer to a result per change.
//!
//! `check` sends the same requests as `apply`, marked as a rehearsal: what the server would refuse, it
//! refuses before anything is written.

mod acls;
mod alter;
mod barrier;
mod batch;
mod brokers;
mod configs;
mod create;
mod grow;
mod known;
mod lanes;
mod mutation;
mod permitted;
mod quotas;
mod send;
mod users;

use std::collections::BTreeMap;

use init_core::{Progress, Secrets};

use crate::Error;
use crate::change::{Change, CreatePartitions, CreateTopic, RestrictiveAcl};
use crate::spec::Topic;
use crate::wire::{Cluster, Connection};
pub(crate) use barrier::await_shown;
use mutation::Mutation;
use send::{Mode, send};
pub(crate) use users::forget;

/// The changes that the server would refuse, by position, and why.
pub(crate) async fn check(cluster: &mut Cluster, changes: &[Change]) -> Vec<(usize, Error)> {
    let refused = if lanes::wants_others(changes) {
        cluster.meanwhile(async |home| rehearse_all(home, changes).await).await
    } else {
        rehearse_all(cluster.home(), changes).await
    };
    if !refused.iter().any(|(_, error)| lanes::is_misrouted(error)) {
        return refused;
    }
    match cluster.move_to_controller().await {
        Ok(()) => rehearse_all(cluster.home(), changes).await,
        Err(_) => refused,
    }
}

async fn rehearse_all(home: &mut Connection, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut refused = permitted::check(home, changes).await;
    refused.extend(known::check(home, changes).await);
    refused.extend(rehearse(home, changes, created).await);
    refused.extend(rehearse(home, changes, grown).await);
    refused.extend(rehearse(home, changes, altered).await);
    refused.extend(rehearse(home, changes, reset).await);
    refused.extend(rehearse(home, changes, limited).await);
    refused.extend(rehearse(home, changes, brokers_altered).await);
    refused
}

async fn rehearse<'c, M: Mutation + 'c>(
    home: &mut Connection,
    changes: &'c [Change],
    of_kind: impl Fn(&'c Change) -> Option<&'c M>,
) -> Vec<(usize, Error)> {
    let (positions, mutations): (Vec<usize>, Vec<&M>) = changes
        .iter()
        .enumerate()
        .filter_map(|(position, change)| Some((position, of_kind(change)?)))
        .unzip();
    let results = send(home, &mutations, Mode::Rehearse, &Progress::default()).await;
    positions
        .into_iter()
        .zip(results)
        .filter_map(|(position, result)| Some((position, result.err()?)))
        .collect()
}

/// Applies one stage. What is new counts as done when every broker serves it.
pub(crate) async fn apply(
    cluster: &mut Cluster,
    topics: &BTreeMap<String, Topic>,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if stage.iter().any(|change| brokers_altered(change).is_some())
        && let Err(error) = barrier::protected(cluster, topics).await
    {
        return stage.iter().map(|_| Err(error.clone())).collect();
    }
    let results = lanes::deal(cluster, stage, secrets, progress).await;
    let results = lanes::at_the_controller(cluster, stage, results, secrets, progress).await;
    barrier::await_served(cluster, stage, results, progress).await
}

/// Changes of one kind, at one broker.
async fn one_kind(
    broker: &mut Connection,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    match changes.first() {
        Some(Change::CreateTopic(_)) => apply_all(broker, changes, created, progress).await,
        Some(Change::CreatePartitions(_)) => apply_all(broker, changes, grown, progress).await,
        Some(Change::AlterTopicConfig(_)) => apply_all(broker, changes, altered, progress).await,
        Some(Change::ResetTopicConfig(_)) => apply_all(broker, changes, reset, progress).await,
        Some(Change::CreateUser(_) | Change::AlterUser(_)) => {
            users::apply(broker, changes, secrets, progress).await
        }
        Some(Change::CreateAcl(_) | Change::CreateRestrictiveAcl(_)) => {
            apply_all(broker, changes, allowed, progress).await
        }
        Some(Change::AlterQuota(_)) => apply_all(broker, changes, limited, progress).await,
        Some(Change::AlterBrokerConfig(_)) => apply_all(broker, changes, brokers_altered, progress).await,
        None => Vec::new(),
    }
}

async fn apply_all<'c, M: Mutation + 'c>(
    broker: &mut Connection,
    changes: &'c [Change],
    of_kind: impl Fn(&'c Change) -> Option<&'c M>,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mutations: Vec<&M> = changes.iter().filter_map(of_kind).collect();
    send(broker, &mutations, Mode::Apply, progress).await
}

/// Waits for what another run made, or an answer that was lost would have told.
pub(crate) async fn confirm(cluster: &mut Cluster, changes: &[Change]) -> Result<(), Error> {
    barrier::everywhere(cluster, changes.iter(), &Progress::default()).await
}

fn created(change: &Change) -> Option<&CreateTopic> {
    if let Change::CreateTopic(topic) = change { Some(topic) } else { None }
}

fn grown(change: &Change) -> Option<&CreatePartitions> {
    if let Change::CreatePartitions(growth) = change { Some(growth) } else { None }
}

fn altered(change: &Change) -> Option<&crate::change::AlterTopicConfig> {
    if let Change::AlterTopicConfig(alteration) = change { Some(alteration) } else { None }
}

fn reset(change: &Change) -> Option<&crate::change::AlterTopicConfig> {
    if let Change::ResetTopicConfig(alteration) = change { Some(alteration) } else { None }
}

fn allowed(change: &Change) -> Option<&crate::spec::Binding> {
    match change {
        Change::CreateAcl(binding) | Change::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => {
            Some(binding)
        }
        _ => None,
    }
}

fn limited(change: &Change) -> Option<&crate::change::AlterQuota> {
    if let Change::AlterQuota(quota) = change { Some(quota) } else { None }
}

fn brokers_altered(change: &Change) -> Option<&crate::change::AlterBrokerConfig> {
    if let Change::AlterBrokerConfig(alteration) = change { Some(alteration) } else { None }
}
