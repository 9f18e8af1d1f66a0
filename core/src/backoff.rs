//! How long to wait before the next attempt. The only file that knows which crate computes it
//! (docs/adr/0002).

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;

const FIRST: Duration = Duration::from_millis(50);
const BRIEF: Duration = Duration::from_millis(10);
const CAP: Duration = Duration::from_secs(2);

/// Exponential delays with jitter, without an end: the deadline ends a run.
pub(crate) struct Backoff(ExponentialBackoff);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self::from(FIRST)
    }

    /// For what is about to be there.
    pub(crate) fn brief() -> Self {
        Self::from(BRIEF)
    }

    fn from(first: Duration) -> Self {
        Self(ExponentialBackoff {
            current_interval: first,
            initial_interval: first,
            randomization_factor: 0.3,
            multiplier: 1.6,
            max_interval: CAP,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        })
    }

    /// The next delay, never above the cap.
    pub(crate) fn delay(&mut self) -> Duration {
        self.0.next_backoff().unwrap_or(CAP).min(CAP)
    }

    /// Something went well: the next failure is a first one.
    pub(crate) fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_cap_and_stay_there() {
        let mut backoff = Backoff::new();
        let delays: Vec<_> = (0..40).map(|_| backoff.delay()).collect();
        assert!(delays[0] <= FIRST.mul_f64(1.3) && delays[0] >= FIRST.mul_f64(0.7));
        assert!(delays.iter().all(|delay| *delay <= CAP));
        assert!(delays[20..].iter().all(|delay| *delay >= CAP.mul_f64(0.7)));
        backoff.reset();
        assert!(backoff.delay() < Duration::from_millis(100));
    }
}
