//! Applies the changes of a stage, or a part of them, through one broker.

use std::collections::BTreeMap;

use init_core::{Progress, Secrets};

use super::alteration::Alteration;
use super::by_request::{ByRequest, Numbered, by_reference};
use super::mutation::{Mode, Mutation};
use super::send::send;
use super::users;
use crate::Error;
use crate::change::Change;
use crate::wire::Connection;

/// Returns one result per change, in the order of the changes.
pub(super) async fn apply_at(
    broker: &mut Connection,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let ByRequest {
        users,
        acls,
        quotas,
        removed_quotas,
        topic_configs,
        topic_resets,
        broker_configs,
        resources: _,
        throttles: _,
        removed_throttles: _,
        topics,
        partitions,
        reassignments,
        deleted_acls,
        deleted_credentials,
    } = ByRequest::of(changes);
    let mut results = BTreeMap::new();
    let user_results = users::apply(broker, &users, secrets, progress).await;
    results.extend(users.iter().map(|(position, _)| *position).zip(user_results));
    apply(broker, &acls, progress, &mut results).await;
    apply(broker, &quotas, progress, &mut results).await;
    apply(broker, &removed_quotas, progress, &mut results).await;
    apply(broker, &topic_configs, progress, &mut results).await;
    let (broker_configs, failed) = Alteration::of_all(&broker_configs, secrets, Mode::Apply);
    results.extend(failed.into_iter().map(|(position, error)| (position, Err(error))));
    apply(broker, &by_reference(&broker_configs), progress, &mut results).await;
    apply(broker, &topic_resets, progress, &mut results).await;
    apply(broker, &topics, progress, &mut results).await;
    apply(broker, &partitions, progress, &mut results).await;
    apply(broker, &reassignments, progress, &mut results).await;
    apply(broker, &deleted_acls, progress, &mut results).await;
    let deleted = users::delete(broker, &deleted_credentials, progress).await;
    results.extend(deleted_credentials.iter().map(|(position, _)| *position).zip(deleted));
    results.into_values().collect()
}

async fn apply<M: Mutation>(
    broker: &mut Connection,
    changes: &Numbered<&M>,
    progress: &Progress,
    results: &mut BTreeMap<usize, Result<(), Error>>,
) {
    let mutations: Vec<&M> = changes.iter().map(|(_, mutation)| *mutation).collect();
    let sent = send(broker, &mutations, Mode::Apply, progress).await;
    results.extend(changes.iter().map(|(position, _)| *position).zip(sent));
}
