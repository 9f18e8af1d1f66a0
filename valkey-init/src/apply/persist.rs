//! Has a node write its files, so that a change survives a restart.

use redis::cmd;

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::commands::{rewrite_config, save_acl};
use crate::wire::{Connection, pairs, text};

/// Persists users in the ACL file, or, where the node has none, in the configuration file.
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

/// Persists parameters and the primary of a replica in the configuration file.
pub(super) async fn persist_parameters(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    if desired.persist {
        connection.ask(rewrite_config()).await?;
    }
    Ok(())
}
