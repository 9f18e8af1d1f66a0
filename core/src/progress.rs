//! The progress of a stage, which the driver shows once a second, and in the error if the stage is cut short.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A counter that the backend updates and the driver reads.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    waiting: Mutex<Option<String>>,
}

impl Progress {
    /// Adds `count` changes of the stage that are done.
    pub fn advance(&self, count: usize) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// Sets the condition that the backend waits for. It is shown with the count, and in the error at the deadline.
    pub fn waiting_for(&self, what: impl Into<String>) {
        if let Ok(mut waiting) = self.waiting.lock() {
            *waiting = Some(what.into());
        }
    }

    pub(crate) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    pub(crate) fn waiting(&self) -> Option<String> {
        self.waiting.lock().ok()?.clone()
    }
}
