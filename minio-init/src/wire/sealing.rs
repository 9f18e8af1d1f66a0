//! What a run keeps for sealed bodies: the key that it derives once, and how many answers may be sealed and opened at once.

use std::sync::OnceLock;

use tokio::sync::Semaphore;

use super::memory;
use super::sealed::Sealer;

/// What is derived once for all requests of a run.
pub(crate) struct Sealing {
    pub(super) sealer: OnceLock<Sealer>,
    /// An answer's derivation needs 64 MiB, and one core for itself: as many as there are of both.
    pub(super) cores: Semaphore,
    /// The server needs as much for each answer that it seals, so not all of them are asked for at once.
    pub(super) answers: Semaphore,
}

/// Sealed answers that a server makes at once. Each derivation is four lanes wide, so two keep it busy.
const SEALED_ANSWERS: usize = 2;

impl Default for Sealing {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            sealer: OnceLock::new(),
            cores: Semaphore::new(memory::derivations(memory::limit(), cores)),
            answers: Semaphore::new(SEALED_ANSWERS),
        }
    }
}
