//! Moves slots with their keys from one primary to another, one pair of primaries at a time.
//!
//! Servers with atomic slot migration (`CLUSTER MIGRATESLOTS`, Valkey 9) do it themselves. With other servers it is
//! done key by key: both sides open the slot, `MIGRATE` moves its keys while clients are redirected to the side that
//! has theirs, and the owner changes when the source has none left. A run may end after any of these commands: the next
//! run observes the state and continues.

mod atomic;
mod key_by_key;
mod target;

use std::time::Duration;

use init_core::{Endpoint, Progress, Secrets};
use tokio::time::Instant;
use tracing::info;

use crate::change::Change;
use crate::desired::{Desired, Slots};
use crate::error::Error;
use crate::observe::migrations::is_supported;
use crate::observe::{disagreement, pause, read_views};
use crate::observed::Observed;
use crate::plan::topology::Topology;
use crate::wire::Connections;

use target::Target;

/// The limit of the wait until the nodes agree, before slots move. After it the stage ends with the reason.
const PATIENCE: Duration = Duration::from_secs(20);
/// The number of slots in one atomic migration, for each of which the server copies its memory.
const SLOTS_PER_JOB: usize = 1024;
/// The number of slots that are open at once when they move key by key.
const OPEN_SLOTS: usize = 32;

/// Carries out migrations, one after the other.
pub(super) async fn migrate(
    connections: &Connections,
    context: (&Desired, &Secrets),
    stage: &[Change],
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(stage.len());
    for change in stage {
        if let Change::MigrateSlots { begins, node, to, slots } = change {
            let moved = migrate_pair(connections, context, (node, to), (slots, *begins), progress).await;
            let failed = moved.is_err();
            results.push(moved);
            if failed {
                break;
            }
            progress.advance(1);
        }
    }
    results
}

async fn migrate_pair(
    connections: &Connections,
    context: (&Desired, &Secrets),
    (from, to): (&Endpoint, &Endpoint),
    (slots, begins): (&Slots, bool),
    progress: &Progress,
) -> Result<(), Error> {
    await_agreement(connections, context.0, progress).await?;
    let source = connections.to(from)?;
    let target = Target::find(connections, context, (source, to)).await?;
    let slots: Vec<u16> = slots.iter().collect();
    let mut by_servers = begins && is_supported(source).await? && is_supported(target.connection).await?;
    let tell = |moved: usize| progress.waiting_for(format!("{moved} of {} slots to be moved", slots.len()));
    for (turn, part) in slots.chunks(SLOTS_PER_JOB).enumerate() {
        let mut moved = turn * SLOTS_PER_JOB;
        tell(moved);
        if by_servers {
            let refused = atomic::migrate(source, &target, &part.iter().copied().collect()).await?;
            if let Some(reason) = &refused {
                info!(source = %from, target = %to, reason, "the server does not move these slots by itself: moving their keys");
            }
            by_servers = refused.is_none();
        }
        for open in part.chunks(OPEN_SLOTS).filter(|_| !by_servers) {
            tell(moved);
            key_by_key::migrate(source, &target, open).await?;
            moved += open.len();
        }
    }
    Ok(())
}

/// Waits until the nodes agree about the owners of all slots, all report a cluster that serves, and all replicas are in
/// sync. No slot moves before.
async fn await_agreement(
    connections: &Connections,
    desired: &Desired,
    progress: &Progress,
) -> Result<(), Error> {
    let began = Instant::now();
    let mut observed = Observed::default();
    loop {
        observed = read_views(connections, desired, &observed).await?;
        let Some(reason) = disagreement(&Topology::new(desired, &observed)) else { return Ok(()) };
        if began.elapsed() > PATIENCE {
            return Err(Error::Unsettled(reason));
        }
        progress.waiting_for(reason);
        pause(desired).await;
    }
}
