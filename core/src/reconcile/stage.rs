//! The second half of a pass: one stage, what its results mean, and the reading that ends it all.

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
use crate::plan::{Plan, kinds};
use crate::progress::Progress;
use crate::stop::Cut;

/// How long a server may take to show what it has acknowledged.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often somebody else's changes are made good before a run gives up.
const REPEATS: u32 = 3;
/// What is left, after a run was cut, for one reading that tells what became of the last changes.
const SETTLE: Duration = Duration::from_millis(1500);

impl<B: Backend> Driver<'_, B> {
    /// Applies one stage, and enters into the ledger what became of each change.
    pub(super) async fn stage(&mut self, backend: &mut B, stage: &[B::Change]) -> Result<(), Halt> {
        let name = named(stage);
        let progress = Progress::default();
        let applying = backend.apply(self.desired, stage, self.secrets, &progress);
        let work = meter::told(applying, &progress, &self.texts, Work::applying(&name, stage.len()));
        let results = match self.bounds.finishing(work).await {
            Ok(results) => results,
            Err(cut) => {
                for change in stage {
                    self.ledger.set(change, Status::Unknown);
                }
                let doing = format!("applying {name} ({})", self.how_far(&progress, stage.len()));
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
        self.judge(faults, Ledger::lose)
    }

    /// What faults of single changes mean for the run: a refusal ends it, a lost connection or a race
    /// calls for a new reading.
    pub(super) fn judge<'c>(
        &mut self,
        faults: impl IntoIterator<Item = (&'c B::Change, B::Error)>,
        lost: impl Fn(&mut Ledger<B::Change>, &B::Change),
    ) -> Result<(), Halt>
    where
        B::Change: 'c,
    {
        let (mut refused, mut again) = (Vec::new(), None);
        for (change, fault) in faults {
            match fault.kind() {
                FaultKind::Unavailable => {
                    lost(&mut self.ledger, change);
                    self.doubtful.push(change.clone());
                    again = Some(Halt::Lost(Box::new(fault)));
                }
                FaultKind::Raced => {
                    self.ledger.overtaken(change);
                    self.doubtful.push(change.clone());
                    again = again.or_else(|| Some(Halt::Raced(Box::new(fault))));
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
            None => again.map_or(Ok(()), Err),
        }
    }

    /// Reads again, until nothing differs or patience ends.
    pub(super) async fn verify(&mut self, backend: &mut B) -> Result<(), Halt> {
        let patience = Instant::now() + PATIENCE;
        let mut backoff = Backoff::brief();
        loop {
            let plan = self.read(backend).await?;
            if plan.is_empty() {
                return Ok(());
            }
            if B::shows_at_once() && self.repeated < REPEATS {
                self.repeated += 1;
                return Err(Halt::Differs);
            }
            if B::shows_at_once() || Instant::now() >= patience {
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

    /// After a run was cut or refused: one bounded reading for the changes whose answer was lost.
    pub(super) async fn settle(&mut self) {
        if !self.ledger.any(Status::Unknown) {
            return;
        }
        let (desired, secrets) = (self.desired, self.secrets);
        let reading = async {
            let mut backend = B::connect(desired, secrets).await.ok()?;
            backend.observe(desired, secrets).await.ok()
        };
        if let Ok(Some(observed)) = timeout(SETTLE, reading).await {
            self.ledger.settle(B::plan(desired, &observed).changes());
        }
    }

    /// What a reading found done and no answer said is waited for as after an answer.
    pub(super) async fn confirm(&mut self, backend: &mut B) -> Result<(), Halt> {
        let doubtful = std::mem::take(&mut self.doubtful);
        if doubtful.is_empty() {
            return Ok(());
        }
        let confirmed = self.bounds.within(backend.confirm(self.desired, &doubtful, self.secrets)).await;
        match confirmed.map_err(|cut| self.cut(cut, "waiting for what is done to be served".to_owned()))? {
            Ok(()) => Ok(()),
            Err(fault) => {
                self.doubtful = doubtful;
                Err(self.halt(fault, |this, fault| this.server("waiting for what is done at", fault)))
            }
        }
    }
}

/// The words for a stage's changes: `create_topic, create_acl`.
fn named<C: Change>(stage: &[C]) -> String {
    kinds(stage).filter_map(|kind| kind.first().map(C::op)).collect::<Vec<_>>().join(", ")
}
