//! Ends a run that cannot end itself, with a report: code that panics, and code that is busy beyond the deadline.
//!
//! The driver notices its deadline whenever it waits. Code that computes without waiting is watched by a thread. Where
//! there may be no thread, the deadline holds for all that waits.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{io, panic, process, thread};

use crate::cli::Options;
use crate::error::Failure;
use crate::exit::Exit;
use crate::report::Report;

/// The driver's own time after the deadline is shorter: to read once more what became of the last changes, and to write.
const GRACE: Duration = Duration::from_secs(5);

/// Whether somebody has begun to write the report of this process.
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Takes the right to write the one report. Who comes second has nothing to say: the process ends.
pub(crate) fn claim() -> bool {
    !REPORTED.swap(true, Ordering::SeqCst)
}

/// From now on a panic, wherever it is, ends the run with a report.
pub(crate) fn on_panic(tool: &'static str, options: &Options) {
    let options = options.clone();
    panic::set_hook(Box::new(move |info| {
        // What a panic says may hold anything; where it happened is enough to find it.
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let message = format!("the program failed{}", place.unwrap_or_default());
        let remedy = "report it with the output of --log debug";
        end(tool, &options, Exit::Internal, message, remedy);
    }));
}

/// Watches over the deadline of this run, if there may be a thread for it.
pub(crate) fn watch(tool: &'static str, options: &Options) {
    let options = options.clone();
    let watching = thread::Builder::new().name("deadline".to_owned()).spawn(move || {
        thread::park_timeout(options.timeout.saturating_add(GRACE));
        let within = humantime::format_duration(options.timeout);
        let message = format!("the run was not done within {within}, and was still computing");
        end(tool, &options, Exit::Unavailable, message, "raise --timeout, or make the spec smaller");
    });
    if let Err(error) = watching {
        tracing::debug!(%error, "no thread for the deadline: it holds for all that waits");
    }
}

#[expect(clippy::exit, reason = "the run cannot return: it is busy or has panicked")]
fn end(tool: &'static str, options: &Options, exit: Exit, message: String, remedy: &str) {
    if !claim() {
        return;
    }
    let failure = Failure {
        exit: exit.code(),
        kind: exit.name(),
        message,
        causes: Vec::new(),
        remedy: remedy.to_owned(),
        violations: Vec::new(),
    };
    let report = Report::<Nothing>::failed(tool, options.command, exit, failure);
    let page = report.render(options.format).unwrap_or_default();
    let _ = io::stdout().write_all(page.as_bytes()).and_then(|()| io::stdout().flush());
    report.log();
    process::exit(exit.code().into());
}

/// A change of a run that has none.
#[derive(Clone, Debug, serde::Serialize)]
enum Nothing {}

impl std::fmt::Display for Nothing {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}
