//! Sends changes of one kind in pipelined batches, and collects the result of each change.
//!
//! `THROTTLING_QUOTA_EXCEEDED` means that a change was not made, and it is sent again after the throttle time.
//! Nothing else is sent a second time here.

use std::collections::BTreeMap;
use std::time::Duration;

use init_core::Progress;
use kafka_protocol::error::ResponseError;
use tokio::time::sleep;

use super::batch::into_batches;
use super::mutation::{Mode, Mutation, Outcome, Outcomes, TIMEOUT};
use crate::Error;
use crate::error::Peer;
use crate::error::refused;
use crate::wire::{Connection, Request};

const THROTTLED: i16 = ResponseError::ThrottlingQuotaExceeded.code();
/// The shortest pause, for a server that throttles without a throttle time.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// Returns one result per change, in the order of the changes.
pub(super) async fn send<M: Mutation>(
    connection: &mut Connection,
    changes: &[&M],
    mode: Mode,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut sending = Sending::new(changes);
    loop {
        if let Err(error) = sending.send_pending(connection, mode, progress).await {
            return sending.connection_closed(&error);
        }
        if !sending.requeue_throttled() {
            return sending.results();
        }
        progress.waiting_for(format!("the cluster's mutation quota, for {} ms", sending.pause.as_millis()));
        sleep(std::mem::take(&mut sending.pause)).await;
    }
}

/// The results so far, and the changes that are to be sent next.
struct Sending<'c, M> {
    changes: &'c [&'c M],
    results: BTreeMap<usize, Result<(), Error>>,
    pending: Vec<usize>,
    throttled: Vec<usize>,
    pause: Duration,
}

impl<'c, M: Mutation> Sending<'c, M> {
    fn new(changes: &'c [&'c M]) -> Self {
        Self {
            changes,
            results: BTreeMap::new(),
            pending: (0..changes.len()).collect(),
            throttled: Vec::new(),
            pause: Duration::ZERO,
        }
    }

    /// Sends the pending changes once.
    async fn send_pending(
        &mut self,
        connection: &mut Connection,
        mode: Mode,
        progress: &Progress,
    ) -> Result<(), Error> {
        let changes = self.changes;
        let change = |&position: &usize| changes.get(position).copied();
        let pending = std::mem::take(&mut self.pending);
        let batches = into_batches(&pending, |position| change(&position).map_or(0, Mutation::records));
        let requests = batches.iter().map(|batch| M::request(batch.iter().filter_map(change), mode));
        let peer = connection.peer().clone();
        let each = |index: usize, answer| {
            let batch = batches.get(index).map_or(&[][..], Vec::as_slice);
            let outcomes = M::outcomes(answer, batch.iter().filter_map(change));
            progress.advance(self.record(batch, &outcomes, &peer, mode));
        };
        connection.pipeline(requests, TIMEOUT, each).await
    }

    /// Records the outcomes of one response, and returns how many changes are done.
    fn record(&mut self, batch: &[usize], outcomes: &Outcomes, peer: &Peer, mode: Mode) -> usize {
        let mut by_name: BTreeMap<&str, &Outcome> =
            outcomes.each.iter().map(|outcome| (outcome.name.as_str(), outcome)).collect();
        let mut done = 0;
        for &position in batch {
            let Some(change) = self.changes.get(position) else { continue };
            match by_name.remove(change.name().as_ref()) {
                Some(outcome) if outcome.code == THROTTLED => self.throttled.push(position),
                Some(outcome) => {
                    let mut result =
                        refused(outcome.code, outcome.message.as_ref(), peer, || change.attempt());
                    if mode.is_validate_only() {
                        result = result.and_then(|()| change.check_outcome(outcome, peer));
                    }
                    done += usize::from(result.is_ok());
                    self.results.insert(position, result);
                }
                None => drop(self.results.insert(position, Err(missing_result::<M>(change, peer)))),
            }
        }
        if !self.throttled.is_empty() {
            let pause = Duration::from_millis(u64::try_from(outcomes.throttle_ms).unwrap_or_default());
            self.pause = self.pause.max(pause).max(SHORTEST_PAUSE);
        }
        done
    }

    /// Moves the throttled changes to the pending ones; true when there are any.
    fn requeue_throttled(&mut self) -> bool {
        self.pending.append(&mut self.throttled);
        self.pending.sort_unstable();
        !self.pending.is_empty()
    }

    /// The results after the connection failed. Every change without a response gets the error, because its outcome
    /// is unknown.
    fn connection_closed(self, error: &Error) -> Vec<Result<(), Error>> {
        let mut results = self.results;
        (0..self.changes.len())
            .map(|position| results.remove(&position).unwrap_or_else(|| Err(error.clone())))
            .collect()
    }

    fn results(self) -> Vec<Result<(), Error>> {
        self.results.into_values().collect()
    }
}

fn missing_result<M: Mutation>(change: &M, peer: &Peer) -> Error {
    let problem = format!("it has no result for {}", change.label());
    Error::UnreadableResponse { peer: peer.clone(), request: M::Request::KEY, problem }
}
