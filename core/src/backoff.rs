//! The delays between attempts. This is the only file that depends on the crate that computes them (docs/adr/0002).

use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff as _;

const FIRST: Duration = Duration::from_millis(50);
const BRIEF: Duration = Duration::from_millis(10);
const CAP: Duration = Duration::from_secs(2);

/// The first delay of a watch after a failed pass.
const RETRY: Duration = Duration::from_secs(1);

/// Exponential backoff with jitter. It never ends, because the deadline ends a run.
pub(crate) struct Backoff(ExponentialBackoff);

impl Backoff {
    pub(crate) fn new() -> Self {
        Self::growing(FIRST, CAP)
    }

    /// A short first delay, for something that appears within milliseconds.
    pub(crate) fn brief() -> Self {
        Self::growing(BRIEF, CAP)
    }

    /// Delays after failed passes of a watch. They grow to the interval between successful passes.
    pub(crate) fn between_passes(every: Duration) -> Self {
        Self::growing(RETRY.min(every), every)
    }

    /// A constant delay with jitter, at most `longest`. The jitter spreads watches that were started at the same moment.
    pub(crate) fn steady(longest: Duration) -> Self {
        let mean = longest.mul_f64(0.9);
        Self(ExponentialBackoff {
            multiplier: 1.0,
            randomization_factor: 0.1,
            ..Self::growing(mean, longest).0
        })
    }

    fn growing(first: Duration, cap: Duration) -> Self {
        Self(ExponentialBackoff {
            current_interval: first,
            initial_interval: first,
            randomization_factor: 0.3,
            multiplier: 1.6,
            max_interval: cap,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        })
    }

    /// The next delay, never above the cap.
    pub(crate) fn delay(&mut self) -> Duration {
        let cap = self.0.max_interval;
        self.0.next_backoff().unwrap_or(cap).min(cap)
    }

    /// Starts again with the first delay, after a success.
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

    #[test]
    fn the_pauses_of_a_watch_differ_and_are_never_longer_than_its_interval() {
        let every = Duration::from_secs(60);
        let mut steady = Backoff::steady(every);
        let delays: Vec<_> = (0..40).map(|_| steady.delay()).collect();
        assert!(delays.iter().all(|delay| (every.mul_f64(0.8)..=every).contains(delay)), "{delays:?}");
        assert!(delays.iter().any(|delay| *delay != delays[0]));
        let mut failing = Backoff::between_passes(every);
        assert!(failing.delay() < Duration::from_secs(2));
        let delays: Vec<_> = (0..40).map(|_| failing.delay()).collect();
        assert!(delays.iter().all(|delay| *delay <= every) && delays[20] > every.mul_f64(0.6), "{delays:?}");
    }
}
