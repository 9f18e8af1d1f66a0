//! Sends changes of one kind in batches, one after the other without waiting in between, and finds out what
//! became of each.
//!
//! A quota on mutations means "not done, ask again" after the pause that the server asks for. Anything else that was
//! sent is never sent a second time from here.

use std::collections::BTreeMap;
use std::time::Duration;

use init_core::Progress;
use kafka_protocol::error::ResponseError;
use tokio::time::sleep;

use super::batch::pack;
use super::mutation::{LIMIT, Mode, Mutation, Outcome, Outcomes};
use crate::Error;
use crate::error::Peer;
use crate::error::refused;
use crate::wire::{Call, Connection};

const THROTTLED: i16 = ResponseError::ThrottlingQuotaExceeded.code();
/// Should a server want us to wait and not say how long.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

/// One result per change, in their order.
pub(super) async fn send<M: Mutation>(
    connection: &mut Connection,
    changes: &[&M],
    mode: Mode,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut round = Round::new(changes);
    loop {
        if let Err(error) = round.turn(connection, mode, progress).await {
            return round.lost(&error);
        }
        if !round.again() {
            return round.results();
        }
        progress.waiting_for(format!("the cluster's mutation quota, for {} ms", round.pause.as_millis()));
        sleep(std::mem::take(&mut round.pause)).await;
    }
}

/// What is known of each change so far, and what of them is to be sent now.
struct Round<'c, M> {
    changes: &'c [&'c M],
    results: BTreeMap<usize, Result<(), Error>>,
    pending: Vec<usize>,
    throttled: Vec<usize>,
    pause: Duration,
}

impl<'c, M: Mutation> Round<'c, M> {
    fn new(changes: &'c [&'c M]) -> Self {
        Self {
            changes,
            results: BTreeMap::new(),
            pending: (0..changes.len()).collect(),
            throttled: Vec::new(),
            pause: Duration::ZERO,
        }
    }

    /// Sends what is pending, once.
    async fn turn(
        &mut self,
        connection: &mut Connection,
        mode: Mode,
        progress: &Progress,
    ) -> Result<(), Error> {
        let changes = self.changes;
        let change = |&position: &usize| changes.get(position).copied();
        let pending = std::mem::take(&mut self.pending);
        let batches = pack(&pending, |position| change(&position).map_or(0, Mutation::records));
        let requests = batches.iter().map(|batch| M::request(batch.iter().filter_map(change), mode));
        let peer = connection.peer().clone();
        let each = |index: usize, answer| {
            let batch = batches.get(index).map_or(&[][..], Vec::as_slice);
            let outcomes = M::outcomes(answer, batch.iter().filter_map(change));
            progress.advance(self.note(batch, &outcomes, &peer, mode));
        };
        connection.pipeline(requests, LIMIT, each).await
    }

    /// Records the outcomes of one answer, and returns how many changes are done.
    fn note(&mut self, batch: &[usize], outcomes: &Outcomes, peer: &Peer, mode: Mode) -> usize {
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
                        result = result.and_then(|()| change.judge(outcome, peer));
                    }
                    done += usize::from(result.is_ok());
                    self.results.insert(position, result);
                }
                None => drop(self.results.insert(position, Err(unanswered::<M>(change, peer)))),
            }
        }
        if !self.throttled.is_empty() {
            let pause = Duration::from_millis(u64::try_from(outcomes.throttle_ms).unwrap_or_default());
            self.pause = self.pause.max(pause).max(SHORTEST_PAUSE);
        }
        done
    }

    /// Whether there is something to send again.
    fn again(&mut self) -> bool {
        self.pending.append(&mut self.throttled);
        self.pending.sort_unstable();
        !self.pending.is_empty()
    }

    /// The connection is lost. Every change without an answer gets the error, as its outcome is unknown.
    fn lost(self, error: &Error) -> Vec<Result<(), Error>> {
        let mut results = self.results;
        (0..self.changes.len())
            .map(|position| results.remove(&position).unwrap_or_else(|| Err(error.clone())))
            .collect()
    }

    fn results(self) -> Vec<Result<(), Error>> {
        self.results.into_values().collect()
    }
}

fn unanswered<M: Mutation>(change: &M, peer: &Peer) -> Error {
    let problem = format!("it has no result for {}", change.name());
    Error::Garbled { peer: peer.clone(), request: M::Call::KEY, problem }
}
