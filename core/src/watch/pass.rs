//! One pass of a watch: reads the present spec and secrets, and converges the server to them.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::files::FileHashes;
use crate::backend::{Backend, Requires};
use crate::change::Change;
use crate::cli::Options;
use crate::compared::compared;
use crate::error::Error;
use crate::host::Host;
use crate::readiness::{ATTEMPT, Waiting, join_endpoints};
use crate::reconcile::Driver;
use crate::report::{Findings, Report};
use crate::secrets::Secrets;
use crate::spec::Text;
use crate::stop::{Bounds, Signal, Stop};
use crate::variables::Variables;
use crate::{input, log, watchdog};

/// The time that a pass waits for a server that was ready before. After it, the pass fails and the next pass tries again.
const LONGEST_WAIT: Duration = ATTEMPT;
/// The duration after which a wait is logged. Shorter ones are normal, such as a restart of the server.
const UNLOGGED_WAIT: Duration = Duration::from_secs(3);

/// The delay before changed files are read again, until two reads agree. A file that is being overwritten is empty or
/// incomplete for a moment, and several files that belong together are replaced one after the other.
const REREAD_DELAY: Duration = Duration::from_millis(250);
/// The number of reads after which files that keep changing are taken as they are, or an error in changed files is final.
const MAX_READS: usize = 20;
/// The number of faulty reads after which an error is final in files that change all the time, which are often incomplete.
const MAX_UNSTABLE_READS: usize = 60;
/// The number of further faulty reads in the first pass, whose files are seldom being overwritten.
const FIRST_PASS_RETRIES: usize = 2;

/// A valid spec.
struct ValidSpec<B: Backend> {
    text: Arc<Text>,
    desired: B::Desired,
    requires: Requires,
}

/// The content of the files: the spec, and the secrets of this spec or, if it is invalid, of the last valid one.
struct Inputs<B: Backend> {
    spec: Result<ValidSpec<B>, Error>,
    secrets: Option<Result<Secrets, Error>>,
}

impl<B: Backend> Inputs<B> {
    /// The errors of spec and secrets, if there are any.
    fn fault(&self) -> Option<String> {
        let secrets = self.secrets.as_ref().and_then(|secrets| secrets.as_ref().err());
        let faults: Vec<_> =
            self.spec.as_ref().err().into_iter().chain(secrets).map(ToString::to_string).collect();
        (!faults.is_empty()).then(|| faults.join("; "))
    }
}

/// The state that is kept from pass to pass.
pub(super) struct PassRunner<'a, B: Backend> {
    options: &'a Options,
    stop: Stop,
    stdin: Option<Box<dyn Read + Send>>,
    /// The spec, if its source can be read only once.
    retained: Option<Arc<Text>>,
    /// The environment variables of the process.
    variables: Variables,
    vocabulary: String,
    valid: Option<ValidSpec<B>>,
    /// The errors of the files in the last pass.
    fault: Option<String>,
    waiting: Waiting,
}

/// The result of a pass: the error of an invalid spec, in which case the last valid one stays in use, and the result for the
/// server.
pub(super) struct PassResult<S, F> {
    pub(super) spec: Option<S>,
    pub(super) server: F,
}

impl<C: Change> PassResult<Error, (&'static str, Findings<C>)> {
    /// The signal that ended the pass.
    pub(super) fn stopped(&self) -> Option<Signal> {
        match self.server.1.error {
            Some(Error::Stopped(signal)) => Some(signal),
            _ => None,
        }
    }

    pub(super) fn into_reports(self, options: &Options) -> PassResult<Report<C>, Report<C>> {
        let (tool, findings) = self.server;
        let report = |findings| Report::new(tool, options, findings);
        PassResult { spec: self.spec.map(|error| report(error.into())), server: report(findings) }
    }
}

impl<'a, B: Backend> PassRunner<'a, B> {
    pub(super) fn new(options: &'a Options, host: Host) -> Self {
        Self {
            options,
            stop: host.stop,
            stdin: Some(host.stdin),
            retained: None,
            variables: Variables::new(&host.environment, B::CREDENTIAL_VARIABLES),
            vocabulary: input::vocabulary::<B>(),
            valid: None,
            fault: None,
            waiting: Waiting::default(),
        }
    }

