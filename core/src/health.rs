//! The health of a watch, for clients in the same container: the healthcheck of a container engine, or a Kubernetes probe.
//!
//! The watch answers on a Unix socket with an abstract name, which needs neither a writable file system nor a certain user.
//! Abstract names belong to the network namespace, which all containers of a pod share. The name therefore contains the
//! mount namespace, which each container has for itself and which every command that is executed in the container joins.

mod ask;
mod name;
mod serve;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::Command;

pub(crate) use self::ask::ask;

/// The shortest time for which a converged pass counts. With a short interval, one pass may take more than two intervals.
const MIN_VALIDITY: Duration = Duration::from_secs(10);

/// The health of a run, shared by the run that updates it and the server that answers with it.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    phase: Phase,
    /// The problem with the present spec, while the last valid one is still in use.
    spec_problem: Option<String>,
}

#[derive(Debug, Default)]
enum Phase {
    #[default]
    Starting,
    /// A command other than `watch`, which ends by itself.
    Once(Command),
    /// The last pass converged: the time, and the duration for which that counts.
    Converged(Instant, Duration),
    /// The last pass failed, for this reason.
    Failing(String),
}

impl Health {
    pub(crate) fn running(&self, command: Command) {
        self.state().phase = Phase::Once(command);
    }

    /// Records that a pass of a watch with this interval has just converged.
    pub(crate) fn converged(&self, every: Duration) {
        self.state().phase = Phase::Converged(Instant::now(), every.saturating_mul(2).max(MIN_VALIDITY));
    }

    pub(crate) fn failing(&self, reason: String) {
        self.state().phase = Phase::Failing(reason);
    }

    /// Records the problem with the present spec, or that there is none.
    pub(crate) fn spec_problem(&self, problem: Option<String>) {
        self.state().spec_problem = problem;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether the run is healthy, and the reason.
    pub fn now(&self) -> (bool, String) {
        let state = self.state();
        let (healthy, reason) = match &state.phase {
            Phase::Starting => (false, "not yet: the first pass is running".to_owned()),
            Phase::Once(command) => (false, format!("not yet: `{command}` is running")),
            Phase::Failing(reason) => (false, reason.clone()),
            Phase::Converged(at, validity) => {
                let ago = at.elapsed();
                let seconds = ago.as_secs();
                if ago <= *validity {
                    (true, format!("converged {seconds} s ago"))
                } else {
                    (
                        false,
                        format!("the last pass that converged was {seconds} s ago, and no other has ended"),
                    )
                }
            }
        };
        match &state.spec_problem {
            Some(problem) => (healthy, format!("{reason}; the last good spec is in force: {problem}")),
            None => (healthy, reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_watch_is_healthy_for_two_intervals_after_a_converged_pass() {
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
        health.spec_problem(Some("the key `a` is there twice".to_owned()));
        let expected = "converged 0 s ago; the last good spec is in force: the key `a` is there twice";
        assert_eq!(health.now(), (true, expected.to_owned()));
    }

    #[test]
    fn a_run_that_ends_by_itself_is_not_healthy_yet() {
        let health = Health::default();
        health.running(Command::Apply);
        assert_eq!(health.now(), (false, "not yet: `apply` is running".to_owned()));
    }
}
