//! How far a stage is, so that the driver can say so once a second and when it is cut short.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shared between the backend that works and the driver that tells.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    waiting: Mutex<Option<String>>,
}

impl Progress {
    /// `count` more changes of the stage are done.
    pub fn advance(&self, count: usize) {
        self.done.fetch_add(count, Ordering::Relaxed);
    }

    /// What is being waited for now; shown beside the count, and in the error when the deadline cuts it.
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
