//! Ends a run that cannot end itself, with a report: code that panics, and code that is busy beyond the deadline.
//!
//! The driver notices its deadline whenever it waits. Code that computes without waiting is watched by a thread. Where
//! there may be no thread, the deadline holds for all that waits.

use std::convert::Infallible;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{io, panic, process, thread};

use crate::cli::Options;
use crate::error::Failure;
use crate::exit::Exit;
use crate::report::Report;
use crate::status;
use crate::terminal::Look;
use crate::text::Seen;

/// The driver's own time after the deadline is shorter: to read once more what became of the last changes, and to write.
const GRACE: Duration = Duration::from_secs(5);

/// Whether somebody has begun to write the report of this process.
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Takes the right to write the one report. Who comes second has nothing to say: the process ends.
pub(crate) fn claim() -> bool {
    !REPORTED.swap(true, Ordering::SeqCst)
}

/// From now on a panic, wherever it is, ends the run with a report.
pub(crate) fn on_panic(tool: &'static str, options: &Options, look: Look) {
    let options = options.clone();
    panic::set_hook(Box::new(move |info| {
        // What a panic says may hold anything; where it happened is enough to find it.
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let message = format!("the program failed{}", place.unwrap_or_default());
        let remedy = "report it with the output of --log debug";
        end(tool, (&options, look), Exit::Internal, message, remedy);
    }));
}

/// When what is running now has to be done; nothing is running where there is none.
static DEADLINE: Mutex<Option<Instant>> = Mutex::new(None);
static MOVED: Condvar = Condvar::new();

/// What begins now has this much time.
pub(crate) fn allow(timeout: Duration) {
    set(Instant::now().checked_add(timeout.saturating_add(GRACE)));
}

/// Nothing is running.
pub(crate) fn rest() {
    set(None);
}

fn set(deadline: Option<Instant>) {
    *DEADLINE.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    MOVED.notify_all();
}

/// Returns when something has run beyond its deadline.
fn until_overdue() {
    let mut deadline = DEADLINE.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        deadline = match left {
            Some(Duration::ZERO) => return,
            Some(left) => MOVED.wait_timeout(deadline, left).unwrap_or_else(PoisonError::into_inner).0,
            None => MOVED.wait(deadline).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

/// Watches over the deadline, if there may be a thread for it.
pub(crate) fn watch(tool: &'static str, options: &Options, look: Look) {
    let options = options.clone();
    let watching = thread::Builder::new().name("deadline".to_owned()).spawn(move || {
        until_overdue();
        let within = humantime::format_duration(options.timeout);
        let message = format!("the run was not done within {within}, and was still computing");
        end(tool, (&options, look), Exit::Unavailable, message, "raise --timeout, or make the spec smaller");
    });
    if let Err(error) = watching {
        tracing::debug!(%error, "no thread for the deadline: it holds for all that waits");
    }
}

#[expect(clippy::exit, reason = "the run cannot return: it is busy or has panicked")]
fn end(tool: &'static str, (options, look): (&Options, Look), exit: Exit, message: String, remedy: &str) {
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
    let report = Report::<Infallible>::failed(tool, options, exit, failure);
    let seen = Seen { took: None, paint: look.report_paint() };
    let page = report.render(options.format, Some(seen)).unwrap_or_default();
    status::clear();
    let _ = io::stdout().write_all(page.as_bytes()).and_then(|()| io::stdout().flush());
    report.log(None);
    process::exit(exit.code().into());
}
