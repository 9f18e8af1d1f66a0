//! Deals the kinds of changes of a stage out to the brokers.
//!
//! A broker passes its clients' changes on to the controller one request at a time, and each of them waits for its own
//! commit. From several brokers they arrive together, and the controller commits them together (ADR 10).

use std::mem::discriminant;

use init_core::{Progress, Secrets};
use kafka_protocol::error::ResponseError;

use super::{barrier, one_kind};
use crate::Error;
use crate::plan::Change;
use crate::wire::{Cluster, all};

/// Changes of one kind each, in their order.
fn kinds(changes: &[Change]) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(|a, b| discriminant(a) == discriminant(b))
}

/// Whether applying these talks to more brokers than one.
pub(super) fn wants_others(changes: &[Change]) -> bool {
    let mut of_clients = kinds(changes).filter(|kind| kind.first().is_some_and(Change::is_of_clients));
    of_clients.nth(1).is_some() || changes.iter().any(|change| barrier::topic(change).is_some())
}

/// One result per change. Kinds that meet at one broker go there one after the other.
pub(super) async fn deal(
    cluster: &mut Cluster,
    stage: &[Change],
    with: (&Secrets, &Progress),
) -> Vec<Result<(), Error>> {
    let kinds: Vec<&[Change]> = kinds(stage).collect();
    let brokers: Vec<_> = cluster.connections().take(kinds.len()).collect();
    let count = brokers.len();
    let lanes = brokers.into_iter().enumerate().map(async |(lane, broker)| {
        let mut results = Vec::new();
        for changes in kinds.iter().skip(lane).step_by(count) {
            results.push(one_kind(broker, changes, with).await);
        }
        results.into_iter()
    });
    let mut lanes = all(lanes).await;
    let in_order = (0..kinds.len()).filter_map(|kind| lanes.get_mut(kind.checked_rem(count)?)?.next());
    in_order.flatten().collect()
}

/// With `ZooKeeper`, the controller alone takes changes, and nobody passes them on to it.
pub(super) async fn at_the_controller(
    cluster: &mut Cluster,
    stage: &[Change],
    mut results: Vec<Result<(), Error>>,
    with: (&Secrets, &Progress),
) -> Vec<Result<(), Error>> {
    let astray = |result: &Result<(), Error>| result.as_ref().is_err_and(is_misrouted);
    let misrouted: Vec<Change> = stage
        .iter()
        .zip(&results)
        .filter(|(_, result)| astray(result))
        .map(|(change, _)| change.clone())
        .collect();
    if misrouted.is_empty() {
        return results;
    }
    let moved = cluster.move_to_controller().await;
    let mut again = Vec::new();
    for changes in kinds(&misrouted) {
        match &moved {
            Ok(()) => again.extend(one_kind(cluster.home(), changes, with).await),
            Err(error) => again.extend(changes.iter().map(|_| Err(error.clone()))),
        }
    }
    for (result, again) in results.iter_mut().filter(|result| astray(result)).zip(again) {
        *result = again;
    }
    results
}

/// Whether a broker was asked that is not the controller.
pub(super) fn is_misrouted(error: &Error) -> bool {
    error.code() == Some(ResponseError::NotController)
}
