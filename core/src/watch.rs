//! The command `watch`, which keeps a server converged by repeated passes. Each pass does the same as `apply`, with the
//! present spec and secrets.
//!
//! Between two passes, no connection, no lock of the server and no secret is held. A pass is reported if it changed
//! something or ended differently from the previous one. Otherwise the watch writes nothing.

mod files;
mod last_report;
mod pass;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{Instant as TokioInstant, sleep, sleep_until};
use tracing::{debug, info};

use self::files::FileHashes;
use self::last_report::LastReport;
use self::pass::{PassResult, PassRunner};
use crate::backend::Backend;
use crate::backoff::Backoff;
use crate::cli::Options;
use crate::error::Error;
use crate::exit::Exit;
use crate::health::Health;
use crate::host::Host;
use crate::report::Report;
use crate::stop::{PassTrigger, Signal, Stop};
use crate::{environment, redact, watchdog};

/// The interval at which the files are checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The inputs of a watch from its process.
pub struct Sidecar {
    /// The inputs of every run.
    pub host: Host,
    /// The trigger for a pass.
    pub trigger: PassTrigger,
    /// The health that the watch updates.
    pub health: Health,
}

/// Makes passes until a signal, or until the first pass has ended with a permanent error. `report_pass` receives each report
/// with news, and the start time of its pass.
pub async fn watch<B: Backend>(
    options: &Options,
    sidecar: Sidecar,
    mut report_pass: impl FnMut(&Report<B::Change>, Instant),
) -> Exit {
    let Sidecar { host, trigger, health } = sidecar;
    let mut wait = Wait::new(options, host.stop.clone(), trigger);
    if let Some(report) = refused::<B>(options, &host) {
        report_pass(&report, Instant::now());
        return report.exit();
    }
    let mut runner = PassRunner::<B>::new(options, host);
    let mut last_report = LastReport::default();
    loop {
        let started = Instant::now();
        let passed = runner.pass(&mut wait.files).await;
        watchdog::disarm();
        let stopped = passed.stopped();
        let PassResult { spec, mut server } = passed.into_reports(options);
        health.spec_problem(spec.as_ref().and_then(Report::reason));
        if let Some(report) = last_report.take_spec_report(spec.as_ref()) {
            report_pass(report, started);
        }
        if let Some(signal) = stopped {
            if server.has_sent() {
                report_pass(&server, started);
            }
            return log_stop(signal);
        }
        if last_report.should_report(&server) {
            if server.error.is_none() {
                server.compared = runner.compared();
            }
            report_pass(&server, started);
        } else {
            debug!(outcome = server.outcome.name(), "nothing new");
        }
        let exit = server.exit();
        if exit == Exit::Converged {
            health.converged(options.every);
        } else if last_report.never_converged() && !exit.is_retryable() {
            return exit;
        } else {
            health.failing(server.reason().unwrap_or_default());
        }
        drop(server);
        redact::set_current(Arc::default());
        if let Some(signal) = wait.after(exit).await {
            return log_stop(signal);
        }
    }
}

/// The report about credentials in the environment, with which a watch does not start.
fn refused<B: Backend>(options: &Options, host: &Host) -> Option<Report<B::Change>> {
    let credentials = environment::credentials(&host.environment, B::CREDENTIAL_VARIABLES);
    (!credentials.is_empty()).then(|| Report::new(B::NAME, options, Error::Environment(credentials).into()))
}

fn log_stop(signal: Signal) -> Exit {
    info!(%signal, "stopped");
    Exit::Converged
}

/// The wait between two passes.
struct Wait {
    stop: Stop,
    trigger: PassTrigger,
    steady: Backoff,
    failing: Backoff,
    files: FileHashes,
}

impl Wait {
    fn new(options: &Options, stop: Stop, trigger: PassTrigger) -> Self {
        let (steady, failing) = (Backoff::steady(options.every), Backoff::between_passes(options.every));
        Self { stop, trigger, steady, failing, files: FileHashes::default() }
    }

    /// Waits until the next pass is due, or returns the signal that ends the watch.
    async fn after(&mut self, exit: Exit) -> Option<Signal> {
        let pause = if exit == Exit::Converged {
            self.failing.reset();
            self.steady.delay()
        } else {
            self.failing.delay()
        };
        let stop = self.stop.clone();
        tokio::select! {
            biased;
            signal = stop.raised() => Some(signal),
            () = self.next_pass(TokioInstant::now() + pause) => None,
        }
    }

    async fn next_pass(&mut self, until: TokioInstant) {
        let trigger = self.trigger.clone();
        loop {
            tokio::select! {
                biased;
                () = trigger.fired() => return info!("a pass was triggered by SIGHUP"),
                () = sleep_until(until) => return,
                () = sleep(POLL_INTERVAL) => {}
            }
            if self.files.have_changed() {
                info!("the spec, a secret or a file that the spec names has changed");
                return;
            }
        }
    }
}
