//! One pass: the spec and the secrets as they are now, and the server converged to them.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use super::files::Seen;
use crate::backend::Backend;
use crate::change::Change;
use crate::cli::{Command, Options};
use crate::error::Error;
use crate::host::Host;
use crate::input;
use crate::readiness::{ATTEMPT, Waiting, shown};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::spec::Text;
use crate::stop::{Bounds, Signal, Stop};
use crate::variables::Variables;

/// A server that was there and is away for longer is told, and tried again in the next pass.
const AWAY: Duration = ATTEMPT;

/// A spec that is right.
struct Good<B: Backend> {
    text: Text,
    desired: B::Desired,
}

/// What goes from pass to pass.
pub(super) struct Keeper<'a, B: Backend> {
    options: &'a Options,
    stop: Stop,
    /// Where the spec can be read once only, until it has been.
    stdin: Option<Box<dyn Read + Send>>,
    /// Those that it was started with.
    variables: Variables,
    vocabulary: String,
    good: Option<Good<B>>,
    waiting: Waiting,
}

/// What a pass found: a spec that is wrong, so that the last good one stays in force, and what became of the server.
pub(super) struct Pass<S, F> {
    pub(super) spec: Option<S>,
    pub(super) server: F,
}

impl<C: Change> Pass<Error, (&'static str, Findings<C>)> {
    /// The signal that ended it.
    pub(super) fn stopped(&self) -> Option<Signal> {
        match self.server.1.error {
            Some(Error::Stopped(signal)) => Some(signal),
            _ => None,
        }
    }

    pub(super) fn reported(self, command: Command) -> Pass<Report<C>, Report<C>> {
        let (tool, findings) = self.server;
        let report = |findings| Report::new(tool, command, findings);
        Pass { spec: self.spec.map(|error| report(error.into())), server: report(findings) }
    }
}

impl<'a, B: Backend> Keeper<'a, B> {
    pub(super) fn new(options: &'a Options, host: Host) -> Self {
        Self {
            options,
            stop: host.stop,
            stdin: Some(host.stdin),
            variables: Variables::new(&host.environment, B::CREDENTIAL_VARIABLES),
            vocabulary: input::vocabulary::<B>(),
            good: None,
            waiting: Waiting::default(),
        }
    }

    pub(super) async fn pass(&mut self, seen: &mut Seen) -> Pass<Error, (&'static str, Findings<B::Change>)> {
        // Before anything is read: what changes meanwhile is seen afterwards.
        seen.look();
        let bounds = Bounds::new(self.options.timeout, self.stop.clone());
        let mut files = BTreeSet::new();
        let read = self.read(&bounds, &mut files).await;
        let before = self.good.take();
        let (good, spec) = match (read, before) {
            (Ok(Some(new)), _) => (new, None),
            (Ok(None), Some(only)) => (only, None),
            (Err(error), Some(last)) if !matches!(error, Error::Stopped(_)) => (last, Some(error)),
            (Err(error), _) => {
                seen.follow(files);
                return Pass { spec: None, server: (B::NAME, error.into()) };
            }
            (Ok(None), None) => {
                let error = io::Error::other("there is no spec");
                return Pass { spec: None, server: (B::NAME, Error::Start(error).into()) };
            }
        };
        let requires = B::requires(&good.desired);
        files.extend(requires.secrets.iter().map(|name| self.options.secrets_dir.join(name.name())));
        seen.follow(files);
        let findings = match input::secrets(self.options, &requires) {
            Err(error) => Findings { endpoint: shown(&requires.endpoints), ..Findings::from(error) },
            Ok(secrets) => {
                let texts = input::texts(&secrets, &good.text, &self.vocabulary);
                let inputs = (&good.desired, &secrets);
                Driver::<B>::new(inputs, texts, bounds, &mut self.waiting).run(self.options.command).await
            }
        };
        if findings.error.is_none() {
            self.waiting = Waiting { longest: Some(AWAY), told: String::new() };
        }
        self.good = Some(good);
        Pass { spec, server: (B::NAME, findings) }
    }

    /// Reads the spec, unless it is there and can be read once only. `files` are those that it depends on.
    async fn read(
        &mut self,
        bounds: &Bounds,
        files: &mut BTreeSet<PathBuf>,
    ) -> Result<Option<Good<B>>, Error> {
        let is_read_once = self.options.spec.is_read_once();
        if self.good.is_some() && is_read_once {
            return Ok(None);
        }
        if !is_read_once {
            files.extend(self.options.spec.paths());
        }
        let stdin = self.stdin.take().unwrap_or_else(|| Box::new(io::empty()));
        let text = input::text::<B>(self.options, stdin, &self.variables, bounds).await?;
        let desired = input::desired::<B>(&text);
        files.extend(text.files.asked());
        Ok(Some(Good { desired: desired?, text }))
    }
}
