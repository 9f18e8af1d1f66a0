//! Turns changes into requests, and each response into a result per change.
//!
//! `check` sends the same requests as `apply` with `validate_only`, so that brokers refuse what they would refuse
//! before anything is written.

mod acls;
mod alteration;
mod authorized;
mod await_configs;
mod barrier;
mod batch;
mod broker_defaults;
mod by_request;
mod create_partitions;
mod create_topics;
mod deletions;
mod distribute;
mod dry_run;
mod elect_leaders;
mod mutation;
mod quotas;
mod reassign;
mod reassignment_progress;
mod resource_configs;
mod send;
mod stage;
mod throttle;
mod topic_configs;
mod unknown_config;
mod unknown_group;
mod unknown_operation;
mod users;

use init_core::{Progress, Secrets};

use crate::Error;
use crate::change::Change;
use crate::desired::Desired;
use crate::wire::Cluster;
pub(crate) use barrier::await_acls;
use by_request::ByRequest;
pub(crate) use dry_run::check;
use mutation::Mode;
pub(crate) use users::forget_logins;

/// Applies one stage. A new topic or config counts as done when every broker serves it.
pub(crate) async fn apply(
    cluster: &mut Cluster,
    desired: &Desired,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if !ByRequest::of(stage).broker_configs.is_empty()
        && let Err(error) = barrier::await_topic_configs(cluster, &desired.topics).await
    {
        return stage.iter().map(|_| Err(error.clone())).collect();
    }
    let ByRequest { resources: of_resources, throttles, removed_throttles, .. } = ByRequest::of(stage);
    if !throttles.is_empty() || !removed_throttles.is_empty() {
        let throttles = (&throttles, &removed_throttles);
        let results = throttle::apply(cluster, throttles, secrets, Mode::Apply, progress).await;
        return barrier::await_served(cluster, stage, results.into_values().collect(), progress).await;
    }
    if !of_resources.is_empty() {
        return resource_configs::apply(cluster, &of_resources, secrets, Mode::Apply, progress).await;
    }
    let results = distribute::apply(cluster, stage, secrets, progress).await;
    let results = distribute::retry_at_the_controller(cluster, stage, results, secrets, progress).await;
    let results = reassign::await_completion(cluster, stage, results, progress).await;
    barrier::await_served(cluster, stage, results, progress).await
}

/// Waits until every broker serves changes that were made by another run, or by a request whose response was lost.
pub(crate) async fn confirm(cluster: &mut Cluster, changes: &[Change]) -> Result<(), Error> {
    barrier::await_every_broker(cluster, changes, &Progress::default()).await
}
