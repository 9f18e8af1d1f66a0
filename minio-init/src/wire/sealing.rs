//! The state of a run for encrypted bodies: the key that it derives once, and limits for encrypted answers.

use std::sync::OnceLock;

use tokio::sync::Semaphore;

use super::memory;
use super::sealed::Sealer;

/// The derived key and the limits for all requests of a run.
pub(crate) struct Sealing {
    pub(super) sealer: OnceLock<Sealer>,
    /// The permits for decrypting answers. Each derivation needs 64 MiB and a core for itself.
    pub(super) cores: Semaphore,
    /// The permits for requesting encrypted answers, because the server needs as much for each.
    pub(super) answers: Semaphore,
}

/// The encrypted answers that are requested at once. Each derivation uses four lanes, so two keep the server busy.
const SEALED_ANSWERS: usize = 2;

impl Default for Sealing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            sealer: OnceLock::new(),
            cores: Semaphore::new(memory::max_derivations(memory::limit(), cores)),
            answers: Semaphore::new(SEALED_ANSWERS),
        }
    }
}
