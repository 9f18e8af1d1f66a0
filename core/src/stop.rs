//! What ends a run from outside: a signal, or its deadline.
//!
//! As process 1 of a container, a program that installs no handler does not even notice SIGTERM.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// How long a stage in flight may take to finish after a signal. With `SETTLE` it stays below the five
/// seconds that a run has to print its report.
const GRACE: Duration = Duration::from_secs(3);

/// The signals that end a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT
    Interrupt,
    /// SIGTERM
    Terminate,
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
        })
    }
}

/// Whether a signal has come.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<Signal>>);

impl Stop {
    /// A stop that the holder of the sender pulls.
    pub fn channel() -> (watch::Sender<Option<Signal>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// Listens for both signals from now on.
    pub(crate) fn on_signals() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let (sender, stop) = Self::channel();
        tokio::spawn(async move {
            let signal = tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
            };
            sender.send_replace(Some(signal));
            // Dropping the sender would look like the end of all waiting.
            sender.closed().await;
        });
        Ok(stop)
    }

    pub(crate) async fn raised(&self) -> Signal {
        let mut receiver = self.0.clone();
        let raised = receiver.wait_for(Option::is_some).await.ok().and_then(|signal| *signal);
        match raised {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

/// Asks a watch for a pass at once. What is asked for during a pass is done after it.
#[derive(Clone, Debug, Default)]
pub struct Again(Arc<Notify>);

impl Again {
    /// Asks for it.
    pub fn now(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn asked(&self) {
        self.0.notified().await;
    }

    /// Every SIGHUP asks for it from now on.
    pub(crate) fn on_hangup() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup())?;
        let again = Self::default();
        let asking = again.clone();
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                asking.now();
            }
        });
        Ok(again)
    }
}

/// Why something was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Deadline,
    Stopped(Signal),
}

/// The bounds of one run.
#[derive(Debug)]
pub(crate) struct Bounds {
    deadline: Instant,
    pub(crate) timeout: Duration,
    stop: Stop,
}

impl Bounds {
    pub(crate) fn new(timeout: Duration, stop: Stop) -> Self {
        Self { deadline: Instant::now() + timeout, timeout, stop }
    }

    /// Whether there is time left, and no signal has come.
    pub(crate) fn left(&self) -> Result<(), Cut> {
        if let Some(signal) = *self.stop.0.borrow() {
            return Err(Cut::Stopped(signal));
        }
        if Instant::now() < self.deadline { Ok(()) } else { Err(Cut::Deadline) }
    }

    /// How much time is left.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The same bounds, for a part of the run that has no more time than `longest`.
    pub(crate) fn shorter(&self, longest: Option<Duration>) -> Self {
        let timeout = longest.map_or(self.timeout, |longest| longest.min(self.timeout));
        let deadline = longest.map_or(self.deadline, |longest| self.deadline.min(Instant::now() + longest));
        Self { deadline, timeout, stop: self.stop.clone() }
    }

    /// Runs to the end, or is cut at the deadline or at a signal.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Cut> {
        tokio::select! {
            biased;
            signal = self.stop.raised() => Err(Cut::Stopped(signal)),
            done = timeout_at(self.deadline, work) => done.map_err(|_| Cut::Deadline),
        }
    }

    /// The same for work that changes something: after a signal it has a grace to finish.
    pub(crate) async fn finishing<T>(&self, work: impl Future<Output = T>) -> Result<T, Cut> {
        let abandoned = async {
            let signal = self.stop.raised().await;
            sleep(GRACE).await;
            signal
        };
        tokio::select! {
            biased;
            done = timeout_at(self.deadline, work) => done.map_err(|_| Cut::Deadline),
            signal = abandoned => Err(Cut::Stopped(signal)),
        }
    }

    pub(crate) async fn pause(&self, delay: Duration) -> Result<(), Cut> {
        self.within(sleep(delay)).await
    }
}
