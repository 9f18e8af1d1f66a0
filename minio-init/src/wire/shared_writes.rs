//! Coordinates the writes of a run to documents that several writers change and that S3 replaces as a whole.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use crate::wire::sealed::random_number;

/// The most such writes at once, because several copies of the document are in memory during each.
const MAX_CONCURRENT: usize = 4;
/// The shortest time between the last write and the reading that ends a run.
const MIN_WAIT: Duration = Duration::from_millis(60);

/// The writes of a run to such documents.
pub(crate) struct SharedWrites {
    turns: Semaphore,
    /// The writes since the last reading that ended a pass: when the last one ended, and how long the slowest took.
    written: Mutex<Option<(Instant, Duration)>>,
}

impl Default for SharedWrites {
    fn default() -> Self {
        Self { turns: Semaphore::new(MAX_CONCURRENT), written: Mutex::new(None) }
    }
}

impl SharedWrites {
    pub(crate) async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// Records that a write has ended, which began at `began`.
    pub(crate) fn record_write(&self, began: Instant) {
        if let Ok(mut written) = self.written.lock() {
            let slowest = written.map_or(Duration::ZERO, |(_, slowest)| slowest);
            *written = Some((Instant::now(), slowest.max(began.elapsed())));
        }
    }

    /// Waits, if anything was written since the last call, until another run that had read the document before has
    /// had the time to write. A random time is added, so that two runs do not wait for the same moment. Returns true
    /// when it waited.
    pub(crate) async fn wait_for_others(&self) -> bool {
        let written = self.written.lock().ok().and_then(|mut written| written.take());
        let Some((ended, slowest)) = written else {
            return false;
        };
        let wait = MIN_WAIT.max(slowest * 4) + jitter(150);
        sleep(wait.saturating_sub(ended.elapsed())).await;
        true
    }
}

/// A random duration below `most` milliseconds.
pub(crate) fn jitter(max_ms: u64) -> Duration {
    Duration::from_millis(random_number().unwrap_or_default() % max_ms)
}
