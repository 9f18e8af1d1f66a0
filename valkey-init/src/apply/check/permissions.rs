//! Checks that the account may send the commands of migrations and of `CLUSTER FORGET`, by sending them with arguments
//! that no server accepts: permissions are checked before arguments, and nothing is changed in either case.

use init_core::Endpoint;
use redis::{Cmd, cmd};

use crate::error::Error;
use crate::observe::migrations::is_supported;
use crate::wire::{Connection, Connections};

/// The commands of a key-by-key migration at its source.
const AT_SOURCE: [&[&str]; 4] = [
    &["CLUSTER", "SETSLOT", "no-slot", "STABLE"],
    &["CLUSTER", "COUNTKEYSINSLOT", "no-slot"],
    &["CLUSTER", "GETKEYSINSLOT", "no-slot", "0"],
    &["MIGRATE", "no-host", "0", "no-key", "no-database", "0"],
];
/// The commands at its target, some of which the source sends as the same user.
const AT_TARGET: [&[&str]; 3] = [
    &["CLUSTER", "SETSLOT", "no-slot", "STABLE"],
    &["SELECT", "no-database"],
    &["RESTORE-ASKING", "no-key", "no-time", "no-value"],
];

/// Checks both kinds of migration where the servers have both, because a run may fall back to the key-by-key one.
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

/// Returns the refusal of the first of these commands that the account may not send.
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