    pub(super) async fn pass(
        &mut self,
        hashes: &mut FileHashes,
    ) -> PassResult<Error, (&'static str, Findings<B::Change>)> {
        let Inputs { spec, secrets } = self.read_stable(hashes).await;
        let (valid, spec) = match (spec, self.valid.take()) {
            (Ok(new), _) => (new, None),
            (Err(error), Some(last)) if !matches!(error, Error::Stopped(_)) => (last, Some(error)),
            (Err(error), _) => return PassResult { spec: None, server: (B::NAME, error.into()) },
        };
        log::set_endpoint(join_endpoints(&valid.requires.endpoints));
        let findings = match secrets.unwrap_or_else(|| input::secrets(self.options, &valid.requires)) {
            Err(error) => {
                Findings { endpoint: join_endpoints(&valid.requires.endpoints), ..Findings::from(error) }
            }
            Ok(secrets) => {
                let texts = input::texts(&secrets, &valid.text, &self.vocabulary);
                let (inputs, bounds) = ((&valid.desired, &secrets), self.bounds());
                Box::pin(Driver::<B>::new(inputs, texts, bounds, &mut self.waiting).run(self.options.command))
                    .await
            }
        };
        if findings.error.is_none() {
            self.waiting = Waiting::between(UNLOGGED_WAIT, LONGEST_WAIT);
        }
        self.valid = Some(valid);
        PassResult { spec, server: (B::NAME, findings) }
    }

    /// The numbers of compared objects, as text.
    pub(super) fn compared(&self) -> String {
        self.valid.as_ref().map(|valid| compared::<B>(&valid.desired)).unwrap_or_default()
    }

    /// Starts a new time limit.
    fn bounds(&self) -> Bounds {
        watchdog::arm(self.options.timeout);
        Bounds::new(self.options.timeout, self.stop.clone())
    }

    /// Reads spec and secrets until no file has changed during the read. A read with errors is repeated, because a file that
    /// is being overwritten is empty for a moment, until a read succeeds or the errors are final. The same errors as in the
    /// last pass are final at once.
    async fn read_stable(&mut self, hashes: &mut FileHashes) -> Inputs<B> {
        let retries = if self.valid.is_none() { FIRST_PASS_RETRIES } else { MAX_READS };
        let (mut remaining, mut changed, mut faulty_reads) = (MAX_READS, false, 0);
        loop {
            remaining = remaining.saturating_sub(1);
            if !hashes.update() {
                changed = true;
                if remaining > 0 && self.bounds().pause(REREAD_DELAY).await.is_ok() {
                    continue;
                }
            }
            let mut files = BTreeSet::new();
            let inputs = self.read(&mut files).await;
            let known = hashes.observe(files);
            let is_stable = known && !hashes.have_changed();
            let fault = inputs.fault();
            let is_final = match &fault {
                None => is_stable || remaining == 0,
                Some(_) if !is_stable => faulty_reads >= MAX_UNSTABLE_READS,
                Some(_) if changed => faulty_reads >= MAX_READS,
                Some(_) => faulty_reads >= retries || fault == self.fault,
            };
            faulty_reads += usize::from(fault.is_some());
            if is_final || (fault.is_some() && self.bounds().pause(REREAD_DELAY).await.is_err()) {
                self.fault = fault;
                return inputs;
            }
        }
    }

    /// Reads spec and secrets once, and adds the files that they depend on to `files`.
    async fn read(&mut self, files: &mut BTreeSet<PathBuf>) -> Inputs<B> {
        let spec = self.spec(files).await;
        let valid = spec.as_ref().ok().or(self.valid.as_ref());
        let secrets = valid.map(|ValidSpec { requires, .. }| {
            files.extend(requires.secrets.iter().map(|name| self.options.secrets_dir.join(name.name())));
            input::secrets(self.options, requires)
        });
        Inputs { spec, secrets }
    }

    async fn spec(&mut self, files: &mut BTreeSet<PathBuf>) -> Result<ValidSpec<B>, Error> {
        let text = self.text(files).await?;
        let desired = input::desired::<B>(&text);
        files.extend(text.files.requested());
        let desired = desired?;
        Ok(ValidSpec { requires: B::requires(&desired), desired, text })
    }

    /// Reads the text of the spec, or returns the retained one.
    async fn text(&mut self, files: &mut BTreeSet<PathBuf>) -> Result<Arc<Text>, Error> {
        if let Some(text) = &self.retained {
            return Ok(text.clone());
        }
        let is_read_once = self.options.spec.is_read_once();
        if !is_read_once {
            files.extend(self.options.spec.paths());
        }
        let stdin = self.stdin.take().unwrap_or_else(|| Box::new(io::empty()));
        let text = input::text::<B>(self.options, stdin, &self.variables, &self.bounds()).await?;
        let text = Arc::new(text);
        self.retained = is_read_once.then(|| text.clone());
        Ok(text)
    }
}
