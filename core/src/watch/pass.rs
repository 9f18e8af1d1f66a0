//! One pass: the spec and the secrets as they are now, and the server converged to them.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::files::Seen;
use crate::backend::{Backend, Requires};
use crate::change::Change;
use crate::cli::Options;
use crate::compared::compared;
use crate::error::Error;
use crate::host::Host;
use crate::readiness::{ATTEMPT, Waiting, shown};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::secrets::Secrets;
use crate::spec::Text;
use crate::stop::{Bounds, Signal, Stop};
use crate::variables::Variables;
use crate::{input, last_resort, log};

/// A server that was there and is away for longer is told, and tried again in the next pass.
const AWAY: Duration = ATTEMPT;
/// A shorter wait is not even logged: another watch has its pass, or the server its restart.
const BRIEF: Duration = Duration::from_secs(3);

/// A file that has changed is read again after this, until two readings agree: one that is written over is empty or half
/// written meanwhile, and several that belong together are replaced one after the other.
const SETTLED: Duration = Duration::from_millis(250);
/// What never settles is taken as it is after so many readings. So many that find something wrong are believed.
const READINGS: usize = 20;
/// So many of files that change all the time: whoever writes them over that often leaves them empty as often.
const RESTLESS: usize = 60;
/// So many readings may find something wrong before the first pass ends for it: nothing writes its files over yet.
const DOUBTS: usize = 2;

/// A spec that is right.
struct Good<B: Backend> {
    text: Arc<Text>,
    desired: B::Desired,
    requires: Requires,
}

/// What the files hold: the spec, if it is right, and the secrets that it needs or, where it is wrong, the last good one.
struct Inputs<B: Backend> {
    spec: Result<Good<B>, Error>,
    secrets: Option<Result<Secrets, Error>>,
}

impl<B: Backend> Inputs<B> {
    /// What is wrong with them.
    fn fault(&self) -> Option<String> {
        let secrets = self.secrets.as_ref().and_then(|secrets| secrets.as_ref().err());
        let faults: Vec<_> =
            self.spec.as_ref().err().into_iter().chain(secrets).map(ToString::to_string).collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

/// What goes from pass to pass.
pub(super) struct Keeper<'a, B: Backend> {
    options: &'a Options,
    stop: Stop,
    stdin: Option<Box<dyn Read + Send>>,
    /// The spec that can be read once only, when it has been.
    once: Option<Arc<Text>>,
    /// Those that it was started with.
    variables: Variables,
    vocabulary: String,
    good: Option<Good<B>>,
    /// What was wrong with the files in the last pass.
    fault: Option<String>,
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
    pub(super) fn new(options: &'a Options, host: Host) -> Self {
        Self {
            options,
            stop: host.stop,
            stdin: Some(host.stdin),
            once: None,
            variables: Variables::new(&host.environment, B::CREDENTIAL_VARIABLES),
            vocabulary: input::vocabulary::<B>(),
            good: None,
            fault: None,
            waiting: Waiting::default(),
        }
    }

    pub(super) async fn pass(&mut self, seen: &mut Seen) -> Pass<Error, (&'static str, Findings<B::Change>)> {
        let Inputs { spec, secrets } = self.agreed(seen).await;
        let (good, spec) = match (spec, self.good.take()) {
            (Ok(new), _) => (new, None),
            (Err(error), Some(last)) if !matches!(error, Error::Stopped(_)) => (last, Some(error)),
            (Err(error), _) => return Pass { spec: None, server: (B::NAME, error.into()) },
        };
        log::about(shown(&good.requires.endpoints));
        let findings = match secrets.unwrap_or_else(|| input::secrets(self.options, &good.requires)) {
            Err(error) => Findings { endpoint: shown(&good.requires.endpoints), ..Findings::from(error) },
            Ok(secrets) => {
                let texts = input::texts(&secrets, &good.text, &self.vocabulary);
                let (inputs, bounds) = ((&good.desired, &secrets), self.bounds());
                Box::pin(Driver::<B>::new(inputs, texts, bounds, &mut self.waiting).run(self.options.command))
                    .await
            }
        };
        if findings.error.is_none() {
            self.waiting = Waiting::between(BRIEF, AWAY);
        }
        self.good = Some(good);
        Pass { spec, server: (B::NAME, findings) }
    }

    /// What its passes compare, in words.
    pub(super) fn compared(&self) -> String {
        self.good.as_ref().map(|good| compared::<B>(&good.desired)).unwrap_or_default()
    }

    /// What begins now has the whole timeout.
    fn bounds(&self) -> Bounds {
        last_resort::allow(self.options.timeout);
        Bounds::new(self.options.timeout, self.stop.clone())
    }

    /// Reads everything, until each file was the same before the reading and after it. What is wrong is read again, since
    /// a file that is written over is empty for a moment, which may be the moment of the reading alone: until a reading
    /// is right or enough of them were wrong. What the last pass has told already is told at once.
    async fn agreed(&mut self, seen: &mut Seen) -> Inputs<B> {
        let enough = if self.good.is_none() { DOUBTS } else { READINGS };
        let (mut left, mut changed, mut doubts) = (READINGS, false, 0);
        loop {
            left = left.saturating_sub(1);
            if !seen.look() {
                changed = true;
                if left > 0 && self.bounds().pause(SETTLED).await.is_ok() {
                    continue;
                }
            }
            let mut files = BTreeSet::new();
            let inputs = self.read(&mut files).await;
            let known = seen.follow(files);
            let settled = known && !seen.differs();
            let fault = inputs.fault();
            let told = match &fault {
                None => settled || left == 0,
                Some(_) if !settled => doubts >= RESTLESS,
                Some(_) if changed => doubts >= READINGS,
                Some(_) => doubts >= enough || fault == self.fault,
            };
            doubts += usize::from(fault.is_some());
            if told || (fault.is_some() && self.bounds().pause(SETTLED).await.is_err()) {
                self.fault = fault;
                return inputs;
            }
        }
    }

    /// One reading. `files` are those that it depends on.
    async fn read(&mut self, files: &mut BTreeSet<PathBuf>) -> Inputs<B> {
        let spec = self.spec(files).await;
        let good = spec.as_ref().ok().or(self.good.as_ref());
        let secrets = good.map(|Good { requires, .. }| {
            files.extend(requires.secrets.iter().map(|name| self.options.secrets_dir.join(name.name())));
            input::secrets(self.options, requires)
        });
        Inputs { spec, secrets }
    }

    async fn spec(&mut self, files: &mut BTreeSet<PathBuf>) -> Result<Good<B>, Error> {
        let text = self.text(files).await?;
        let desired = input::desired::<B>(&text);
        files.extend(text.files.asked());
        let desired = desired?;
        Ok(Good { requires: B::requires(&desired), desired, text })
    }

    /// Its text, unless it is there and can be read once only.
    async fn text(&mut self, files: &mut BTreeSet<PathBuf>) -> Result<Arc<Text>, Error> {
        if let Some(text) = &self.once {
            return Ok(text.clone());
        }
        let once = self.options.spec.is_read_once();
        if !once {
            files.extend(self.options.spec.paths());
        }
        let stdin = self.stdin.take().unwrap_or_else(|| Box::new(io::empty()));
        let text = input::text::<B>(self.options, stdin, &self.variables, &self.bounds()).await?;
        let text = Arc::new(text);
        self.once = once.then(|| text.clone());
        Ok(text)
    }
}
