//! Has a node write its files, so that a change outlives a restart.

use redis::cmd;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::commands::{rewrite_config, save_acl};
use crate::wire::{Connection, pairs, text};

/// Has users written to the ACL file where the node has one, else to the configuration file.
pub(super) async fn persist_users(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    if !desired.persist {
        return Ok(());
    }
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("aclfile");
    let found = connection.ask(command).await?;
    let file = pairs(&found).into_iter().any(|(_, path)| text(path).is_some_and(|path| !path.is_empty()));
    connection.ask(if file { save_acl() } else { rewrite_config() }).await?;
    Ok(())
}

/// Has parameters, and the primary of a replica, written to the configuration file.
pub(super) async fn persist_parameters(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    if desired.persist {
        connection.ask(rewrite_config()).await?;
    }
    Ok(())
}
