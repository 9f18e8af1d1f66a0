//! Atomic slot migrations (Valkey 9): reads them with `CLUSTER GETSLOTMIGRATIONS`.

use std::collections::BTreeMap;

use redis::{Value, cmd};

use crate::error::Error;
use crate::wire::{Connection, array, pairs, text};

/// One atomic slot migration, as its source or its target reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SlotMigration {
    /// Its name, which is the same at the source and the target.
    pub(crate) name: String,
    /// True when the reporting node is the source.
    pub(crate) exports: bool,
    /// The id of the target.
    pub(crate) target: String,
    /// The slot ranges.
    pub(crate) slots: String,
    /// Its state: `success`, `failed`, `cancelled`, or a step on the way.
    pub(crate) state: String,
    /// The reason of a failure.
    pub(crate) message: String,
}

impl SlotMigration {
    /// True when it has ended, with or without success.
    pub(crate) fn has_ended(&self) -> bool {
        ["success", "failed", "cancelled"].contains(&self.state.as_str())
    }
}

/// True when the server has the command and the account may send it.
pub(crate) async fn is_supported(connection: &Connection) -> Result<bool, Error> {
    match read(connection).await {
        Ok(_) => Ok(true),
        Err(error) if error.is_denied_command() => Ok(false),
        Err(error) => Err(error),
    }
}

/// Reads all migrations that the node lists, the newest first.
pub(crate) async fn read(connection: &Connection) -> Result<Vec<SlotMigration>, Error> {
    let mut command = cmd("CLUSTER");
    command.arg("GETSLOTMIGRATIONS");
    Ok(parse(&connection.ask(command).await?))
}

/// Reads the slots of each running migration; none where the account may not send the command.
pub(super) async fn read_running(connection: &Connection) -> Result<Vec<String>, Error> {
    match read(connection).await {
        Ok(jobs) => Ok(jobs.into_iter().filter(|job| !job.has_ended()).map(|job| job.slots).collect()),
        Err(error) if error.is_denied_command() => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

pub(super) fn parse(value: &Value) -> Vec<SlotMigration> {
    let job = |job: &Value| {
        let fields: BTreeMap<String, &Value> = pairs(job).into_iter().collect();
        let field = |name: &str| fields.get(name).and_then(|value| text(value)).unwrap_or_default();
        SlotMigration {
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
