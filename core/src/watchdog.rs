//! The watchdog, which ends a run with a report if the run panics or computes beyond its deadline.
//!
//! The driver observes its deadline at every await. A thread observes it for code that computes without awaiting. If no
//! thread can be started, the deadline holds for awaits only.

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
use crate::terminal::Appearance;
use crate::text::TextStyle;

/// The time after the deadline before the watchdog acts. The driver needs less to read the last changes again and to report.
const GRACE: Duration = Duration::from_secs(5);

/// Set once the report of this process is being written.
static REPORTED: AtomicBool = AtomicBool::new(false);

/// Returns true for the first caller, which may write the only report of the process.
pub(crate) fn claim_report() -> bool {
    !REPORTED.swap(true, Ordering::SeqCst)
}

/// Installs a panic hook that ends the run with a report.
pub(crate) fn on_panic(tool: &'static str, options: &Options, appearance: Appearance) {
    let options = options.clone();
    panic::set_hook(Box::new(move |info| {
        // The panic message may contain a secret. The location is enough to find the defect.
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let message = format!("the program failed{}", place.unwrap_or_default());
        let remedy = "report it with the output of --log debug";
        end(tool, (&options, appearance), Exit::Internal, message, remedy);
    }));
}

/// The time at which the watchdog acts; `None` while nothing is running.
static DEADLINE: Mutex<Option<Instant>> = Mutex::new(None);
static DEADLINE_CHANGED: Condvar = Condvar::new();

/// Starts the watchdog's timer for a run or a pass.
pub(crate) fn arm(timeout: Duration) {
    set(Instant::now().checked_add(timeout.saturating_add(GRACE)));
}

/// Stops the timer at the end of a run or a pass.
pub(crate) fn disarm() {
    set(None);
}

fn set(deadline: Option<Instant>) {
    *DEADLINE.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    DEADLINE_CHANGED.notify_all();
}

/// Blocks until the deadline has passed.
fn wait_until_overdue() {
    let mut deadline = DEADLINE.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        deadline = match left {
            Some(Duration::ZERO) => return,
            Some(left) => {
                DEADLINE_CHANGED.wait_timeout(deadline, left).unwrap_or_else(PoisonError::into_inner).0
            }
            None => DEADLINE_CHANGED.wait(deadline).unwrap_or_else(PoisonError::into_inner),
        };
    }
}

/// Starts the thread that observes the deadline, if a thread can be started.
pub(crate) fn start(tool: &'static str, options: &Options, appearance: Appearance) {
    let options = options.clone();
    let started = thread::Builder::new().name("deadline".to_owned()).spawn(move || {
        wait_until_overdue();
        let within = humantime::format_duration(options.timeout);
        let message = format!("the run was not done within {within}, and was still computing");
        end(
            tool,
            (&options, appearance),
            Exit::Unavailable,
            message,
            "raise --timeout, or make the spec smaller",
        );
    });
    if let Err(error) = started {
        tracing::debug!(%error, "the watchdog thread cannot be started");
    }
}

#[expect(clippy::exit, reason = "the run cannot return: it is busy or has panicked")]
fn end(
    tool: &'static str,
    (options, appearance): (&Options, Appearance),
    exit: Exit,
    message: String,
    remedy: &str,
) {
    if !claim_report() {
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
    let style = TextStyle { duration: None, paint: appearance.report_paint() };
    let output = report.render(options.format, Some(style)).unwrap_or_default();
    status::clear();
    let _ = io::stdout().write_all(output.as_bytes()).and_then(|()| io::stdout().flush());
    report.log(None);
    process::exit(exit.code().into());
}
