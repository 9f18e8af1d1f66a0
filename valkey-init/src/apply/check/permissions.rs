//! Whether the account may send what a migration takes, by commands with arguments that no server accepts: an account without the
//! right is refused before they are looked at, and nothing is done in either case.

use init_core::Endpoint;
use redis::{Cmd, cmd};

use crate::error::Error;
use crate::observe::migrations::is_supported;
use crate::wire::{Connection, Connections};

/// Commands of a migration key by key, at its source.
const AT_SOURCE: [&[&str]; 4] = [
    &["CLUSTER", "SETSLOT", "no-slot", "STABLE"],
    &["CLUSTER", "COUNTKEYSINSLOT", "no-slot"],
    &["CLUSTER", "GETKEYSINSLOT", "no-slot", "0"],
    &["MIGRATE", "no-host", "0", "no-key", "no-database", "0"],
];
/// And those at its target, which the source sends as the same user.
const AT_TARGET: [&[&str]; 3] = [
    &["CLUSTER", "SETSLOT", "no-slot", "STABLE"],
    &["SELECT", "no-database"],
    &["RESTORE-ASKING", "no-key", "no-time", "no-value"],
];

/// Both ways are checked where the servers have both: they fall back to the second.
pub(super) async fn check_migration(
    connections: &Connections,
    (source, to): (&Connection, &Endpoint),
) -> Result<(), Error> {
    let target = connections.to(to)?;
    check_permitted(source, &AT_SOURCE).await?;
    check_permitted(target, &AT_TARGET).await?;
    if is_supported(source).await? {
        check_permitted(
            source,
            &[&["CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "no-slot", "no-slot", "NODE", "no-node"]],
        )
        .await?;
    }
    Ok(())
}

pub(super) async fn check_forget(connection: &Connection) -> Result<(), Error> {
    check_permitted(connection, &[&["CLUSTER", "FORGET", "no-node"]]).await
}

/// The first of these commands that the account may not send.
async fn check_permitted(connection: &Connection, commands: &[&[&str]]) -> Result<(), Error> {
    let command = |words: &&[&str]| -> Cmd {
        let mut command = cmd(words.first().copied().unwrap_or_default());
        command.arg(words.get(1..).unwrap_or_default());
        command
    };
    let answers = connection.ask_all(commands.iter().map(command).collect()).await?;
    let denied = answers.into_iter().filter_map(Result::err).find(Error::is_denied_command);
    denied.map_or(Ok(()), Err)
}
