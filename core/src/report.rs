//! The one report of a run. It holds no clock value, so two equal runs print equal bytes.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tracing::{error, info};

use crate::change::{Change, Effect};
use crate::cli::{Command, Options};
use crate::error::{Error, Failure};
use crate::exit::Exit;
use crate::ledger::{Status, Step};
use crate::log::OUTCOME;
use crate::peer::Texts;
use crate::plan::Conflict;
use crate::redact::Redactor;

/// What to do about a conflict.
const CONFLICT_REMEDY: &str =
    "change the spec or the server where they contradict each other; nothing further was applied";

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// apply, watch, plan: the server is as the spec says, and was before.
    Unchanged,
    /// apply, watch: the server is as the spec says now.
    Changed,
    /// plan: the server differs.
    Drift,
    /// apply, watch, plan: something cannot be changed in place; nothing further was applied.
    Conflict,
    /// The command could not do what it is for.
    Failed,
    /// A signal ended it.
    Interrupted,
    /// validate: the spec is right.
    Valid,
    /// describe: what the spec provisions follows.
    Described,
    /// export: the spec of the server was printed, in place of a report.
    Exported,
}

impl Outcome {
    /// The word for it in the report and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Changed => "changed",
            Self::Drift => "drift",
            Self::Conflict => "conflict",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Valid => "valid",
            Self::Described => "described",
            Self::Exported => "exported",
        }
    }
}

/// How many changes the report shows as done, or as planned where nothing is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects that come into being.
    pub add: usize,
    /// Objects that are altered.
    pub change: usize,
    /// Objects that are taken away.
    pub remove: usize,
}

impl Summary {
    /// `apply` and `watch` count what was applied, every other command what is planned.
    fn of<C: Change>(command: Command, steps: &[Step<C>]) -> Self {
        let applies = matches!(command, Command::Apply | Command::Watch);
        let counts = if applies { Status::Applied } else { Status::Planned };
        let mut summary = Self::default();
        for step in steps.iter().filter(|step| step.status == counts) {
            match step.change.effect() {
                Effect::Add => summary.add += 1,
                Effect::Alter => summary.change += 1,
                Effect::Remove => summary.remove += 1,
            }
        }
        summary
    }
}

/// The version of the report's form.
const FORM: u8 = 1;

/// What a run says on stdout.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "C: Change")]
pub struct Report<C> {
    /// The version of this form.
    pub report: u8,
    /// The tool's name.
    pub tool: &'static str,
    /// The tool's version.
    pub version: &'static str,
    /// What was asked for.
    pub command: Command,
    /// How it ended.
    pub outcome: Outcome,
    /// How many changes there are of each effect.
    pub summary: Summary,
    /// Every change, in the order of execution.
    pub changes: Vec<Step<C>>,
    /// What stands in the way.
    pub conflicts: Vec<Conflict>,
    /// What ended the run early.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    #[serde(skip)]
    exit: Exit,
    /// Where the server is.
    #[serde(skip)]
    pub(crate) endpoint: String,
    /// Where the spec is.
    #[serde(skip)]
    pub(crate) spec: String,
    /// What was compared, in words.
    #[serde(skip)]
    pub(crate) compared: String,
    /// What its texts go through on their way out.
    #[serde(skip)]
    redactor: Arc<Redactor>,
    /// What is printed in its place.
    #[serde(skip)]
    document: Option<String>,
}

/// What a command found and did.
#[derive(Debug)]
pub(crate) struct Findings<C> {
    pub(crate) steps: Vec<Step<C>>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) error: Option<Error>,
    pub(crate) texts: Texts,
    /// Where the server is.
    pub(crate) endpoint: String,
    /// What was compared, in words; nothing where the run did not come to it.
    pub(crate) compared: String,
    /// export: what is printed when nothing went wrong.
    pub(crate) document: Option<String>,
}

impl<C> From<Error> for Findings<C> {
    fn from(error: Error) -> Self {
        Self { error: Some(error), ..Self::none() }
    }
}

impl<C> Findings<C> {
    pub(crate) fn none() -> Self {
        Self {
            steps: Vec::new(),
            conflicts: Vec::new(),
            error: None,
            texts: Texts::default(),
            endpoint: String::new(),
            compared: String::new(),
            document: None,
        }
    }

