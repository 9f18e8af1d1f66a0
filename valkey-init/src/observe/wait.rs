//! The wait of an observation for servers in a transition, and its time limits.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::info;

use super::wait_reasons;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::Observed;
use crate::plan::plan;
use crate::wire::Connections;

/// The limit of a wait, after which the observation ends with its reason. A primary that was down accepts writes again
/// at most five seconds after it has its slots back.
const PATIENCE: Duration = Duration::from_secs(8);
/// The limit of the wait until the Sentinels make a former primary a replica, for which they wait about eight seconds
/// themselves.
const DEMOTION: Duration = Duration::from_secs(20);
/// The time after which an open slot, whose numbers of keys have not changed, counts as abandoned by its migration.
const ABANDONED: Duration = Duration::from_secs(3);
/// The pause between two readings, for each node: the cost of a reading grows with their number.
const PAUSE: Duration = Duration::from_millis(2);
/// The number of `CLUSTER INFO` polls before everything is read again.
const POLLS: usize = 40;

/// The open slots, with the number of keys in them at each node.
type OpenSlots = BTreeMap<u16, Vec<(String, u64)>>;

/// The wait of one observation.
pub(super) struct Wait {
    began: Instant,
    first: Observed,
    open_slots: OpenSlots,
    open_since: Instant,
    logged: bool,
    patience: Duration,
}

impl Wait {
    pub(super) fn new(first: &Observed) -> Self {
        let (began, open_slots) = (Instant::now(), first.open_slots());
        Self { began, first: first.clone(), open_slots, open_since: began, logged: false, patience: PATIENCE }
    }

    /// The reason to wait; `None` when the plan of this reading can be carried out.
    pub(super) fn reason(&mut self, desired: &Desired, observed: &mut Observed) -> Option<String> {
        observed.mark_unconfirmed_links(&self.first);
        if observed.open_slots() != self.open_slots {
            (self.open_slots, self.open_since) = (observed.open_slots(), Instant::now());
        }
        let migrating = self.open_slots.keys().next().filter(|_| self.open_since.elapsed() < ABANDONED);
        let migrating = migrating.map(|slot| format!("slot {slot} is on its way to another node"));
        let migrating = migrating.or_else(|| running_migration(observed));
        let pending_failover = || wait_reasons::pending_failover(desired, observed);
        let demoted = wait_reasons::pending_demotion(desired, observed).or_else(pending_failover);
        let demoted = demoted.filter(|_| self.began.elapsed() < DEMOTION);
        if demoted.is_some() {
            self.patience = DEMOTION;
        }
        let reason = migrating.or(demoted).or_else(|| {
            let plan = plan(desired, observed);
            let unsettled = || plan.is_empty().then(|| wait_reasons::unsettled(desired, observed)).flatten();
            wait_reasons::before_changes(desired, observed, plan.changes()).or_else(unsettled)
        });
        if let (Some(cause), false) = (&reason, self.logged) {
            info!(cause, "waiting for the nodes to settle");
            self.logged = true;
        }
        reason
    }

    /// True when the limit has passed.
    pub(super) fn is_over(&self) -> bool {
        self.began.elapsed() > self.patience
    }

    /// Waits until the next reading. While a node reports that the cluster does not serve, only that is polled: it
    /// takes the longest, and a full reading costs the nodes many times as much.
    pub(super) async fn pause(
        &self,
        connections: &Connections,
        desired: &Desired,
        observed: &Observed,
    ) -> Result<(), Error> {
        if desired.mode != Mode::Cluster || observed.nodes.values().all(|state| state.cluster_ok) {
            pause(desired).await;
            return Ok(());
        }
        for _ in 0..POLLS {
            sleep(PAUSE).await;
            let (nodes, serving) = connections.count_serving().await?;
            if serving == nodes || self.is_over() {
                break;
            }
        }
        Ok(())
    }
}

/// The first running atomic slot migration, which an earlier run or another client has started.
fn running_migration(observed: &Observed) -> Option<String> {
    let (node, state) = observed.nodes.iter().find(|(_, state)| !state.migrations.is_empty())?;
    Some(format!("{node} is migrating the slots {}", state.migrations.join(", ")))
}

/// The pause between two readings. It is longer with Sentinels, whose transitions take seconds.
pub(crate) async fn pause(desired: &Desired) {
    if desired.sentinels.is_some() {
        sleep(PAUSE * 25).await;
        return;
    }
    sleep(PAUSE.saturating_mul(u32::try_from(desired.nodes.len()).unwrap_or(1))).await;
}
