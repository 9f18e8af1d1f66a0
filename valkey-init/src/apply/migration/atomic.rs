//! Atomic slot migration (`CLUSTER MIGRATESLOTS`): the source copies the slots to the target and hands them over in one
//! step, or not at all.

use std::time::Duration;

use redis::cmd;
use tokio::time::sleep;

use super::target::Target;
use crate::desired::Slots;
use crate::error::Error;
use crate::observe::migrations::{self, SlotMigration};
use crate::wire::Connection;

/// The pause between two queries of the state of the migration.
const EVERY: Duration = Duration::from_millis(25);

/// Has the source migrate slots, and waits for the end. Returns the reason when these servers cannot do it themselves:
/// a module prevents it, or the login of their replication does not suffice.
pub(super) async fn migrate(
    source: &Connection,
    target: &Target<'_>,
    slots: &Slots,
) -> Result<Option<String>, Error> {
    let before: Vec<String> = migrations::read(source).await?.into_iter().map(|job| job.name).collect();
    let mut command = cmd("CLUSTER");
    command.arg("MIGRATESLOTS").arg("SLOTSRANGE");
    for (first, last) in slots.ranges() {
        command.arg(*first).arg(*last);
    }
    command.arg("NODE").arg(&target.id);
    match source.ask(command).await {
        Err(Error::Refused { code, message, .. }) if ["ERR", "NOPERM"].contains(&code.as_str()) => {
            return Ok(Some(message));
        }
        answer => answer?,
    };
    loop {
        let jobs = migrations::read(source).await?;
        let ours =
            |job: &&SlotMigration| job.exports && job.target == target.id && !before.contains(&job.name);
        let Some(job) = jobs.iter().find(ours) else {
            return Err(Error::Unsettled(format!("{} does not know its migration any more", source.node())));
        };
        match job.state.as_str() {
            "success" => return Ok(None),
            "failed"
                if ["NOAUTH", "WRONGPASS", "NOPERM", "AUTH"]
                    .iter()
                    .any(|word| job.message.contains(word)) =>
            {
                return Ok(Some(job.message.clone()));
            }
            "failed" | "cancelled" => {
                let (node, state, message) = (source.node(), &job.state, &job.message);
                return Err(Error::Unsettled(format!(
                    "the migration of the slots {slots} of {node} is {state}: {message}"
                )));
            }
            _ => sleep(EVERY).await,
        }
    }
}