    fn outcome(&self, command: Command) -> Outcome {
        let applied = || self.steps.iter().any(|step| step.status == Status::Applied);
        match (&self.error, command) {
            (Some(Error::Stopped(_)), _) => Outcome::Interrupted,
            (Some(_), _) => Outcome::Failed,
            (
                None,
                Command::Validate
                | Command::Schema
                | Command::Policy
                | Command::Completions
                | Command::Health,
            ) => Outcome::Valid,
            (None, Command::Describe) => Outcome::Described,
            (None, Command::Export) => Outcome::Exported,
            (None, _) if !self.conflicts.is_empty() => Outcome::Conflict,
            (None, Command::Plan) if self.steps.is_empty() => Outcome::Unchanged,
            (None, Command::Plan) => Outcome::Drift,
            (None, Command::Apply | Command::Watch) if applied() => Outcome::Changed,
            (None, Command::Apply | Command::Watch) => Outcome::Unchanged,
        }
    }
}

impl<C: Change> Report<C> {
    pub(crate) fn new(tool: &'static str, options: &Options, findings: Findings<C>) -> Self {
        let command = options.command;
        let outcome = findings.outcome(command);
        let exit = match (&findings.error, outcome) {
            (Some(error), _) => error.exit(),
            (None, Outcome::Drift) => Exit::Drift,
            (None, Outcome::Conflict) => Exit::Conflict,
            (None, _) => Exit::Converged,
        };
        Self {
            report: FORM,
            tool,
            version: env!("CARGO_PKG_VERSION"),
            command,
            outcome,
            summary: Summary::of(command, &findings.steps),
            changes: findings.steps,
            conflicts: findings.conflicts,
            error: findings.error.as_ref().map(|error| Failure::new(error, &findings.texts)),
            exit,
            endpoint: findings.endpoint,
            spec: options.spec.to_string(),
            compared: findings.compared,
            redactor: findings.texts.redactor,
            document: findings.document,
        }
    }

    /// A run that somebody else had to end.
    pub(crate) fn failed(tool: &'static str, options: &Options, exit: Exit, failure: Failure) -> Self {
        let nothing = Self::new(tool, options, Findings::none());
        Self { outcome: Outcome::Failed, error: Some(failure), exit, ..nothing }
    }

    /// The last line of the log. Of a run that fails it is an error, with all that an alert has to say.
    pub(crate) fn log(&self, duration: Option<Duration>) {
        let seconds = duration.map(|duration| duration.as_secs_f64());
        let (outcome, exit) = (self.outcome.name(), self.exit.code());
        if let Some(Failure { kind, message, causes, remedy, .. }) = &self.error {
            let cause = causes.first().map(String::as_str).unwrap_or_default();
            error!(target: OUTCOME, outcome, exit, kind, cause, remedy, seconds, "{message}");
        } else if self.exit == Exit::Conflict {
            let cause =
                self.conflicts.first().map(|conflict| self.redactor.own(&conflict.to_string()).into_owned());
            let (kind, cause, remedy) = (self.exit.name(), cause.unwrap_or_default(), CONFLICT_REMEDY);
            let conflicts = self.conflicts.len();
            error!(
                target: OUTCOME,
                outcome,
                exit,
                kind,
                conflicts,
                cause,
                remedy,
                seconds,
                "in conflict with the server"
            );
        } else {
            let compared = Some(&self.compared).filter(|compared| !compared.is_empty());
            info!(target: OUTCOME, outcome, exit, compared, seconds, "done");
        }
    }

    /// What its texts go through on their way out.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// What is printed in its place.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Whether something was applied.
    pub(crate) fn has_applied(&self) -> bool {
        self.changes.iter().any(|step| step.status == Status::Applied)
    }

    /// Whether something was applied, or may have been.
    pub(crate) fn has_sent(&self) -> bool {
        self.changes.iter().any(|step| matches!(step.status, Status::Applied | Status::Unknown))
    }

    /// What stands in the way, in one line.
    pub(crate) fn reason(&self) -> Option<String> {
        if let Some(Failure { message, causes, violations, .. }) = &self.error {
            let first = violations.first().map(ToString::to_string);
            return Some(
                causes.iter().chain(&first).fold(message.clone(), |line, cause| line + ": " + cause),
            );
        }
        let conflict = self.conflicts.first()?;
        Some(format!("in conflict with the server: {}", self.redactor.own(&conflict.to_string())))
    }
}
