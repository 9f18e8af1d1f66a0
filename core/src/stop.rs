//! The signals and the deadline that end a run.
//!
//! A process with PID 1 in a container ignores SIGTERM unless it installs a handler.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// The time that a running stage has to finish after a signal. With `SETTLE_LIMIT` it is less than the five seconds within
/// which a run must print its report.
const GRACE: Duration = Duration::from_secs(3);

/// The signals that end a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT.
    Interrupt,
    /// SIGTERM.
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

/// The signal that has arrived, if any.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Option<Signal>>);

impl Stop {
    /// Makes a stop that the sender raises.
    pub fn channel() -> (watch::Sender<Option<Signal>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// Installs handlers for both signals.
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
            // The sender is kept, because receivers fail once it is dropped.
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

/// Triggers a pass of a watch. A trigger during a pass takes effect after it.
#[derive(Clone, Debug, Default)]
pub struct PassTrigger(Arc<Notify>);

impl PassTrigger {
    /// Triggers a pass.
    pub fn fire(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn fired(&self) {
        self.0.notified().await;
    }

    /// Makes a trigger that every SIGHUP fires.
    pub(crate) fn on_hangup() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut hangup = signal(SignalKind::hangup())?;
        let trigger = Self::default();
        let sender = trigger.clone();
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                sender.fire();
            }
        });
        Ok(trigger)
    }
}

/// The reason for which an operation was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Deadline,
    Stopped(Signal),
}

/// The deadline and the stop signal of one run.
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

    /// Fails if the deadline has passed or a signal has arrived.
    pub(crate) fn check(&self) -> Result<(), Cut> {
        if let Some(signal) = *self.stop.0.borrow() {
            return Err(Cut::Stopped(signal));
        }
        if Instant::now() < self.deadline { Ok(()) } else { Err(Cut::Deadline) }
    }

    /// The remaining time.
    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The same bounds for a part of the run, with at most `longest` from now on.
    pub(crate) fn shorter(&self, longest: Option<Duration>) -> Self {
        let timeout = longest.map_or(self.timeout, |longest| longest.min(self.timeout));
        let deadline = longest.map_or(self.deadline, |longest| self.deadline.min(Instant::now() + longest));
        Self { deadline, timeout, stop: self.stop.clone() }
    }

    /// Awaits `work`, which is cancelled at the deadline or at a signal.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Cut> {
        tokio::select! {
            biased;
            signal = self.stop.raised() => Err(Cut::Stopped(signal)),
            done = timeout_at(self.deadline, work) => done.map_err(|_| Cut::Deadline),
        }
    }

    /// Awaits `work` that changes something. After a signal it has a grace period to finish.
    pub(crate) async fn within_grace<T>(&self, work: impl Future<Output = T>) -> Result<T, Cut> {
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
