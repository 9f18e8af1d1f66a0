//! The second half of a pass: applying one stage, evaluating its results, and verification.

use std::time::Duration;

use tokio::time::{Instant, timeout};
use tracing::{debug, info};

use super::{Driver, Halt};
use crate::backend::{Backend, Fault, FaultKind};
use crate::backoff::Backoff;
use crate::change::Change;
use crate::error::Error;
use crate::ledger::{Ledger, Status};
use crate::log::CHANGES;
use crate::meter::{self, Work};
use crate::plan::{Plan, by_variant};
use crate::progress::Progress;
use crate::stop::Cut;

/// The time within which a server must show acknowledged changes.
const CONSISTENCY_LIMIT: Duration = Duration::from_secs(30);
/// The number of times that changes of another client are reverted before the run fails.
const MAX_REPEATS: u32 = 3;
/// The time limit for the final observation of a failed run, which determines the status of the last changes.
const SETTLE_LIMIT: Duration = Duration::from_millis(1500);

impl<B: Backend> Driver<'_, B> {
    /// Applies one stage and records the status of each change in the ledger.
    pub(super) async fn stage(&mut self, backend: &mut B, stage: &[B::Change]) -> Result<(), Halt> {
        let name = operations(stage);
        let progress = Progress::default();
        let applying = backend.apply(self.desired, stage, self.secrets, &progress);
        let work = meter::with_progress(applying, &progress, &self.texts, Work::applying(&name, stage.len()));
        let results = match self.bounds.within_grace(work).await {
            Ok(results) => results,
            Err(cut) => {
                for change in stage {
                    self.ledger.set(change, Status::Unknown);
                }
                let doing = format!("applying {name} ({})", self.progress_text(&progress, stage.len()));
                return Err(self.cut(cut, doing).into());
            }
        };
        let mut faults = Vec::new();
        let mut results = results.into_iter();
        for change in stage {
            match results.next() {
                Some(Ok(())) => {
                    info!(target: CHANGES, %change, "applied");
                    self.ledger.set(change, Status::Applied);
                }
                Some(Err(fault)) => faults.push((change, fault)),
                None => self.ledger.set(change, Status::Unknown),
            }
        }
        if faults.is_empty() {
            self.last = None;
        }
        self.evaluate_faults(faults, Ledger::record_lost)
    }

    /// Evaluates the faults of single changes: a refusal ends the run, and a lost connection or a race requires a new
    /// observation.
    pub(super) fn evaluate_faults<'c>(
        &mut self,
        faults: impl IntoIterator<Item = (&'c B::Change, B::Error)>,
        lost: impl Fn(&mut Ledger<B::Change>, &B::Change),
    ) -> Result<(), Halt>
    where
        B::Change: 'c,
    {
        let (mut refused, mut retry) = (Vec::new(), None);
        for (change, fault) in faults {
            match fault.kind() {
                FaultKind::Unavailable => {
                    lost(&mut self.ledger, change);
                    self.unconfirmed.push(change.clone());
                    retry = Some(Halt::Lost(Box::new(fault)));
                }
                FaultKind::Raced => {
                    self.ledger.record_already_made(change);
                    self.unconfirmed.push(change.clone());
                    retry = retry.or_else(|| Some(Halt::Raced(Box::new(fault))));
                }
                _ => {
                    self.ledger.fail(change, self.texts.peer(&fault));
                    refused.push((change, fault));
                }
            }
        }
        let others = refused.len().saturating_sub(1);
        match refused.into_iter().next() {
            Some((change, fault)) => {
                Err(Error::Refused { change: self.texts.own(change), others, fault: Box::new(fault) }.into())
            }
            None => retry.map_or(Ok(()), Err),
        }
    }

    /// Observes again until nothing differs or the time limit is reached.
    pub(super) async fn verify(&mut self, backend: &mut B) -> Result<(), Halt> {
        let limit = Instant::now() + CONSISTENCY_LIMIT;
        let mut backoff = Backoff::brief();
        loop {
            let plan = self.read(backend).await?;
            if plan.is_empty() {
                return Ok(());
            }
            if B::reads_own_writes() && self.repeated < MAX_REPEATS {
                self.repeated += 1;
                return Err(Halt::Differs);
            }
            if B::reads_own_writes() || Instant::now() >= limit {
                return Err(self.not_converged(&plan).into());
            }
            debug!(changes = plan.changes().len(), "the server does not show everything yet");
            match self.bounds.pause(backoff.delay()).await {
                Ok(()) => {}
                Err(Cut::Deadline) => return Err(self.not_converged(&plan).into()),
                Err(cut) => return Err(self.cut(cut, "verifying".to_owned()).into()),
            }
        }
    }

    fn not_converged(&mut self, plan: &Plan<B::Change>) -> Error {
        for change in plan.changes() {
            self.ledger.fail(change, "acknowledged, and the server does not show it".to_owned());
        }
        let mut remaining = self.texts.list(plan.changes().iter());
        remaining.extend(self.texts.list(plan.conflicts().iter()));
        Error::NotConverged(remaining)
    }

    /// Observes once more, with a short time limit, after a failed run that has changes with a lost answer.
    pub(super) async fn settle_unknown(&mut self) {
        if !self.ledger.any(Status::Unknown) {
            return;
        }
        let (desired, secrets) = (self.desired, self.secrets);
        let reading = async {
            let mut backend = B::connect(desired, secrets).await.ok()?;
            backend.observe(desired, secrets).await.ok()
        };
        if let Ok(Some(observed)) = timeout(SETTLE_LIMIT, reading).await {
            self.ledger.settle(B::plan(desired, &observed).changes());
        }
    }

    /// Waits for changes that were observed as made but not acknowledged, as `apply` waits after an acknowledgement.
    pub(super) async fn confirm(&mut self, backend: &mut B) -> Result<(), Halt> {
        let unconfirmed = std::mem::take(&mut self.unconfirmed);
        if unconfirmed.is_empty() {
            return Ok(());
        }
        let confirmed = self.bounds.within(backend.confirm(self.desired, &unconfirmed, self.secrets)).await;
        match confirmed.map_err(|cut| self.cut(cut, "waiting for what is done to be served".to_owned()))? {
            Ok(()) => Ok(()),
            Err(fault) => {
                self.unconfirmed = unconfirmed;
                Err(self.halt(fault, |this, fault| this.server_error("waiting for what is done at", fault)))
            }
        }
    }
}

/// The operations of a stage, such as `create_topic, create_acl`.
fn operations<C: Change>(stage: &[C]) -> String {
    by_variant(stage).filter_map(|kind| kind.first().map(C::op)).collect::<Vec<_>>().join(", ")
}
