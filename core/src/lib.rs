//! The driver that every init tool shares: one spec in, one server converged, one report out.
//!
//! ```text
//! bytes --parse--> Spec --validate--> Desired            (all violations at once, with paths)
//! /run/secrets --read--> Secrets
//! Endpoint --connect, backoff, deadline--> Backend       (an attempt includes the readiness check; the last cause is kept)
//! Backend --observe--> Observed
//! plan(Desired, Observed) -> Plan { stages of Change, conflicts }      (pure: no self, no async, no clock)
//!   command plan: report and stop    |    conflicts: report and stop, nothing applied
//! check(Plan) -> apply(stage) ... -> observe + plan again, must be empty -> Report -> Exit
//! ```
//!
//! A tool implements [`Backend`] for its server and calls [`run()`]. This crate knows no tool.

mod access;
mod backend;
mod backoff;
mod change;
mod cli;
mod clock;
mod compared;
pub mod diff;
mod editor;
mod endpoint;
mod environment;
mod error;
mod escape;
mod exit;
pub mod export;
mod extension;
mod faults;
mod files;
#[doc(hidden)]
pub mod fuzzing;
mod health;
mod hint;
mod host;
mod input;
mod json;
mod ledger;
mod limits;
mod locate;
mod log;
mod meter;
mod paint;
mod peer;
mod plan;
mod policy;
mod progress;
mod quote;
mod readiness;
mod reconcile;
mod records;
mod redact;
mod render;
mod report;
mod run;
mod secret;
mod secrets;
mod size;
mod spec;
mod status;
mod stop;
mod terminal;
mod text;
mod unexpanded;
mod variables;
mod violation;
mod vocabulary;
mod watch;
mod watchdog;

pub use backend::{Backend, CheckMode, Fault, FaultKind, Requires};
pub use change::{Change, Effect, Properties, Property, RESERVED, Subject, as_json};
pub use cli::{Color, Command, Format, LogFormat, LogLevel, Options, Style, help, parse};
pub use endpoint::{DnsName, Endpoint, EndpointError};
pub use error::Failure;
pub use exit::Exit;
pub use files::{FileError, FileRef, Files};
pub use health::Health;
pub use host::Host;
pub use input::schema;
pub use ledger::{Status, Step};
pub use paint::Paint;
pub use plan::{Conflict, Plan, by_variant, same_variant};
pub use progress::Progress;
pub use readiness::ATTEMPT;
pub use redact::Redactor;
pub use report::{Outcome, Report, Summary};
pub use run::{execute, run};
pub use secret::{Secret, SecretRef, Text};
pub use secrets::{SecretError, Secrets, Undeclared};
pub use size::Size;
pub use spec::{Source, Unreadable};
pub use stop::{PassTrigger, Signal, Stop};
pub use text::TextStyle;
pub use violation::{SpecPath, Violation, Violations};
pub use watch::{Sidecar, watch};
