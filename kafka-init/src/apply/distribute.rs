//! Distributes the kinds of changes of a stage over the brokers.
//!
//! A broker forwards its clients' changes to the controller one request at a time, and each waits for its own commit.
//! Requests from several brokers arrive together, and the controller commits them together (ADR 10).

use futures_util::future::join_all;
use init_core::{Progress, Secrets, by_variant};

use super::stage::apply_at;
use crate::Error;
use crate::change::Change;
use crate::wire::Cluster;

/// True when applying these changes needs connections to other brokers than that of the main connection.
pub(super) fn needs_other_brokers(changes: &[Change]) -> bool {
    let mut of_clients =
        by_variant(changes).filter(|kind| kind.first().is_some_and(Change::is_about_clients));
    of_clients.nth(1).is_some() || changes.iter().any(Change::is_served_by_every_broker)
}

/// Returns one result per change. Where there are more kinds than brokers, a broker gets several kinds, one after the
/// other.
pub(super) async fn apply(
    cluster: &mut Cluster,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let kinds: Vec<&[Change]> = by_variant(stage).collect();
    let brokers: Vec<_> = cluster.connections().take(kinds.len()).collect();
    let count = brokers.len();
    let shares = brokers.into_iter().enumerate().map(async |(number, broker)| {
        let mut results = Vec::new();
        for changes in share(&kinds, number, count) {
            results.push(apply_at(broker, changes, secrets, progress).await);
        }
        results
    });
    in_order(join_all(shares).await).flatten().collect()
}

/// The kinds that broker `number` of `count` gets.
fn share<T>(kinds: &[T], number: usize, count: usize) -> impl Iterator<Item = &T> {
    kinds.iter().skip(number).step_by(count)
}

/// The results of all shares in the order of the kinds: the first of each share, then the second.
fn in_order<T>(shares: Vec<Vec<T>>) -> impl Iterator<Item = T> {
    let rounds = shares.first().map_or(0, Vec::len);
    let mut shares: Vec<_> = shares.into_iter().map(Vec::into_iter).collect();
    let round = move |_| shares.iter_mut().filter_map(Iterator::next).collect::<Vec<T>>();
    (0..rounds).flat_map(round)
}

/// Sends changes that were refused with `NOT_CONTROLLER` to the controller. In `ZooKeeper` mode, brokers do not
/// forward changes to it.
pub(super) async fn retry_at_the_controller(
    cluster: &mut Cluster,
    stage: &[Change],
    mut results: Vec<Result<(), Error>>,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let is_refused = |result: &Result<(), Error>| result.as_ref().is_err_and(Error::is_not_controller);
    let misrouted: Vec<Change> = stage
        .iter()
        .zip(&results)
        .filter(|(_, result)| is_refused(result))
        .map(|(change, _)| change.clone())
        .collect();
    if misrouted.is_empty() {
        return results;
    }
    let moved = cluster.move_to_controller().await;
    let mut again = Vec::new();
    for changes in by_variant(&misrouted) {
        match &moved {
            Ok(()) => again.extend(apply_at(cluster.main(), changes, secrets, progress).await),
            Err(error) => again.extend(changes.iter().map(|_| Err(error.clone()))),
        }
    }
    for (result, again) in results.iter_mut().filter(|result| is_refused(result)).zip(again) {
        *result = again;
    }
    results
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A wrong order would report the result of another change.
        #[test]
        fn distributed_results_come_back_in_order(kinds in prop::collection::vec(any::<u8>(), 0..9), count in 1_usize..5) {
            let shares = (0..count).map(|number| share(&kinds, number, count).copied().collect()).collect();
            prop_assert_eq!(in_order(shares).collect::<Vec<u8>>(), kinds);
        }
    }
}
