//! Moves slots key by key: `CLUSTER SETSLOT`, and `MIGRATE` until the source has no key of them left.

use std::time::Duration;

use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret;

use super::target::Target;
use crate::error::Error;
use crate::wire::{Connection, array, text};

/// The number of keys in one `MIGRATE`, during which the source serves no client.
const KEYS: usize = 32;
/// The timeout of the source for each step of a transfer, long enough for the largest value. After a timeout the value
/// may be on both sides.
const TRANSFER: Duration = Duration::from_secs(60);
/// The time that the source may take for one `MIGRATE`.
const ANSWER: Duration = Duration::from_secs(600);
/// The words before the target's error in the error of the source.
const TARGET_SAID: &str = "Target instance replied with error: ";

/// Moves these slots. An earlier run may have sent each of the commands already.
pub(super) async fn migrate(source: &Connection, target: &Target<'_>, slots: &[u16]) -> Result<(), Error> {
    let mut my_id = cmd("CLUSTER");
    my_id.arg("MYID");
    let id = text(&source.ask(my_id).await?).unwrap_or_default();
    set_slots(target.connection, slots, "IMPORTING", &id).await?;
    set_slots(source, slots, "MIGRATING", &target.id).await?;
    for slot in
        count_keys(source, slots).await?.into_iter().filter(|(_, keys)| *keys > 0).map(|(slot, _)| slot)
    {
        while let keys @ [_, ..] = keys_of(source, slot).await?.as_slice() {
            transfer(source, target, keys).await?;
        }
    }
    if let Some((slot, keys)) = count_keys(source, slots).await?.into_iter().find(|(_, keys)| *keys > 0) {
        let node = source.node();
        return Err(Error::Unsettled(format!(
            "{node} has got {keys} more key(s) of slot {slot}, which it sends away"
        )));
    }
    // The target comes first: it takes a new configuration epoch, which makes it the owner for all nodes, and announces
    // that at once. The source may have learned of it by then, and have become a replica of the target.
    set_slots(target.connection, slots, "NODE", &target.id).await?;
    source.ask_all(setslot_commands(slots, "NODE", &target.id)).await.map(drop)
}

fn setslot_commands(slots: &[u16], state: &str, id: &str) -> Vec<Cmd> {
    let command = |slot: &u16| {
        let mut command = cmd("CLUSTER");
        command.arg("SETSLOT").arg(*slot).arg(state).arg(id);
        command
    };
    slots.iter().map(command).collect()
}

async fn set_slots(connection: &Connection, slots: &[u16], state: &str, id: &str) -> Result<(), Error> {
    connection.ask_each(setslot_commands(slots, state, id)).await.map(drop).map_err(Error::raced)
}

async fn count_keys(connection: &Connection, slots: &[u16]) -> Result<Vec<(u16, u64)>, Error> {
    let command = |slot: &u16| {
        let mut command = cmd("CLUSTER");
        command.arg("COUNTKEYSINSLOT").arg(*slot);
        command
    };
    let answers = connection.ask_each(slots.iter().map(command).collect()).await?;
    let number = |value: &Value| text(value).and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(slots.iter().copied().zip(answers.iter().map(number)).collect())
}

async fn keys_of(connection: &Connection, slot: u16) -> Result<Vec<Vec<u8>>, Error> {
    let mut command = cmd("CLUSTER");
    command.arg("GETKEYSINSLOT").arg(slot).arg(KEYS);
    let answer = connection.ask(command).await?;
    let key = |value: &Value| match value {
        Value::BulkString(bytes) => Some(bytes.clone()),
        _ => None,
    };
    Ok(array(&answer).iter().filter_map(key).collect())
}

/// Transfers keys. Where one of them is on both sides, each key is transferred alone.
async fn transfer(source: &Connection, target: &Target<'_>, keys: &[Vec<u8>]) -> Result<(), Error> {
    match migrate_keys(source, target, keys, false).await {
        Err(error) if error.code() == Some("BUSYKEY") => {}
        answer => return answer,
    }
    for key in keys {
        let alone = std::slice::from_ref(key);
        match migrate_keys(source, target, alone, false).await {
            Err(error) if error.code() == Some("BUSYKEY") => {
                // An interrupted transfer has left the value at the target. It is equal, so nothing is lost by
                // replacing it.
                if !are_equal(source, target.connection, key).await? {
                    return Err(error);
                }
                migrate_keys(source, target, alone, true).await?;
            }
            answer => answer?,
        }
    }
    Ok(())
}

async fn migrate_keys(
    source: &Connection,
    target: &Target<'_>,
    keys: &[Vec<u8>],
    replace: bool,
) -> Result<(), Error> {
    let mut command = cmd("MIGRATE");
    command.arg(&target.host).arg(&target.port).arg("").arg(0).arg(TRANSFER.as_millis().to_string());
    if replace {
        command.arg("REPLACE");
    }
    if let Some((user, password)) = &target.credential {
        #[expect(
            clippy::disallowed_methods,
            reason = "the source logs in to the target with it, and hides it in its logs"
        )]
        command.arg("AUTH2").arg(user.expose_secret()).arg(password.expose_secret());
    }
    command.arg("KEYS").arg(keys);
    source.ask_within(command, ANSWER).await.map(drop).map_err(|error| as_target_error(error, target))
}

/// Turns an error of the target, which the source repeats, into an error of the target.
fn as_target_error(error: Error, target: &Target<'_>) -> Error {
    match error {
        Error::Refused { command, message, node, .. } if message.starts_with(TARGET_SAID) => {
            let said = message.strip_prefix(TARGET_SAID).unwrap_or_default();
            let (code, message) = said.split_once(' ').unwrap_or((said, ""));
            let (code, message) = (code.to_owned(), message.to_owned());
            Error::Refused {
                node: target.connection.node().clone(),
                command: format!("{command} of {node}"),
                code,
                message,
            }
        }
        other => other,
    }
}

/// True when both nodes have the same value under this key. A value that is too large to be read counts as different.
async fn are_equal(source: &Connection, target: &Connection, key: &[u8]) -> Result<bool, Error> {
    let dump = || {
        let mut command = cmd("DUMP");
        command.arg(key);
        command
    };
    let there = match target.ask_each(vec![cmd("ASKING"), dump()]).await {
        Ok(answers) => answers.into_iter().nth(1),
        Err(Error::Excess { .. }) => return Ok(false),
        Err(error) => return Err(error),
    };
    match source.ask(dump()).await {
        Ok(here) => Ok(Some(here) == there),
        Err(Error::Excess { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
