//! Deals the kinds of changes of a stage out to the brokers.
//!
//! A broker passes its clients' changes on to the controller one request at a time, and each of them waits for its own
//! commit. From several brokers they arrive together, and the controller commits them together (ADR 10).

use futures_util::future::join_all;
use init_core::{Progress, Secrets, kinds};
use kafka_protocol::error::ResponseError;

use super::{barrier, configs, one_kind};
use crate::Error;
use crate::change::Change;
use crate::wire::Cluster;

/// Whether applying these talks to more brokers than one.
pub(super) fn wants_others(changes: &[Change]) -> bool {
    let mut of_clients = kinds(changes).filter(|kind| kind.first().is_some_and(Change::is_of_clients));
    let waits = |change| barrier::topic(change).is_some() || configs::altered(change).is_some();
    of_clients.nth(1).is_some() || changes.iter().any(waits)
}

/// One result per change. Kinds that meet at one broker go there one after the other.
pub(super) async fn deal(
    cluster: &mut Cluster,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let kinds: Vec<&[Change]> = kinds(stage).collect();
    let brokers: Vec<_> = cluster.connections().take(kinds.len()).collect();
    let count = brokers.len();
    let lanes = brokers.into_iter().enumerate().map(async |(lane, broker)| {
        let mut results = Vec::new();
        for changes in dealt(&kinds, lane, count) {
            results.push(one_kind(broker, changes, secrets, progress).await);
        }
        results
    });
    in_order(join_all(lanes).await).flatten().collect()
}

/// What one of `count` lanes gets.
fn dealt<T>(kinds: &[T], lane: usize, count: usize) -> impl Iterator<Item = &T> {
    kinds.iter().skip(lane).step_by(count)
}

/// What was dealt out, as it lay before: the first of each lane, then the second.
fn in_order<T>(lanes: Vec<Vec<T>>) -> impl Iterator<Item = T> {
    let rounds = lanes.first().map_or(0, Vec::len);
    let mut lanes: Vec<_> = lanes.into_iter().map(Vec::into_iter).collect();
    let round = move |_| lanes.iter_mut().filter_map(Iterator::next).collect::<Vec<T>>();
    (0..rounds).flat_map(round)
}

/// With `ZooKeeper`, the controller alone takes changes, and nobody passes them on to it.
pub(super) async fn at_the_controller(
    cluster: &mut Cluster,
    stage: &[Change],
    mut results: Vec<Result<(), Error>>,
    secrets: &Secrets,
    progress: &Progress,
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
            Ok(()) => again.extend(one_kind(cluster.home(), changes, secrets, progress).await),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Otherwise a change would be told the result of another.
        #[test]
        fn what_is_dealt_out_comes_back_in_order(kinds in prop::collection::vec(any::<u8>(), 0..9), count in 1_usize..5) {
            let lanes = (0..count).map(|lane| dealt(&kinds, lane, count).copied().collect()).collect();
            prop_assert_eq!(in_order(lanes).collect::<Vec<u8>>(), kinds);
        }
    }
}
