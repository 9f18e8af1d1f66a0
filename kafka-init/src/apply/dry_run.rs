//! The dry run of a plan: the brokers validate every change before anything is written.

use init_core::{CheckMode, Progress, Secrets};

use super::alteration::Alteration;
use super::by_request::{ByRequest, Numbered, by_reference, resolve};
use super::mutation::{Mode, Mutation};
use super::quotas::NamedQuota;
use super::send::send;
use super::{
    authorized, distribute, features, resource_configs, throttle, unknown_config, unknown_operation,
};
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
    let set_and_removed = (&throttles, &removed_throttles);
    let of_throttles = throttle::apply(cluster, set_and_removed, secrets, Mode::ValidateOnly, progress).await;
    results.chain(of_throttles).filter_map(|(position, result)| Some((position, result.err()?))).collect()
}

async fn validate_all(
    main: &mut Connection,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<(usize, Error)> {
    let by_request = ByRequest::of(changes);
    let ByRequest {
        features,
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
    let (features, unsupported) = features::supported(main, features).await;
    refused.extend(unsupported);
    refused.extend(validate(main, &features, progress).await);
    refused.extend(validate(main, topics, progress).await);
    refused.extend(validate(main, partitions, progress).await);
    refused.extend(validate(main, topic_configs, progress).await);
    refused.extend(validate(main, topic_resets, progress).await);
    let quotas = resolve(quotas, |quota| NamedQuota::of(*quota, secrets));
    refused.extend(validate_resolved(main, quotas, progress).await);
    let removed_quotas = resolve(removed_quotas, |quota| NamedQuota::of(*quota, secrets));
    refused.extend(validate_resolved(main, removed_quotas, progress).await);
    let broker_configs = Alteration::of_all(broker_configs, secrets, Mode::ValidateOnly);
    refused.extend(validate_resolved(main, broker_configs, progress).await);
    refused
}

async fn validate_resolved<M: Mutation>(
    main: &mut Connection,
    (changes, failed): (Numbered<M>, Vec<(usize, Error)>),
    progress: &Progress,
) -> Vec<(usize, Error)> {
    let refused = validate(main, &by_reference(&changes), progress).await;
    failed.into_iter().chain(refused).collect()
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
