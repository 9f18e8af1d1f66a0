//! The toy tool: a backend without a server, whose behaviour is set by its spec.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use init_core::{
    Backend, Effect, Endpoint, Fault, FaultKind, Files, Plan, Progress, Properties, Requires, Secrets,
    SpecPath, Subject, Violations,
};
use rustix::process::{Resource, dumpable_behavior, getrlimit};
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) struct Toy;

/// Set once this process has created the toy.
static IS_CREATED: AtomicBool = AtomicBool::new(false);

#[derive(Clone, Copy, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Converged,
    Drift,
    Conflict,
    Denied,
    Absent,
    Busy,
    Panic,
    /// The toy is created once.
    Fresh,
    /// The toy is created once, slowly and with a log line.
    Slow,
    /// A conflict shows the memory protection of this process.
    Private,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Spec {
    mode: Mode,
}

pub(crate) struct Desired(Mode, Endpoint);

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    CreateToy,
}

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        "create_toy"
    }

    fn effect(&self) -> Effect {
        Effect::Add
    }

    fn subject(&self) -> Subject {
        Subject::new("toy", "toy")
    }

    fn properties(&self) -> Properties {
        Properties::none()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("create toy")
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ToyError {
    #[error("the server says\n\u{1b}[31mno")]
    Denied,
    #[error("nobody is there")]
    Absent,
}

impl Fault for ToyError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Denied => FaultKind::Denied,
            Self::Absent => FaultKind::Unavailable,
        }
    }
}

impl Backend for Toy {
    const NAME: &'static str = "toy-init";
    type Spec = Spec;
    type Desired = Desired;
    /// True if the toy exists.
    type Observed = bool;
    type Change = Change;
    type Error = ToyError;

    fn validate(spec: Spec, _: &Files) -> Result<Desired, Violations> {
        let mut violations = Violations::default();
        let endpoint = violations.check(&SpecPath::root(), "toy:1234".parse());
        endpoint.map(|endpoint| Desired(spec.mode, endpoint)).ok_or(violations)
    }

    fn requires(desired: &Desired) -> Requires {
        Requires { endpoints: vec![desired.1.clone()], ..Requires::default() }
    }

    async fn connect(desired: &Desired, _: &Secrets) -> Result<Self, ToyError> {
        match desired.0 {
            Mode::Denied => Err(ToyError::Denied),
            Mode::Absent => Err(ToyError::Absent),
            _ => Ok(Self),
        }
    }

    async fn observe(&mut self, _: &Desired, _: &Secrets) -> Result<bool, ToyError> {
        Ok(IS_CREATED.load(Ordering::SeqCst))
    }

    fn plan(desired: &Desired, is_created: &bool) -> Plan<Change> {
        let conflict = || init_core::Conflict::new(SpecPath::root().key("mode"), "it is another\r\nline");
        match desired.0 {
            Mode::Converged | Mode::Denied | Mode::Absent => Plan::new([], []),
            Mode::Drift => Plan::new([Change::CreateToy], []),
            Mode::Fresh | Mode::Slow => Plan::new((!is_created).then_some(Change::CreateToy), []),
            Mode::Conflict => Plan::new([], [conflict()]),
            Mode::Busy => loop {
                std::hint::spin_loop();
            },
            Mode::Panic => panic!("canary"),
            Mode::Private => {
                let protection =
                    format!("{:?}, core {:?}", dumpable_behavior(), getrlimit(Resource::Core).maximum);
                Plan::new([], [init_core::Conflict::new(SpecPath::root().key("mode"), protection)])
            }
        }
    }

    async fn apply(
        &mut self,
        desired: &Desired,
        _: &[Change],
        _: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), ToyError>> {
        if desired.0 == Mode::Slow {
            paint(progress).await;
        }
        IS_CREATED.store(true, Ordering::SeqCst);
        let done: Result<(), Infallible> = Ok(());
        vec![done.map_err(|never| match never {})]
    }
}

/// Takes long, and writes a log line meanwhile.
async fn paint(progress: &Progress) {
    progress.waiting_for("the paint\n\u{1b}[31m");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    tracing::warn!(target: "toy_init", "the paint is wet");
    tokio::time::sleep(Duration::from_millis(700)).await;
}
