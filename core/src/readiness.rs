//! Waits until a server is ready: attempts with a growing pause, one deadline, and the last cause kept.

use std::cell::RefCell;
use std::time::Duration;

use thiserror::Error;
use tokio::time::{Instant, timeout};
use tracing::{debug, info};

use crate::backend::{Backend, Fault, FaultKind};
use crate::backoff::Backoff;
use crate::shown::bounded;
use crate::stop::{Bounds, Cut};
use crate::{Endpoint, Secrets, log, status};

/// The bound of one attempt: a server that accepts and says nothing must not eat the whole deadline.
pub const ATTEMPT: Duration = Duration::from_secs(10);
/// Of a cause, this much is compared with the one before.
const TOLD: usize = 8 * 1024;

/// An attempt that had no answer at all.
#[derive(Debug, Error)]
#[error("no answer from {0}")]
struct Silent(String);

impl Fault for Silent {
    fn kind(&self) -> FaultKind {
        FaultKind::Unavailable
    }
}

/// How the driver waits for a server, and what of the waiting was told: a watch waits again and again for the same.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// The bound of one wait, where it is shorter than the run.
    pub(crate) longest: Option<Duration>,
    /// A wait that is over before this is not told.
    brief: Duration,
    /// The last cause in the log.
    told: String,
}

impl Waiting {
    /// For a server that was ready before: nothing is told of a brief wait, and none is longer than `longest`.
    pub(crate) fn between(brief: Duration, longest: Duration) -> Self {
        Self { longest: Some(longest), brief, told: String::new() }
    }

    /// Whether to tell what it waits for, after a wait of so long: each new cause once.
    fn is_news(&mut self, cause: &str, waited: Duration) -> bool {
        if waited < self.brief || self.told == cause {
            return false;
        }
        cause.clone_into(&mut self.told);
        true
    }
}

/// Why there is no connection.
pub(crate) enum Unready {
    /// Time is up or a signal came.
    Cut(Cut),
    /// Another attempt would end the same.
    Permanent(Box<dyn Fault>),
}

/// Connects, as often as it takes. `last` keeps what went wrong last, also before this and after it: a run that
/// connects and loses the connection until its deadline says why.
pub(crate) async fn await_ready<B: Backend>(
    (desired, secrets): (&B::Desired, &Secrets),
    endpoints: &[Endpoint],
    (bounds, waiting): (&Bounds, &mut Waiting),
    last: &mut Option<Box<dyn Fault>>,
) -> Result<B, Unready> {
    let wait = Wait { of: shown(endpoints), began: Instant::now(), bounds, cause: RefCell::default() };
    let attempts = attempts::<B>((desired, secrets), &wait, waiting, last);
    status::beside(attempts, Duration::ZERO, || wait.line()).await
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
            Ok(Err(_)) => Box::new(Silent(wait.of.clone())),
            Err(cut) => {
                last.get_or_insert_with(|| Box::new(Silent(wait.of.clone())));
                return Err(Unready::Cut(cut));
            }
        };
        wait.tell(fault.as_ref(), waiting);
        *last = Some(fault);
        if let Err(cut) = bounds.pause(backoff.delay()).await {
            return Err(Unready::Cut(cut));
        }
    }
}

/// One wait for a server.
struct Wait<'b> {
    of: String,
    began: Instant,
    bounds: &'b Bounds,
    /// Why the last attempt was none.
    cause: RefCell<String>,
}

impl Wait<'_> {
    /// What is no news is for a debugger, and so is what stands in the line of a terminal.
    fn tell(&self, fault: &dyn Fault, waiting: &mut Waiting) {
        let (server, (waited, left)) = (&self.of, self.time());
        let cause = bounded(fault, TOLD, str::to_owned);
        if !waiting.is_news(&cause, self.began.elapsed()) {
            debug!(server, %cause, waited, left, "still waiting");
        } else if status::is_allowed() {
            debug!(server, %cause, waited, left, "waiting");
        } else {
            info!(server, %cause, waited, left, "waiting");
        }
        *self.cause.borrow_mut() = log::peer(&cause);
    }

    /// The seconds since it began, and those that are left.
    fn time(&self) -> (u64, u64) {
        (self.began.elapsed().as_secs(), self.bounds.remaining().as_secs())
    }

    /// What a terminal shows meanwhile. Most causes name the server.
    fn line(&self) -> Option<String> {
        let (cause, (waited, left)) = (self.cause.borrow(), self.time());
        let of = if cause.contains(&self.of) { String::new() } else { format!(" for {}", self.of) };
        (!cause.is_empty()).then(|| format!("waiting{of} ({waited} s, {left} s left): {cause}"))
    }
}

/// The endpoints as one name in a message.
pub(crate) fn shown(endpoints: &[Endpoint]) -> String {
    endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_tells_each_cause_at_once_and_a_watch_only_those_of_long_waits() {
        let moments = [("a", 0), ("a", 1), ("b", 2), ("b", 3), ("b", 4), ("a", 5)];
        let told = |mut waiting: Waiting| {
            let news = moments.iter().filter(|(cause, at)| waiting.is_news(cause, Duration::from_secs(*at)));
            news.copied().collect::<Vec<_>>()
        };
        assert_eq!(told(Waiting::default()), [("a", 0), ("b", 2), ("a", 5)]);
        let between = |brief| Waiting::between(Duration::from_secs(brief), ATTEMPT);
        assert_eq!(told(between(3)), [("b", 3), ("a", 5)]);
        assert_eq!(told(between(6)), []);
    }
}
