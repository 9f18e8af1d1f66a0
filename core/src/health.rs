//! How a watch is, told to who asks in the same container: the healthcheck of an engine, or a probe of Kubernetes.
//!
//! The answer goes over a Unix socket with an abstract name, so it needs no writable file system and no certain user.
//! Such names belong to a network namespace, which the containers of a pod share; so the name is made of the mount
//! namespace, which a container has for itself and which every command that is run in it joins.

mod ask;
mod name;
mod serve;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::Command;

pub(crate) use self::ask::ask;

/// A watch with a short interval may take longer for a pass than twice its interval.
const SHORTEST: Duration = Duration::from_secs(10);

/// How a run is, for the one who does it and the one who tells.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// What is wrong with the spec, where the last good one is in force.
    spec: Option<String>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Starting,
    /// A run that ends by itself.
    Once(Command),
    /// The last pass converged: when, and for how long that counts.
    Converged(Instant, Duration),
    /// The last pass did not.
    Failing(String),
}

impl Health {
    pub(crate) fn busy_with(&self, command: Command) {
        self.state().phase = Phase::Once(command);
    }

    /// A pass of a watch with this interval has just converged.
    pub(crate) fn converged(&self, every: Duration) {
        self.state().phase = Phase::Converged(Instant::now(), every.saturating_mul(2).max(SHORTEST));
    }

    pub(crate) fn failing(&self, reason: String) {
        self.state().phase = Phase::Failing(reason);
    }

    /// What is wrong with the spec as it is now, if anything is.
    pub(crate) fn spec(&self, problem: Option<String>) {
        self.state().spec = problem;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is well, and why.
    pub fn now(&self) -> (bool, String) {
        let state = self.state();
        let (well, reason) = match &state.phase {
            Phase::Starting => (false, "not yet: the first pass is running".to_owned()),
            Phase::Once(command) => (false, format!("not yet: `{command}` is running")),
            Phase::Failing(reason) => (false, reason.clone()),
            Phase::Converged(at, counts) => {
                let ago = at.elapsed();
                let seconds = ago.as_secs();
                if ago <= *counts {
                    (true, format!("converged {seconds} s ago"))
                } else {
                    (
                        false,
                        format!("the last pass that converged was {seconds} s ago, and no other has ended"),
                    )
                }
            }
        };
        match &state.spec {
            Some(problem) => (well, format!("{reason}; the last good spec is in force: {problem}")),
            None => (well, reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_converged_within_two_intervals_is_well() {
        let health = Health::default();
        assert_eq!(health.now(), (false, "not yet: the first pass is running".to_owned()));
        health.converged(Duration::from_secs(60));
        tokio::time::advance(Duration::from_secs(120)).await;
        assert_eq!(health.now(), (true, "converged 120 s ago".to_owned()));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!health.now().0);
        health.failing("no answer".to_owned());
        assert_eq!(health.now(), (false, "no answer".to_owned()));
        health.converged(Duration::from_secs(60));
        health.spec(Some("the key `a` is there twice".to_owned()));
        let told = "converged 0 s ago; the last good spec is in force: the key `a` is there twice";
        assert_eq!(health.now(), (true, told.to_owned()));
    }

    #[test]
    fn a_run_that_ends_by_itself_is_not_yet_well() {
        let health = Health::default();
        health.busy_with(Command::Apply);
        assert_eq!(health.now(), (false, "not yet: `apply` is running".to_owned()));
    }
}
