//! The writes of a run to documents that several writers change and that S3 replaces as a whole.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::wire::sealed::random_number;

/// Several trees of such a document are in memory while it is written, so not all of them are at once.
const AT_ONCE: usize = 4;
/// The shortest time between the last write and the reading that ends a run.
const REST: Duration = Duration::from_millis(60);

/// What a run knows of its writes to such documents.
pub(crate) struct SharedWrites {
    turns: Semaphore,
    /// Since the last reading that ended a pass: when the last write ended, and how long the slowest one took.
    written: Mutex<Option<(Instant, Duration)>>,
}

impl Default for SharedWrites {
    fn default() -> Self {
        Self { turns: Semaphore::new(AT_ONCE), written: Mutex::new(None) }
    }
}

impl SharedWrites {
    pub(crate) async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// A write that began then has ended.
    pub(crate) fn note(&self, began: Instant) {
        if let Ok(mut written) = self.written.lock() {
            let slowest = written.map_or(Duration::ZERO, |(_, slowest)| slowest);
            *written = Some((Instant::now(), slowest.max(began.elapsed())));
        }
    }

    /// Waits, if anything was written since the last time, until another run that had read before it has written too.
    /// A random time more, so that two runs do not wait for the same moment. Says whether it waited.
    pub(crate) async fn rest(&self) -> bool {
        let written = self.written.lock().ok().and_then(|mut written| written.take());
        let Some((ended, slowest)) = written else {
            return false;
        };
        let wait = REST.max(slowest * 4) + jitter(150);
        sleep(wait.saturating_sub(ended.elapsed())).await;
        true
    }
}

/// Up to so many milliseconds.
pub(crate) fn jitter(most: u64) -> Duration {
    Duration::from_millis(random_number().unwrap_or_default() % most)
}
