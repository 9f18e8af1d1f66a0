//! The driver: connect, observe, plan, check, apply by stages, verify. The only place that knows this order.
//!
//! A connection lost on the way is made again within the same deadline, and then everything is read
//! again: nothing is ever resent after an answer that was lost without a new reading in between.

mod export;
mod stage;

use std::time::Duration;

use tracing::{debug, info, warn};

use crate::backend::{Backend, Fault, FaultKind, Requires};
use crate::backoff::Backoff;
use crate::cli::Command;
use crate::error::Error;
use crate::ledger::{Ledger, Status};
use crate::meter::{self, Work};
use crate::peer::Texts;
use crate::plan::{Conflict, Plan};
use crate::progress::Progress;
use crate::readiness::{Unready, Waiting, await_ready, shown};
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
    /// How many changes the shortest plan of this run had.
    least: usize,
    /// Whether there has been a connection to a server that was ready since the last one was lost.
    ready: bool,
    /// The last thing that went wrong and was worth another attempt.
    last: Option<Box<dyn Fault>>,
    /// How often a pass was made because something differed after the former one.
    repeated: u32,
    /// Sent without an answer, or done by somebody else: what a reading has to show.
    doubtful: Vec<B::Change>,
}

/// Why a pass over the plan did not reach its end.
enum Halt {
    Failed(Error),
    Lost(Box<dyn Fault>),
    Raced(Box<dyn Fault>),
    /// Everything was applied, and something differs.
    Differs,
}

/// How the passes over one connection end, when nothing ends the run.
enum Pass {
    Done,
    /// What is not done needs another connection, or another reading after a while.
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
            least: usize::MAX,
            ready: false,
            last: None,
            repeated: 0,
            doubtful: Vec::new(),
        }
    }

    /// `plan` stops where `apply` would begin to write.
    pub(crate) async fn run(mut self, command: Command) -> Findings<B::Change> {
        let error = self.converge(command).await.err();
        if error.is_some() {
            self.settle().await;
        }
        let endpoint = self.of();
        let rest = if command == Command::Plan { Status::Planned } else { Status::Skipped };
        Findings {
            steps: self.ledger.into_steps(rest),
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
                Pass::Done => return Ok(()),
                Pass::Lost(fault) => fault,
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
        ready.inspect(|_| debug!(server = self.of(), "connected")).map_err(|unready| match unready {
            Unready::Permanent(fault) => self.server("connecting to", fault),
            Unready::Cut(cut) => self.cut_after(bounds.timeout, cut, "connecting".to_owned()),
        })
    }

    /// Passes over one connection: another one only when somebody else changed the same things meanwhile.
    async fn passes(&mut self, backend: &mut B, command: Command) -> Result<Pass, Error> {
        loop {
            match self.pass(backend, command).await {
                Ok(()) => return Ok(Pass::Done),
                Err(Halt::Failed(error)) => return Err(error),
                Err(Halt::Lost(fault)) => return Ok(Pass::Lost(fault)),
                Err(Halt::Raced(fault)) => {
                    info!(cause = %fault, "somebody else changed the same; reading again");
                    self.pause(fault).await?;
                }
                Err(Halt::Differs) => info!("somebody else changed the same meanwhile; applying once more"),
            }
        }
    }

    async fn pass(&mut self, backend: &mut B, command: Command) -> Result<(), Halt> {
        let plan = self.read(backend).await?;
        self.ledger.replan(plan.changes());
        // Less to do than ever before: what failed on the way to here is over. An answer alone does not say so.
        if plan.changes().len() < self.least {
            self.least = plan.changes().len();
            self.backoff.reset();
        }
        self.conflicts = plan.conflicts().to_vec();
        let (changes, conflicts) = (plan.changes().len(), self.conflicts.len());
        // A watch says nothing of a pass that does nothing.
        if command == Command::Watch && (changes == 0 || conflicts > 0) {
            debug!(changes, conflicts, "planned");
        } else {
            info!(changes, conflicts, "planned");
        }
        if command == Command::Plan || !self.conflicts.is_empty() {
            return Ok(());
        }
        if plan.changes().is_empty() {
            return self.confirm(backend).await;
        }
        self.check(backend, &plan).await?;
        for stage in plan.stages(B::together) {
            self.bounds.left().map_err(|cut| self.cut(cut, "between two stages".to_owned()))?;
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
                Err(self.halt(fault, |this, fault| this.server("reading what is there from", fault)))
            }
        }
    }

    /// The server judges everything before the first write.
    async fn check(&mut self, backend: &mut B, plan: &Plan<B::Change>) -> Result<(), Halt> {
        let (progress, total) = (Progress::default(), plan.changes().len());
        let checking = backend.check(self.desired, plan.changes(), self.secrets, &progress);
        let checking = meter::told(checking, &progress, &self.texts, Work::checking(total));
        let refused = self.bounds.within(checking).await.map_err(|cut| {
            let how_far = self.how_far(&progress, total);
            self.cut(cut, format!("having the plan checked ({how_far})"))
        })?;
        let faults =
            refused.into_iter().filter_map(|(index, fault)| Some((plan.changes().get(index)?, fault)));
        self.judge(faults, |_, _| {})
    }

    async fn pause(&mut self, fault: Box<dyn Fault>) -> Result<(), Error> {
        self.last = Some(fault);
        let paused = self.bounds.pause(self.backoff.delay()).await;
        paused.map_err(|cut| self.cut(cut, "waiting to try again".to_owned()))
    }

    /// Shown where the deadline, or a signal, ends something that takes long.
    fn how_far(&self, progress: &Progress, total: usize) -> String {
        let waiting = progress.waiting().map(|what| format!(", waiting for {}", self.texts.peer(what)));
        format!("{} of {total} done{}", progress.done(), waiting.unwrap_or_default())
    }

    fn of(&self) -> String {
        shown(&self.requires.endpoints)
    }

    fn server(&self, doing: &'static str, fault: Box<dyn Fault>) -> Error {
        Error::Server { of: self.of(), doing, fault }
    }

    fn cut(&mut self, cut: Cut, doing: String) -> Error {
        self.cut_after(self.bounds.timeout, cut, doing)
    }

    fn cut_after(&mut self, within: Duration, cut: Cut, doing: String) -> Error {
        match cut {
            Cut::Stopped(signal) => Error::Stopped(signal),
            Cut::Deadline => {
                let (of, ready) = (self.of(), self.ready);
                Error::Deadline { of, ready, within, doing, last: self.last.take() }
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
