//! `CLUSTER GETSLOTMIGRATIONS`: the migrations that a server carries out by itself, since Valkey 9.

use std::collections::BTreeMap;

use redis::{Value, cmd};

use crate::error::Error;
use crate::wire::{Connection, array, pairs, text};

/// One migration, as the source or the target of it tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Job {
    /// Its name, which both sides know.
    pub(crate) name: String,
    /// Whether the node that was asked is the source.
    pub(crate) exports: bool,
    /// The id of the target.
    pub(crate) target: String,
    /// The ranges.
    pub(crate) slots: String,
    /// What has become of it: `success`, `failed`, `cancelled`, or how far it is.
    pub(crate) state: String,
    /// Why it failed.
    pub(crate) message: String,
}

impl Job {
    /// Whether it has ended, well or not.
    pub(crate) fn has_ended(&self) -> bool {
        ["success", "failed", "cancelled"].contains(&self.state.as_str())
    }
}

/// Whether a server has the command, and the account may send it.
pub(crate) async fn is_known(connection: &Connection) -> Result<bool, Error> {
    match read(connection).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_denied_command() => Ok(false),
        Err(error) => Err(error),
    }
}

/// All migrations that the node remembers, the newest first.
pub(crate) async fn read(connection: &Connection) -> Result<Vec<Job>, Error> {
    let mut command = cmd("CLUSTER");
    command.arg("GETSLOTMIGRATIONS");
    Ok(jobs(&connection.ask(command).await?))
}

/// The slots of each migration that has not ended; none where the account may not ask.
pub(super) async fn running(connection: &Connection) -> Result<Vec<String>, Error> {
    match read(connection).await {
        Ok(jobs) => Ok(jobs.into_iter().filter(|job| !job.has_ended()).map(|job| job.slots).collect()),
        Err(error) if error.is_denied_command() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

pub(super) fn jobs(value: &Value) -> Vec<Job> {
    let job = |job: &Value| {
        let fields: BTreeMap<String, &Value> = pairs(job).into_iter().collect();
        let field = |name: &str| fields.get(name).and_then(|value| text(value)).unwrap_or_default();
        Job {
            name: field("name"),
            exports: field("operation").eq_ignore_ascii_case("export"),
            target: field("target_node"),
            slots: field("slot_ranges"),
            state: field("state"),
            message: field("message"),
        }
    };
    array(value).iter().map(job).collect()
}
