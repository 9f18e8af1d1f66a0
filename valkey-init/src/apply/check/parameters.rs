//! Checks parameters of a plan and their values in a dry run.

use init_core::Secret;

use crate::error::Error;
use crate::observe::dry_run::{self, unknown_parameter};
use crate::wire::commands::get_config;
use crate::wire::{Connection, pairs};

/// Checks that the server has these parameters and takes these values.
pub(super) async fn check(connection: &Connection, values: &[(&str, Secret)]) -> Result<(), Error> {
    let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    // The answers may hold passwords, so only the names are kept.
    let answers = connection.ask_each(get_config(connection, &names)).await?;
    let found: Vec<String> = answers.iter().flat_map(pairs).map(|(name, _)| name).collect();
    match names.iter().find(|name| !found.iter().any(|found| found == *name)) {
        None => dry_run::check_values(connection, values).await,
        Some(name) => Err(unknown_parameter(connection.node(), name)),
    }
}
