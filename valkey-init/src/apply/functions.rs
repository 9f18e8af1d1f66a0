//! Loads function libraries with `FUNCTION LOAD REPLACE`.

use redis::cmd;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::Connection;

/// Loads a library of the spec on a primary, which replicates it.
pub(super) async fn load(connection: &Connection, desired: &Desired, library: &str) -> Result<(), Error> {
    let declared = desired.functions.get(library);
    let declared = declared.ok_or_else(|| Error::NotInSpec(format!("the library {library}")))?;
    let mut command = cmd("FUNCTION");
    command.arg("LOAD").arg("REPLACE").arg(&declared.code);
    connection.ask(command).await?;
    Ok(())
}
