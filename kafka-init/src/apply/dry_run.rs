//! What the brokers would refuse, asked before anything is written.

use init_core::Progress;

use super::by_request::{ByRequest, Numbered};
use super::mutation::{Mode, Mutation};
use super::send::send;
use super::{authorized, distribute, unknown_config};
use crate::Error;
use crate::change::Change;
use crate::wire::{Cluster, Connection};

/// The changes that the brokers would refuse, by position, and why.
pub(crate) async fn check(cluster: &mut Cluster, changes: &[Change]) -> Vec<(usize, Error)> {
    let refused = if distribute::needs_other_brokers(changes) {
        cluster.meanwhile(async |main| validate_all(main, changes).await).await
    } else {
        validate_all(cluster.main(), changes).await
    };
    if !refused.iter().any(|(_, error)| distribute::is_not_controller(error)) {
        return refused;
    }
    match cluster.move_to_controller().await {
        Ok(()) => validate_all(cluster.main(), changes).await,
        Err(_) => refused,
    }
}

async fn validate_all(main: &mut Connection, changes: &[Change]) -> Vec<(usize, Error)> {
    let by_request = ByRequest::of(changes);
    let ByRequest { users, acls, quotas, topic_configs, topic_resets, broker_configs, topics, partitions } =
        &by_request;
    // Kafka has no `validate_only` for users and ACLs.
    let positions = users.iter().map(|(position, _)| *position).chain(acls.iter().map(|(at, _)| *at));
    let mut refused = authorized::check(main, changes, positions.collect()).await;
    refused.extend(unknown_config::check(main, broker_configs).await);
    refused.extend(validate(main, topics).await);
    refused.extend(validate(main, partitions).await);
    refused.extend(validate(main, topic_configs).await);
    refused.extend(validate(main, topic_resets).await);
    refused.extend(validate(main, quotas).await);
    refused.extend(validate(main, broker_configs).await);
    refused
}

async fn validate<M: Mutation>(main: &mut Connection, changes: &Numbered<&M>) -> Vec<(usize, Error)> {
    let mutations: Vec<&M> = changes.iter().map(|(_, mutation)| *mutation).collect();
    let results = send(main, &mutations, Mode::ValidateOnly, &Progress::default()).await;
    let results = changes.iter().map(|(position, _)| *position).zip(results);
    results.filter_map(|(position, result)| Some((position, result.err()?))).collect()
}
