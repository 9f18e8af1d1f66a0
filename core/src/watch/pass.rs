//! One pass: the spec and the secrets as they are now, and the server converged to them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::Duration;

use super::files::Seen;
use crate::backend::Backend;
use crate::change::Change;
use crate::cli::Options;
use crate::error::Error;
use crate::input;
use crate::readiness::{ATTEMPT, Waiting, shown};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::spec::{Source, Text};
use crate::stop::{Bounds, Signal, Stop};

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

    pub(super) fn reported(self, options: &Options) -> Pass<Report<C>, Report<C>> {
        let (tool, findings) = self.server;
        let report = |findings| Report::new(tool, options, findings);
        Pass { spec: self.spec.map(|error| report(error.into())), server: report(findings) }
    }
}

impl<'a, B: Backend> Keeper<'a, B> {
    pub(super) fn new(options: &'a Options, stdin: Box<dyn Read + Send>, stop: Stop) -> Self {
        let vocabulary = input::vocabulary::<B>();
        Self { options, stop, stdin: Some(stdin), vocabulary, good: None, waiting: Waiting::default() }
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
        let requires = input::requires::<B>(&good.desired);
        files.extend(requires.secrets.iter().map(|name| self.options.secrets_dir.join(name.name())));
        seen.follow(files);
        let findings = match input::secrets(self.options, &requires) {
            Err(error) => Findings { endpoint: shown(&requires.endpoints), ..Findings::from(error) },
            Ok(secrets) => {
                let texts = input::texts(&secrets, [good.text.yaml(), &self.vocabulary]);
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
        if self.good.is_some() && read_once(&self.options.spec) {
            return Ok(None);
        }
        if let Source::File(path) = &self.options.spec
            && !read_once(&self.options.spec)
        {
            files.insert(path.clone());
        }
        let stdin = self.stdin.take().unwrap_or_else(|| Box::new(io::empty()));
        let text = input::text(self.options, stdin, bounds).await?;
        let desired = input::desired::<B>(&text);
        files.extend(text.files.asked());
        Ok(Some(Good { desired: desired?, text }))
    }
}

/// Whether a second reading would find nothing: standard input, or a pipe with a name.
fn read_once(source: &Source) -> bool {
    match source {
        Source::Stdin => true,
        Source::File(path) => {
            fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        }
    }
}
