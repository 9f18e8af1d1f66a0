//! The report of a run. It contains no time, so that the reports of two equal runs are equal.

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

/// The remedy for a conflict.
const CONFLICT_REMEDY: &str =
    "change the spec or the server where they contradict each other; nothing further was applied";

/// The outcome of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// apply, watch, plan: the server was already as the spec says.
    Unchanged,
    /// apply, watch: the server is as the spec says now.
    Changed,
    /// plan: the server differs.
    Drift,
    /// apply, watch, plan: something cannot be changed in place; nothing further was applied.
    Conflict,
    /// The command failed.
    Failed,
    /// A signal ended the command.
    Interrupted,
    /// validate: the spec is valid.
    Valid,
    /// describe: the objects that the spec provisions are listed.
    Described,
    /// export: the spec of the server is printed instead of a report.
    Exported,
}

impl Outcome {
    /// The name of the outcome in the report and in the log.
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

/// The numbers of applied changes, or of planned ones for a command that applies nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Objects that are created.
    pub add: usize,
    /// Objects that are altered.
    pub change: usize,
    /// Objects that are removed.
    pub remove: usize,
}

impl Summary {
    /// Counts applied changes for `apply` and `watch`, and planned ones for all other commands.
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

/// The version of the report format.
const FORMAT_VERSION: u8 = 1;

/// The report that a run prints on stdout.
#[derive(Clone, Debug, Serialize)]
#[serde(bound = "C: Change")]
pub struct Report<C> {
    /// The version of the report format.
    pub report: u8,
    /// The tool's name.
    pub tool: &'static str,
    /// The tool's version.
    pub version: &'static str,
    /// The command.
    pub command: Command,
    /// The outcome.
    pub outcome: Outcome,
    /// The number of changes by effect.
    pub summary: Summary,
    /// Every change, in the order of execution.
    pub changes: Vec<Step<C>>,
    /// The conflicts.
    pub conflicts: Vec<Conflict>,
    /// The error that ended the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    #[serde(skip)]
    exit: Exit,
    /// The endpoints of the server.
    #[serde(skip)]
    pub(crate) endpoint: String,
    /// The source of the spec.
    #[serde(skip)]
    pub(crate) spec: String,
    /// The numbers of compared objects, as text.
    #[serde(skip)]
    pub(crate) compared: String,
    /// The redactor for its texts.
    #[serde(skip)]
    redactor: Arc<Redactor>,
    /// The document that is printed instead of the report.
    #[serde(skip)]
    document: Option<String>,
}

/// The results of a command, from which its report is made.
#[derive(Debug)]
pub(crate) struct Findings<C> {
    pub(crate) steps: Vec<Step<C>>,
    pub(crate) conflicts: Vec<Conflict>,
    pub(crate) error: Option<Error>,
    pub(crate) texts: Texts,
    /// The endpoints of the server.
    pub(crate) endpoint: String,
    /// The numbers of compared objects as text, or empty if nothing was compared.
    pub(crate) compared: String,
    /// The document of a successful `export`.
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
            report: FORMAT_VERSION,
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

    /// The report of a run that the watchdog has ended.
    pub(crate) fn failed(tool: &'static str, options: &Options, exit: Exit, failure: Failure) -> Self {
        let nothing = Self::new(tool, options, Findings::none());
        Self { outcome: Outcome::Failed, error: Some(failure), exit, ..nothing }
    }

    /// Writes the last line of the log. For a failed run it has level error and all fields that an alert needs.
    pub(crate) fn log(&self, duration: Option<Duration>) {
        let seconds = duration.map(|duration| duration.as_secs_f64());
        let (outcome, exit) = (self.outcome.name(), self.exit.code());
        if let Some(Failure { kind, message, causes, remedy, .. }) = &self.error {
            let cause = causes.first().map(String::as_str).unwrap_or_default();
            error!(target: OUTCOME, outcome, exit, kind, cause, remedy, seconds, "{message}");
        } else if self.exit == Exit::Conflict {
            let cause = self
                .conflicts
                .first()
                .map(|conflict| self.redactor.redact_own(&conflict.to_string()).into_owned());
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

    /// The redactor for its texts.
    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// The document that is printed instead of the report.
    pub(crate) fn document(&self) -> Option<&str> {
        self.document.as_deref()
    }

    /// The exit code of the process.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Returns true if a change was applied.
    pub(crate) fn has_applied(&self) -> bool {
        self.changes.iter().any(|step| step.status == Status::Applied)
    }

    /// Returns true if a change was applied or may have been.
    pub(crate) fn has_sent(&self) -> bool {
        self.changes.iter().any(|step| matches!(step.status, Status::Applied | Status::Unknown))
    }

    /// The error or the first conflict, in one line.
    pub(crate) fn reason(&self) -> Option<String> {
        if let Some(Failure { message, causes, violations, .. }) = &self.error {
            let first = violations.first().map(ToString::to_string);
            return Some(
                causes.iter().chain(&first).fold(message.clone(), |line, cause| line + ": " + cause),
            );
        }
        let conflict = self.conflicts.first()?;
        Some(format!("in conflict with the server: {}", self.redactor.redact_own(&conflict.to_string())))
    }
}
