//! From a change to a request, and from its answer to a result per change.
//!
//! `check` sends the same requests as `apply` with `validate_only`: what a broker would refuse, it refuses before anything
//! is written.

mod acls;
mod alter;
mod authorized;
mod barrier;
mod batch;
mod brokers;
mod by_request;
mod configs;
mod copied;
mod create;
mod deletions;
mod distribute;
mod dry_run;
mod elect;
mod grow;
mod mutation;
mod quotas;
mod reassign;
mod resources;
mod send;
mod stage;
mod unknown_config;
mod users;

use init_core::{Progress, Secrets};

use crate::Error;
use crate::change::Change;
use crate::desired::Desired;
use crate::wire::Cluster;
pub(crate) use barrier::await_shown;
use by_request::ByRequest;
pub(crate) use dry_run::check;
use mutation::Mode;
pub(crate) use users::forget;

/// Applies one stage. A new topic or config counts as done when every broker serves it.
pub(crate) async fn apply(
    cluster: &mut Cluster,
    desired: &Desired,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if !ByRequest::of(stage).broker_configs.is_empty()
        && let Err(error) = barrier::protected(cluster, &desired.topics).await
    {
        return stage.iter().map(|_| Err(error.clone())).collect();
    }
    let of_resources = ByRequest::of(stage).resources;
    if !of_resources.is_empty() {
        return resources::apply(cluster, &of_resources, Mode::Apply, progress).await;
    }
    let results = distribute::apply(cluster, stage, secrets, progress).await;
    let results = distribute::retry_at_the_controller(cluster, stage, results, secrets, progress).await;
    let results = reassign::await_done(cluster, stage, results, progress).await;
    barrier::await_served(cluster, stage, results, progress).await
}

/// Waits until every broker serves what another run has made, or a request whose answer was lost.
pub(crate) async fn confirm(cluster: &mut Cluster, changes: &[Change]) -> Result<(), Error> {
    barrier::everywhere(cluster, changes, &Progress::default()).await
}
