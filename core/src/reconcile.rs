//! The driver: connect, observe, plan, check, apply stage by stage, verify. Only this module knows this order.
//!
//! A lost connection is made again within the same deadline, and the server is observed again. A change whose answer was
//! lost is never sent again without a new observation in between.

mod export;
mod stage;

use std::time::Duration;

use tracing::{debug, info, warn};

use crate::backend::{Backend, CheckMode, Fault, FaultKind, Requires};
use crate::backoff::Backoff;
use crate::cli::Command;
use crate::error::Error;
use crate::ledger::{Ledger, Status};
use crate::meter::{self, Work};
use crate::peer::Texts;
use crate::plan::{Conflict, Plan};
use crate::progress::Progress;
use crate::readiness::{Unready, Waiting, await_ready, join_endpoints};
use crate::report::Findings;
use crate::secrets::Secrets;
use crate::stop::{Bounds, Cut};

/// One run against one server.
pub(crate) struct Driver<'a, B: Backend> {
    desired: &'a B::Desired,
    secrets: &'a Secrets,
    texts: Texts,
    requires: Requires,
    bounds: Bounds,
    waiting: &'a mut Waiting,
    backoff: Backoff,
    ledger: Ledger<B::Change>,
    conflicts: Vec<Conflict>,
    /// The number of changes in the shortest plan of this run.
    fewest_changes: usize,
    /// Set while there is a connection to a server that is ready.
    ready: bool,
    /// The last fault that was retried.
    last: Option<Box<dyn Fault>>,
    /// The number of passes that were repeated because there was a difference after verification.
    repeated: u32,
    /// The changes that were sent without an answer or made by another client, and must be confirmed.
    unconfirmed: Vec<B::Change>,
}

/// The reason for which a pass ended before it had converged.
enum Halt {
    Failed(Error),
    Lost(Box<dyn Fault>),
    Raced(Box<dyn Fault>),
    /// All changes were applied, and there is a difference again.
    Differs,
}

