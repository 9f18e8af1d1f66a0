//! The ledger records the status of each change of a run, across observations and reconnections.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::change::{self, Change};

/// The status of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not applied: the command only plans.
    Planned,
    /// Applied, according to the server's answer or to a later observation.
    Applied,
    /// Refused by the server.
    Failed,
    /// Not sent, because an earlier step failed.
    Skipped,
    /// Sent, but the answer was lost, and no later observation shows the change.
    Unknown,
}

/// One change with its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<C> {
    /// The change.
    pub change: C,
    /// The status.
    pub status: Status,
    /// The reason of the failure.
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

/// All changes that a run has planned, in the order of execution.
#[derive(Debug)]
pub(crate) struct Ledger<C> {
    entries: BTreeMap<C, (Status, Option<String>)>,
    /// The changes that were sent at least once without an answer. If one is found done later, this run counts as its author.
    lost: BTreeSet<C>,
}

impl<C: Clone + Ord> Ledger<C> {
    pub(crate) fn new() -> Self {
        Self { entries: BTreeMap::new(), lost: BTreeSet::new() }
    }

    /// Takes over the plan of a new observation. A change that was sent and is no longer planned counts as applied; one that
    /// was only planned and no longer is was made by another client, and is removed.
    pub(crate) fn replan(&mut self, changes: &[C]) {
        self.settle(changes);
        self.entries.retain(|_, (status, _)| *status == Status::Applied);
        for change in changes {
            self.set(change, Status::Planned);
        }
    }

    /// Uses the plan of a new observation as the answer to requests without one. `changes` is sorted.
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

    /// Records that a change was sent and its answer was lost.
    pub(crate) fn record_lost(&mut self, change: &C) {
        self.lost.insert(change.clone());
        self.set(change, Status::Unknown);
    }

    pub(crate) fn fail(&mut self, change: &C, problem: String) {
        self.entries.insert(change.clone(), (Status::Failed, Some(problem)));
    }

    /// Records that the server reports a change as made already: by another client, unless this run has sent it before. An
    /// observation in between may not have shown it yet, because some servers show a write only later.
    pub(crate) fn record_already_made(&mut self, change: &C) {
        if self.lost.contains(change) {
            self.set(change, Status::Unknown);
        } else {
            self.entries.remove(change);
        }
    }

    pub(crate) fn any(&self, status: Status) -> bool {
        self.entries.values().any(|(found, _)| *found == status)
    }

    /// The steps of a report. Changes that were never sent get the status `unsent`.
    pub(crate) fn into_steps(self, unsent: Status) -> Vec<Step<C>> {
        let step = |(change, (status, problem))| {
            let status = if status == Status::Planned { unsent } else { status };
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
    fn a_new_observation_replaces_a_lost_answer() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2, 3, 4]);
        ledger.set(&1, Status::Applied);
        ledger.set(&2, Status::Unknown);
        ledger.set(&3, Status::Unknown);
        ledger.replan(&[3]);
        assert_eq!(statuses(ledger), [(1, Status::Applied), (2, Status::Applied), (3, Status::Skipped)]);
    }

    #[test]
    fn a_change_that_was_sent_before_counts_as_applied_by_this_run() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2, 3]);
        ledger.record_lost(&1);
        ledger.record_lost(&2);
        // The server does not show the changes yet, so they are planned again.
        ledger.replan(&[1, 2, 3]);
        ledger.record_already_made(&1);
        ledger.record_already_made(&3);
        ledger.replan(&[]);
        assert_eq!(statuses(ledger), [(1, Status::Applied), (2, Status::Applied)]);
    }

    #[test]
    fn a_change_that_no_observation_shows_stays_unknown() {
        let mut ledger = Ledger::new();
        ledger.replan(&[1, 2]);
        ledger.set(&1, Status::Unknown);
        ledger.settle(&[1, 2]);
        assert_eq!(statuses(ledger), [(1, Status::Unknown), (2, Status::Skipped)]);
    }
}
