//! The errors that end a run, and their form in the report. Only this file prints an error with its causes.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use serde::Serialize;
use thiserror::Error;

use crate::backend::{Fault, FaultKind};
use crate::exit::Exit;
use crate::peer::Texts;
use crate::secrets::SecretError;
use crate::spec::Unreadable;
use crate::stop::Signal;
use crate::{Violation, Violations};

/// An error that ends a run before it has converged.
#[derive(Debug, Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(transparent)]
    Invalid(#[from] Violations),
    #[error("the spec takes what looks like a credential from the environment")]
    InterpolatedCredential(Violations),
    #[error("the environment holds what looks like a credential: {}", .0.join(", "))]
    Environment(Vec<String>),
    #[error("{} of the secrets that the spec names cannot be used", .0.len())]
    Secrets(Vec<SecretError>),
    #[error("{}{}: gave up {doing}", deadline_subject(server, *.ready), humantime::format_duration(*.within))]
    Deadline { server: String, ready: bool, within: Duration, doing: String, last: Option<Box<dyn Fault>> },
    #[error("{doing} {server} failed")]
    Server { server: String, doing: &'static str, fault: Box<dyn Fault> },
    #[error("could not {change}{}", and_others(*.others))]
    Refused { change: String, others: usize, fault: Box<dyn Fault> },
    #[error("the server still differs from the spec after everything was applied")]
    NotConverged(Vec<String>),
    #[error("stopped by {0}")]
    Stopped(Signal),
    #[error("could not start")]
    Start(#[source] std::io::Error),
}

/// The beginning of the message for an exceeded deadline: either the server was not ready, or a run against a ready server
/// was not finished.
fn deadline_subject(server: &str, ready: bool) -> String {
    if ready {
        format!("the run against {server} was not done within ")
    } else {
        format!("{server} was not ready within ")
    }
}

fn and_others(others: usize) -> String {
    if others == 0 { String::new() } else { format!(" (and {others} more: see the problem of each change)") }
}

/// An error in the form of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The process's exit code.
    pub exit: u8,
    /// The name of the exit code.
    pub kind: &'static str,
    /// The operation that failed.
    pub message: String,
    /// The causes, from the outermost to the innermost.
    pub causes: Vec<String>,
    /// The remedy.
    pub remedy: String,
    /// The violations of an invalid spec.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<Violation>,
}

impl Failure {
    pub(crate) fn new(error: &Error, texts: &Texts) -> Self {
        let exit = error.exit();
        let violations = match error {
            Error::Invalid(violations) | Error::InterpolatedCredential(violations) => {
                violations.iter().cloned().collect()
            }
            _ => Vec::new(),
        };
        let (message, causes) = (texts.own(error), error.causes(texts));
        let remedy = texts.peer(error.remedy());
        Self { exit: exit.code(), kind: exit.name(), message, causes, remedy, violations }
    }
}

impl Error {
    /// The exit code of a run that ends with this error.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Unreadable(_) | Self::Invalid(_) => Exit::Spec,
            Self::InterpolatedCredential(_) | Self::Environment(_) | Self::Secrets(_) => Exit::Secret,
            Self::Deadline { .. } => Exit::Unavailable,
            Self::Server { fault, .. } | Self::Refused { fault, .. } => fault.kind().exit(),
            Self::NotConverged(_) | Self::Start(_) => Exit::Internal,
            Self::Stopped(Signal::Interrupt) => Exit::Interrupted,
            Self::Stopped(Signal::Terminate) => Exit::Terminated,
        }
    }

    fn causes(&self, texts: &Texts) -> Vec<String> {
        match self {
            Self::Secrets(errors) => errors.iter().map(ToString::to_string).collect(),
            Self::NotConverged(remaining) => remaining.clone(),
            Self::Deadline { last: Some(fault), .. }
            | Self::Server { fault, .. }
            | Self::Refused { fault, .. } => texts.chain(fault.as_ref()),
            other => other.source().map(|source| texts.chain(source)).unwrap_or_default(),
        }
    }

    fn remedy(&self) -> String {
        match self {
            Self::Unreadable(unreadable) => unreadable.remedy().to_owned(),
            Self::Invalid(_) => "correct the spec; `validate` checks it without a server".to_owned(),
            Self::InterpolatedCredential(_) => {
                "put the value into a file of the secrets directory, and write {secret: NAME}".to_owned()
            }
            Self::Environment(names) => unset_remedy(names),
            Self::Secrets(errors) => errors.first().map(SecretError::remedy).unwrap_or_default().to_owned(),
            Self::Deadline { last: Some(fault), .. }
            | Self::Server { fault, .. }
            | Self::Refused { fault, .. } => {
                fault.remedy().unwrap_or_else(|| fault.kind().remedy().to_owned())
            }
            Self::Deadline { last: None, .. } => FaultKind::Unavailable.remedy().to_owned(),
            Self::NotConverged(_) => {
                "see whether something else changes the same objects, or report it with the spec".to_owned()
            }
            Self::Stopped(_) => "run it again: what was done stays, and only the rest is applied".to_owned(),
            Self::Start(error) => start_remedy(error.kind()).to_owned(),
        }
    }
}

impl FaultKind {
    const fn exit(self) -> Exit {
        match self {
            Self::Unavailable | Self::Raced => Exit::Unavailable,
            Self::Denied => Exit::Denied,
            Self::Rejected | Self::Unsupported => Exit::Peer,
            Self::Secret => Exit::Secret,
            Self::Internal => Exit::Internal,
        }
    }
}

/// The remedy for variables that must be removed from a command or from a service.
fn unset_remedy(names: &[String]) -> String {
    let name = names.first().map_or("NAME", String::as_str);
    format!(
        "remove these variables: credentials are read from files in the secrets directory only; `env -u {name} …` takes one from \
         a command, and `environment: {{{name}: \"\"}}` from a Compose service"
    )
}

/// The remedy for a process that could not start, by the resource that the kernel has refused.
fn start_remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::WouldBlock => {
            "raise the container's `pids_limit`, or the user's `ulimit -u`, to 8 or more"
        }
        ErrorKind::OutOfMemory => "give the container more memory: 64 MB are enough",
        _ => {
            "raise `ulimit -n` (`ulimits: {nofile: …}` in Compose) to 64 or more; otherwise report it with the output of --log debug"
        }
    }
}
