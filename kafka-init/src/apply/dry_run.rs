//! The dry run of a plan: the brokers validate every change before anything is written.

use init_core::{CheckMode, Progress, Secrets};

use super::alteration::Alteration;
use super::by_request::{ByRequest, Numbered, by_reference};
use super::mutation::{Mode, Mutation};
use super::send::send;
use super::{authorized, distribute, resource_configs, throttle, unknown_config, unknown_operation};
use crate::Error;
use crate::change::Change;
use crate::wire::{Cluster, Connection};

/// The changes that the brokers would refuse, by position, each with the refusal.
pub(crate) async fn check(
    cluster: &mut Cluster,
    changes: &[Change],
    secrets: &Secrets,
    mode: CheckMode,
    progress: &Progress,
) -> Vec<(usize, Error)> {
    progress.waiting_for("the brokers to validate the changes");
    // The brokers that will make the changes are connected to meanwhile.
    let refused = if mode == CheckMode::Apply && distribute::needs_other_brokers(changes) {
        cluster.while_connecting(async |main| validate_all(main, changes, secrets, progress).await).await
    } else {
        validate_all(cluster.main(), changes, secrets, progress).await
    };
    let refused_by_its_broker = validate_at_each_broker(cluster, changes, secrets, progress).await;
    let mut refused = refused;
    if refused.iter().any(|(_, error)| error.is_not_controller())
        && cluster.move_to_controller().await.is_ok()
    {
        refused = validate_all(cluster.main(), changes, secrets, progress).await;
    }
    refused.into_iter().chain(refused_by_its_broker).collect()
}

/// Validates the changes of which each goes to the broker that it is about.
async fn validate_at_each_broker(
    cluster: &mut Cluster,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<(usize, Error)> {
    let ByRequest { resources, throttles, removed_throttles, .. } = ByRequest::of(changes);
    let results = resource_configs::apply(cluster, &resources, secrets, Mode::ValidateOnly, progress).await;
    let results = resources.iter().map(|(position, _)| *position).zip(results);
    let throttles = (&throttles, &removed_throttles);
    let throttled = throttle::apply(cluster, throttles, secrets, Mode::ValidateOnly, progress).await;
    results.chain(throttled).filter_map(|(position, result)| Some((position, result.err()?))).collect()
}

async fn validate_all(
    main: &mut Connection,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<(usize, Error)> {
    let by_request = ByRequest::of(changes);
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
    } = &by_request;
    // Kafka has no `validate_only` for users, ACLs and reassignments, so only the account's permission is checked.
    let deleted = positions(deleted_acls).chain(positions(deleted_credentials));
    let unchecked = positions(users).chain(positions(acls)).chain(deleted).chain(positions(reassignments));
    let mut refused = authorized::check(main, changes, unchecked.collect()).await;
    refused.extend(unknown_operation::check(main, acls));
    refused.extend(unknown_config::check(main, broker_configs).await);
    refused.extend(validate(main, topics, progress).await);
    refused.extend(validate(main, partitions, progress).await);
    refused.extend(validate(main, topic_configs, progress).await);
    refused.extend(validate(main, topic_resets, progress).await);
    refused.extend(validate(main, quotas, progress).await);
    refused.extend(validate(main, removed_quotas, progress).await);
    let (broker_configs, failed) = Alteration::of_all(broker_configs, secrets, Mode::ValidateOnly);
    refused.extend(failed);
    refused.extend(validate(main, &by_reference(&broker_configs), progress).await);
    refused
}

async fn validate<M: Mutation>(
    main: &mut Connection,
    changes: &Numbered<&M>,
    progress: &Progress,
) -> Vec<(usize, Error)> {
    let mutations: Vec<&M> = changes.iter().map(|(_, mutation)| *mutation).collect();
    let results = send(main, &mutations, Mode::ValidateOnly, progress).await;
    let results = changes.iter().map(|(position, _)| *position).zip(results);
    results.filter_map(|(position, result)| Some((position, result.err()?))).collect()
}

fn positions<C>(changes: &Numbered<C>) -> impl Iterator<Item = usize> {
    changes.iter().map(|(position, _)| *position)
}
