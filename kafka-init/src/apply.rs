//! From a change to a request, and from its answer to a result per change.
//!
//! `check` sends the same requests as `apply`, marked as a rehearsal: what the server would refuse, it
//! refuses before anything is written.

mod acls;
mod alter;
mod barrier;
mod batch;
mod brokers;
mod create;
mod grow;
mod mutation;
mod quotas;
mod send;
mod users;

use init_core::{Progress, Secrets};

use crate::Error;
use crate::plan::{Change, CreatePartitions, CreateTopic};
use crate::wire::Cluster;
use mutation::Mutation;
use send::{Mode, send};

/// The changes that the server would refuse, by position, and why.
pub(crate) async fn check(cluster: &mut Cluster, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut refused = rehearse(cluster, changes, created).await;
    refused.extend(rehearse(cluster, changes, grown).await);
    refused.extend(rehearse(cluster, changes, altered).await);
    refused.extend(rehearse(cluster, changes, limited).await);
    refused.extend(rehearse(cluster, changes, brokers_altered).await);
    refused
}

async fn rehearse<'c, M: Mutation + 'c>(
    cluster: &mut Cluster,
    changes: &'c [Change],
    of_kind: impl Fn(&'c Change) -> Option<&'c M>,
) -> Vec<(usize, Error)> {
    let (positions, mutations): (Vec<usize>, Vec<&M>) = changes
        .iter()
        .enumerate()
        .filter_map(|(position, change)| Some((position, of_kind(change)?)))
        .unzip();
    let results = send(cluster, &mutations, Mode::Rehearse, &Progress::default()).await;
    positions
        .into_iter()
        .zip(results)
        .filter_map(|(position, result)| Some((position, result.err()?)))
        .collect()
}

/// Applies one stage. What is new counts as done when every broker serves it.
pub(crate) async fn apply(
    cluster: &mut Cluster,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    match stage.first() {
        Some(Change::CreateTopic(_)) => {
            let topics: Vec<&CreateTopic> = stage.iter().filter_map(created).collect();
            let results = send(cluster, &topics, Mode::Apply, progress).await;
            let expected = topics.iter().map(|topic| (topic.name.as_str(), topic.partitions.max(1)));
            barrier::await_served(cluster, expected, results, progress).await
        }
        Some(Change::CreatePartitions(_)) => {
            let growth: Vec<&CreatePartitions> = stage.iter().filter_map(grown).collect();
            let results = send(cluster, &growth, Mode::Apply, progress).await;
            let expected = growth.iter().map(|growth| (growth.name.as_str(), growth.to));
            barrier::await_served(cluster, expected, results, progress).await
        }
        Some(Change::AlterTopicConfig(_)) => {
            let alterations: Vec<_> = stage.iter().filter_map(altered).collect();
            send(cluster, &alterations, Mode::Apply, progress).await
        }
        Some(Change::CreateUser(_) | Change::AlterUser(_)) => {
            users::apply(cluster, stage, secrets, progress).await
        }
        Some(Change::CreateAcl(_)) => {
            let bindings: Vec<_> = stage.iter().filter_map(allowed).collect();
            send(cluster, &bindings, Mode::Apply, progress).await
        }
        Some(Change::AlterQuota(_)) => {
            let quotas: Vec<_> = stage.iter().filter_map(limited).collect();
            send(cluster, &quotas, Mode::Apply, progress).await
        }
        Some(Change::AlterBrokerConfig(_)) => {
            let alterations: Vec<_> = stage.iter().filter_map(brokers_altered).collect();
            send(cluster, &alterations, Mode::Apply, progress).await
        }
        None => Vec::new(),
    }
}

/// Waits for what another run made, or an answer that was lost would have told.
pub(crate) async fn confirm(cluster: &mut Cluster, changes: &[Change]) -> Result<(), Error> {
    let expected = changes.iter().filter_map(|change| match change {
        Change::CreateTopic(topic) => Some((topic.name.as_str(), topic.partitions.max(1))),
        Change::CreatePartitions(growth) => Some((growth.name.as_str(), growth.to)),
        // What is no topic has no leader to wait for.
        _ => None,
    });
    barrier::served_everywhere(cluster, &expected.collect(), &Progress::default()).await
}

fn created(change: &Change) -> Option<&CreateTopic> {
    if let Change::CreateTopic(topic) = change { Some(topic) } else { None }
}

fn grown(change: &Change) -> Option<&CreatePartitions> {
    if let Change::CreatePartitions(growth) = change { Some(growth) } else { None }
}

fn altered(change: &Change) -> Option<&crate::plan::AlterTopicConfig> {
    if let Change::AlterTopicConfig(alteration) = change { Some(alteration) } else { None }
}

fn allowed(change: &Change) -> Option<&crate::spec::Binding> {
    if let Change::CreateAcl(binding) = change { Some(binding) } else { None }
}

fn limited(change: &Change) -> Option<&crate::plan::AlterQuota> {
    if let Change::AlterQuota(quota) = change { Some(quota) } else { None }
}

fn brokers_altered(change: &Change) -> Option<&crate::plan::AlterBrokerConfig> {
    if let Change::AlterBrokerConfig(alteration) = change { Some(alteration) } else { None }
}
