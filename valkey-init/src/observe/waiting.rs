//! How long a reading waits for the servers, and for what.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::info;

use super::settled;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::Observed;
use crate::plan::plan;
use crate::wire::Connections;

/// How long one reading waits before it ends with what it is waiting for. A primary that was down takes writes again at
/// most five seconds after it has its slots back.
const PATIENCE: Duration = Duration::from_secs(8);
/// How long an old primary that is back may wait for the Sentinels to make it a replica: they look at it for some eight
/// seconds first.
const DEMOTION: Duration = Duration::from_secs(20);
/// A slot that has been open for so long, with the same number of keys on each side, is not being migrated now.
const ABANDONED: Duration = Duration::from_secs(3);
/// The pause between two readings, for each node: what a reading costs grows with their number.
const PAUSE: Duration = Duration::from_millis(2);
/// How often `CLUSTER INFO` alone is asked, at most, before everything is read again.
const POLLS: usize = 40;

/// The open slots, with the keys that each node holds of them.
type OpenSlots = BTreeMap<u16, Vec<(String, u64)>>;

/// The wait of one reading.
pub(super) struct Waiting {
    began: Instant,
    first: Observed,
    open_slots: OpenSlots,
    open_since: Instant,
    logged: bool,
    patience: Duration,
}

impl Waiting {
    pub(super) fn new(first: &Observed) -> Self {
        let (began, open_slots) = (Instant::now(), first.open_slots());
        Self { began, first: first.clone(), open_slots, open_since: began, logged: false, patience: PATIENCE }
    }

    /// What is waited for; nothing when the plan of this reading can be carried out.
    pub(super) fn reason(&mut self, desired: &Desired, observed: &mut Observed) -> Option<String> {
        observed.distrust_silent_links(&self.first);
        if observed.open_slots() != self.open_slots {
            (self.open_slots, self.open_since) = (observed.open_slots(), Instant::now());
        }
        let migrating = self.open_slots.keys().next().filter(|_| self.open_since.elapsed() < ABANDONED);
        let migrating = migrating.map(|slot| format!("slot {slot} is on its way to another node"));
        let migrating = migrating.or_else(|| by_the_servers(observed));
        let undecided = || settled::undecided(desired, observed);
        let demoted = settled::to_be_demoted(desired, observed).or_else(undecided);
        let demoted = demoted.filter(|_| self.began.elapsed() < DEMOTION);
        if demoted.is_some() {
            self.patience = DEMOTION;
        }
        let reason = migrating.or(demoted).or_else(|| {
            let plan = plan(desired, observed);
            let unsettled = || plan.is_empty().then(|| settled::unsettled(desired, observed)).flatten();
            settled::blocked(desired, observed, plan.changes()).or_else(unsettled)
        });
        if let (Some(cause), false) = (&reason, self.logged) {
            info!(cause, "waiting for the nodes to settle");
            self.logged = true;
        }
        reason
    }

    /// Whether this reading has waited long enough.
    pub(super) fn is_over(&self) -> bool {
        self.began.elapsed() > self.patience
    }

    /// Waits until the next reading. While a node says that the cluster does not serve, that alone is asked: it takes the
    /// longest, and a reading is many times the work, for the nodes too.
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
            let (nodes, serving) = connections.serving().await?;
            if serving == nodes || self.is_over() {
                break;
            }
        }
        Ok(())
    }
}

/// A migration that a server carries out by itself, for this run's forerunner or for somebody else.
fn by_the_servers(observed: &Observed) -> Option<String> {
    let (node, state) = observed.nodes.iter().find(|(_, state)| !state.migrations.is_empty())?;
    Some(format!("{node} is migrating the slots {}", state.migrations.join(", ")))
}

/// The pause between two readings. What is waited for where Sentinels are takes them seconds.
pub(crate) async fn pause(desired: &Desired) {
    if desired.sentinels.is_some() {
        sleep(PAUSE * 25).await;
        return;
    }
    sleep(PAUSE.saturating_mul(u32::try_from(desired.nodes.len()).unwrap_or(1))).await;
}
