//! What became of each change of a run, across readings and reconnections.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::change::{self, Change};

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be done.
    Planned,
    /// Done, by the server's own answer or by a later reading.
    Applied,
    /// Refused.
    Failed,
    /// Not sent, because something before it failed.
    Skipped,
    /// Sent; the answer was lost and no later reading shows it.
    Unknown,
}

/// One change and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<C> {
    /// What was to be done.
    pub change: C,
    /// What became of it.
    pub status: Status,
    /// Why it failed.
    pub problem: Option<String>,
}

impl<C: Change> Serialize for Step<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        change::write(&self.change, &mut map)?;
        map.serialize_entry("status", &self.status)?;
        if let Some(problem) = &self.problem {
            map.serialize_entry("problem", problem)?;
        }
        map.end()
    }
}

/// Every change that a run planned, in the order of execution.
#[derive(Debug)]
pub(crate) struct Ledger<C> {
    entries: BTreeMap<C, (Status, Option<String>)>,
    /// Sent at least once without an answer: found done later, by whatever means, it is ours.
    lost: BTreeSet<C>,
}

impl<C: Clone + Ord> Ledger<C> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), lost: BTreeSet::new() }
    }

    /// Takes over a new reading: what was sent and is no longer needed has happened, what was only
    /// planned and is no longer needed somebody else did.
    pub(crate) fn replan(&mut self, changes: &[C]) {
        self.settle(changes);
        self.entries.retain(|_, (status, _)| *status == Status::Applied);
        for change in changes {
            self.set(change, Status::Planned);
        }
    }

    /// Takes a new reading as the answer to what was sent and not answered. `changes` is sorted.
    pub(crate) fn settle(&mut self, changes: &[C]) {
        for (change, (status, _)) in &mut self.entries {
            let sent = match status {
                Status::Unknown => true,
                Status::Planned => self.lost.contains(change),
                Status::Applied | Status::Failed | Status::Skipped => false,
            };
            if sent && changes.binary_search(change).is_err() {
                *status = Status::Applied;
            }
        }
    }

    pub(crate) fn set(&mut self, change: &C, status: Status) {
        self.entries.insert(change.clone(), (status, None));
    }

    /// Sent, and the answer is lost.
    pub(crate) fn lose(&mut self, change: &C) {
        self.lost.insert(change.clone());
        self.set(change, Status::Unknown);
    }

    pub(crate) fn fail(&mut self, change: &C, problem: String) {
        self.entries.insert(change.clone(), (Status::Failed, Some(problem)));
    }

    /// The server says that it is done already: by somebody else, unless we have sent it before. Servers show some
    /// things later than they do them, so a reading in between may not have told.
    pub(crate) fn overtaken(&mut self, change: &C) {
        if self.lost.contains(change) {
            self.set(change, Status::Unknown);
        } else {
            self.entries.remove(change);
        }
    }

    pub(crate) fn any(&self, status: Status) -> bool {
        self.entries.values().any(|(found, _)| *found == status)
    }

    /// The steps of a report; `rest` is what became of everything that was never sent.
    pub(crate) fn into_steps(self, rest: Status) -> Vec<Step<C>> {
        let step = |(change, (status, problem))| {
            let status = if status == Status::Planned { rest } else { status };
            Step { change, status, problem }
        };
        self.entries.into_iter().map(step).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(ledger: Ledger<u8>) -> Vec<(u8, Status)> {
        ledger.into_steps(Status::Skipped).into_iter().map(|step| (step.change, step.status)).collect()
    }

    #[test]
    fn a_new_reading_answers_for_what_was_lost() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2, 3, 4]);
        ledger.set(&1, Status::Applied);
        ledger.set(&2, Status::Unknown);
        ledger.set(&3, Status::Unknown);
        ledger.replan(&[3]);
        assert_eq!(statuses(ledger), [(1, Status::Applied), (2, Status::Applied), (3, Status::Skipped)]);
    }

    #[test]
    fn what_was_sent_before_and_turns_out_to_be_done_is_ours() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2, 3]);
        ledger.lose(&1);
        ledger.lose(&2);
        // The server does not show them yet, so they are planned again.
        ledger.replan(&[1, 2, 3]);
        ledger.overtaken(&1);
        ledger.overtaken(&3);
        ledger.replan(&[]);
        assert_eq!(statuses(ledger), [(1, Status::Applied), (2, Status::Applied)]);
    }

    #[test]
    fn what_no_reading_shows_stays_unknown() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2]);
        ledger.set(&1, Status::Unknown);
        ledger.settle(&[1, 2]);
        assert_eq!(statuses(ledger), [(1, Status::Unknown), (2, Status::Skipped)]);
    }
}
