//! Waits until a server is ready: connection attempts with backoff until the deadline. The last cause is kept.

use std::cell::RefCell;
use std::time::Duration;

use thiserror::Error;
use tokio::time::{Instant, timeout};
use tracing::{debug, info};

use crate::backend::{Backend, Fault, FaultKind};
use crate::backoff::Backoff;
use crate::escape::bounded;
use crate::stop::{Bounds, Cut};
use crate::{Endpoint, Secrets, log, status};

/// The time limit of one attempt. A server that accepts connections and sends nothing must not use up the whole deadline.
pub const ATTEMPT: Duration = Duration::from_secs(10);
/// The number of bytes of a cause that are logged and compared with the previous cause.
const CAUSE_LIMIT: usize = 8 * 1024;

/// The fault of an attempt without any answer.
#[derive(Debug, Error)]
#[error("no answer from {0}")]
struct Silent(String);

impl Fault for Silent {
    fn kind(&self) -> FaultKind {
        FaultKind::Unavailable
    }
}

/// The settings of waits for a server, and the last cause that was logged. A watch keeps it across passes, so that it does
/// not log the same cause again and again.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// The time limit of one wait, if it is shorter than that of the run.
    pub(crate) longest: Option<Duration>,
    /// The duration after which a wait is logged.
    brief: Duration,
    /// The last cause that was logged.
    last_logged: String,
}

impl Waiting {
    /// For a server that was ready before: a wait shorter than `brief` is not logged, and a wait ends after `longest`.
    pub(crate) fn between(brief: Duration, longest: Duration) -> Self {
        Self { longest: Some(longest), brief, last_logged: String::new() }
    }

    /// Returns true if the cause of a wait is to be logged: if it differs from the last one and the wait is long enough.
    fn should_log(&mut self, cause: &str, waited: Duration) -> bool {
        if waited < self.brief || self.last_logged == cause {
            return false;
        }
        cause.clone_into(&mut self.last_logged);
        true
    }
}

/// The reason for which there is no connection.
pub(crate) enum Unready {
    /// The deadline was reached or a signal arrived.
    Cut(Cut),
    /// The fault is permanent, so another attempt would fail too.
    Permanent(Box<dyn Fault>),
}

/// Connects, with retries. `last` keeps the last fault of the whole run, because a run that connects and loses the
/// connection again and again until its deadline must report the cause.
pub(crate) async fn await_ready<B: Backend>(
    (desired, secrets): (&B::Desired, &Secrets),
    endpoints: &[Endpoint],
    (bounds, waiting): (&Bounds, &mut Waiting),
    last: &mut Option<Box<dyn Fault>>,
) -> Result<B, Unready> {
    let wait = Wait {
        server: join_endpoints(endpoints),
        started: Instant::now(),
        bounds,
        cause: RefCell::default(),
    };
    let attempts = attempts::<B>((desired, secrets), &wait, waiting, last);
    status::with_status(attempts, Duration::ZERO, || wait.line()).await
}

async fn attempts<B: Backend>(
    (desired, secrets): (&B::Desired, &Secrets),
    wait: &Wait<'_>,
    waiting: &mut Waiting,
    last: &mut Option<Box<dyn Fault>>,
) -> Result<B, Unready> {
    let (bounds, mut backoff) = (wait.bounds, Backoff::new());
    loop {
        let attempt = bounds.within(timeout(ATTEMPT, B::connect(desired, secrets))).await;
        let fault: Box<dyn Fault> = match attempt {
            Ok(Ok(Ok(backend))) => return Ok(backend),
            Ok(Ok(Err(fault))) if fault.kind() != FaultKind::Unavailable => {
                return Err(Unready::Permanent(Box::new(fault)));
            }
            Ok(Ok(Err(fault))) => Box::new(fault),
            Ok(Err(_)) => Box::new(Silent(wait.server.clone())),
            Err(cut) => {
                last.get_or_insert_with(|| Box::new(Silent(wait.server.clone())));
                return Err(Unready::Cut(cut));
            }
        };
        wait.log(fault.as_ref(), waiting);
        *last = Some(fault);
        if let Err(cut) = bounds.pause(backoff.delay()).await {
            return Err(Unready::Cut(cut));
        }
    }
}

/// One wait for a server to become ready.
struct Wait<'b> {
    server: String,
    started: Instant,
    bounds: &'b Bounds,
    /// The cause of the last failed attempt.
    cause: RefCell<String>,
}

impl Wait<'_> {
    /// Logs the cause of a failed attempt. It has level debug if it was logged before or is shown in the status line.
    fn log(&self, fault: &dyn Fault, waiting: &mut Waiting) {
        let (server, (waited, left)) = (&self.server, self.time());
        let cause = bounded(fault, CAUSE_LIMIT, str::to_owned);
        if !waiting.should_log(&cause, self.started.elapsed()) {
            debug!(server, %cause, waited, left, "still waiting");
        } else if status::is_enabled() {
            debug!(server, %cause, waited, left, "waiting");
        } else {
            info!(server, %cause, waited, left, "waiting");
        }
        *self.cause.borrow_mut() = log::peer(&cause);
    }

    /// The seconds since the start of the wait, and the remaining seconds.
    fn time(&self) -> (u64, u64) {
        (self.started.elapsed().as_secs(), self.bounds.remaining().as_secs())
    }

    /// The status line of a terminal. The server is left out if the cause names it.
    fn line(&self) -> Option<String> {
        let (cause, (waited, left)) = (self.cause.borrow(), self.time());
        let of = if cause.contains(&self.server) { String::new() } else { format!(" for {}", self.server) };
        (!cause.is_empty()).then(|| format!("waiting{of} ({waited} s, {left} s left): {cause}"))
    }
}

/// The endpoints as one text for messages.
pub(crate) fn join_endpoints(endpoints: &[Endpoint]) -> String {
    endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_logs_each_cause_at_once_and_a_watch_only_those_of_long_waits() {
        let moments = [("a", 0), ("a", 1), ("b", 2), ("b", 3), ("b", 4), ("a", 5)];
        let last_logged = |mut waiting: Waiting| {
            let causes =
                moments.iter().filter(|(cause, at)| waiting.should_log(cause, Duration::from_secs(*at)));
            causes.copied().collect::<Vec<_>>()
        };
        assert_eq!(last_logged(Waiting::default()), [("a", 0), ("b", 2), ("a", 5)]);
        let between = |brief| Waiting::between(Duration::from_secs(brief), ATTEMPT);
        assert_eq!(last_logged(between(3)), [("b", 3), ("a", 5)]);
        assert_eq!(last_logged(between(6)), []);
    }
}