/// The result of the passes over one connection.
enum PassResult {
    Done,
    /// The connection was lost, so another one is needed.
    Lost(Box<dyn Fault>),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl<'a, B: Backend> Driver<'a, B> {
    pub(crate) fn new(
        (desired, secrets): (&'a B::Desired, &'a Secrets),
        texts: Texts,
        bounds: Bounds,
        waiting: &'a mut Waiting,
    ) -> Self {
        Self {
            desired,
            secrets,
            texts,
            requires: B::requires(desired),
            bounds,
            waiting,
            backoff: Backoff::new(),
            ledger: Ledger::new(),
            conflicts: Vec::new(),
            fewest_changes: usize::MAX,
            ready: false,
            last: None,
            repeated: 0,
            unconfirmed: Vec::new(),
        }
    }

    /// Runs `plan` or `apply`; `plan` ends after the check, before the first write.
    pub(crate) async fn run(mut self, command: Command) -> Findings<B::Change> {
        let error = self.converge(command).await.err();
        if error.is_some() {
            self.settle_unknown().await;
        }
        let endpoint = self.endpoints();
        let unsent = if command == Command::Plan { Status::Planned } else { Status::Skipped };
        Findings {
            steps: self.ledger.into_steps(unsent),
            conflicts: self.conflicts,
            error,
            texts: self.texts,
            endpoint,
            compared: String::new(),
            document: None,
        }
    }

    async fn converge(&mut self, command: Command) -> Result<(), Error> {
        loop {
            let mut backend = self.connect().await?;
            let lost = match self.passes(&mut backend, command).await? {
                PassResult::Done => return Ok(()),
                PassResult::Lost(fault) => fault,
            };
            warn!(cause = %lost, "not done yet; connecting and reading again");
            self.pause(lost).await?;
        }
    }

    async fn connect(&mut self) -> Result<B, Error> {
        let inputs = (self.desired, self.secrets);
        self.ready = false;
        let bounds = self.bounds.shorter(self.waiting.longest);
        let until = (&bounds, &mut *self.waiting);
        let ready = await_ready::<B>(inputs, &self.requires.endpoints, until, &mut self.last).await;
        self.ready = ready.is_ok();
        ready.inspect(|_| debug!(server = self.endpoints(), "connected")).map_err(|unready| match unready {
            Unready::Permanent(fault) => self.server_error("connecting to", fault),
            Unready::Cut(cut) => self.cut_after(bounds.timeout, cut, "connecting".to_owned()),
        })
    }

    /// Makes passes over one connection. A pass is repeated only if another client has changed the same objects meanwhile.
    async fn passes(&mut self, backend: &mut B, command: Command) -> Result<PassResult, Error> {
        loop {
            match self.pass(backend, command).await {
                Ok(()) => return Ok(PassResult::Done),
                Err(Halt::Failed(error)) => return Err(error),
                Err(Halt::Lost(fault)) => return Ok(PassResult::Lost(fault)),
                Err(Halt::Raced(fault)) => {
                    info!(cause = %fault, "another client changed the same objects; reading again");
                    self.pause(fault).await?;
                }
                Err(Halt::Differs) => {
                    info!("another client changed the same objects meanwhile; applying once more");
                }
            }
        }
    }

    async fn pass(&mut self, backend: &mut B, command: Command) -> Result<(), Halt> {
        let plan = self.read(backend).await?;
        self.ledger.replan(plan.changes());
        // The plan is shorter than ever before, so there is progress and the backoff starts again.
        if plan.changes().len() < self.fewest_changes {
            self.fewest_changes = plan.changes().len();
            self.backoff.reset();
        }
        self.conflicts = plan.conflicts().to_vec();
        let (changes, conflicts) = (plan.changes().len(), self.conflicts.len());
        // A watch does not log passes that change nothing.
        if command == Command::Watch && (changes == 0 || conflicts > 0) {
            debug!(changes, conflicts, "planned");
        } else {
            info!(changes, conflicts, "planned");
        }
        if !self.conflicts.is_empty() {
            return Ok(());
        }
        if command == Command::Plan {
            return if changes == 0 { Ok(()) } else { self.check(backend, &plan, CheckMode::Plan).await };
        }
        if changes == 0 {
            return self.confirm(backend).await;
        }
        self.check(backend, &plan, CheckMode::Apply).await?;
        for stage in plan.stages(B::same_stage) {
            self.bounds.check().map_err(|cut| self.cut(cut, "between two stages".to_owned()))?;
            self.stage(backend, stage).await?;
        }
        self.verify(backend).await?;
        self.confirm(backend).await
    }

    async fn read(&mut self, backend: &mut B) -> Result<Plan<B::Change>, Halt> {
        let observed = self.bounds.within(backend.observe(self.desired, self.secrets)).await;
        match observed.map_err(|cut| self.cut(cut, "reading what is there".to_owned()))? {
            Ok(observed) => Ok(B::plan(self.desired, &observed)),
            Err(fault) => {
                Err(self.halt(fault, |this, fault| this.server_error("reading what is there from", fault)))
            }
        }
    }

    /// Has the server check the whole plan before the first write, or instead of it if the command only plans.
    async fn check(&mut self, backend: &mut B, plan: &Plan<B::Change>, mode: CheckMode) -> Result<(), Halt> {
        let (progress, total) = (Progress::default(), plan.changes().len());
        let checking = backend.check(self.desired, plan.changes(), self.secrets, mode, &progress);
        let checking = meter::with_progress(checking, &progress, &self.texts, Work::checking(total));
        let refused = self.bounds.within(checking).await.map_err(|cut| {
            let progress_text = self.progress_text(&progress, total);
            self.cut(cut, format!("having the plan checked ({progress_text})"))
        })?;
        let refused = if mode == CheckMode::Plan { without_denied::<B>(refused) } else { refused };
        let faults =
            refused.into_iter().filter_map(|(index, fault)| Some((plan.changes().get(index)?, fault)));
        self.evaluate_faults(faults, |_, _| {})
    }

    async fn pause(&mut self, fault: Box<dyn Fault>) -> Result<(), Error> {
        self.last = Some(fault);
        let paused = self.bounds.pause(self.backoff.delay()).await;
        paused.map_err(|cut| self.cut(cut, "waiting to try again".to_owned()))
    }

    /// The progress of a step, for the error of a deadline or a signal.
    fn progress_text(&self, progress: &Progress, total: usize) -> String {
        let waiting = progress.waiting().map(|what| format!(", waiting for {}", self.texts.peer(what)));
        format!("{} of {total} done{}", progress.done(), waiting.unwrap_or_default())
    }

    fn endpoints(&self) -> String {
        join_endpoints(&self.requires.endpoints)
    }

    fn server_error(&self, doing: &'static str, fault: Box<dyn Fault>) -> Error {
        Error::Server { server: self.endpoints(), doing, fault }
    }

    fn cut(&mut self, cut: Cut, doing: String) -> Error {
        self.cut_after(self.bounds.timeout, cut, doing)
    }

    fn cut_after(&mut self, within: Duration, cut: Cut, doing: String) -> Error {
        match cut {
            Cut::Stopped(signal) => Error::Stopped(signal),
            Cut::Deadline => {
                let (server, ready) = (self.endpoints(), self.ready);
                Error::Deadline { server, ready, within, doing, last: self.last.take() }
            }
        }
    }

    fn halt(&self, fault: B::Error, failed: impl Fn(&Self, Box<dyn Fault>) -> Error) -> Halt {
        match fault.kind() {
            FaultKind::Unavailable => Halt::Lost(Box::new(fault)),
            FaultKind::Raced => Halt::Raced(Box::new(fault)),
            _ => Halt::Failed(failed(self, Box::new(fault))),
        }
    }
}

/// Removes the changes that the account may not make, and logs them: an account that only reads may plan.
fn without_denied<B: Backend>(refused: Vec<(usize, B::Error)>) -> Vec<(usize, B::Error)> {
    let (denied, refused): (Vec<_>, Vec<_>) =
        refused.into_iter().partition(|(_, fault)| fault.kind() == FaultKind::Denied);
    if let Some((_, fault)) = denied.first() {
        warn!(changes = denied.len(), cause = %fault, "not checked: the account may not make these changes");
    }
    refused
}
