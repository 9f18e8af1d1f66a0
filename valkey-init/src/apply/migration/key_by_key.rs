//! Slots that move key by key: `SETSLOT`, and `MIGRATE` until the source has no key of them left.

use std::time::Duration;

use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret;

use super::target::Target;
use crate::error::Error;
use crate::wire::{Connection, array, text};

/// How many keys cross with one command. The source serves nobody meanwhile.
const KEYS: usize = 32;
/// How long the source may wait for the target at each step of a transfer: as long as the largest value takes. When it ends too
/// early, the value may be on both sides.
const TRANSFER: Duration = Duration::from_secs(60);
/// How long the source may take for the whole of it.
const ANSWER: Duration = Duration::from_secs(600);
/// What a source says before the target's own words.
const TARGET_SAID: &str = "Target instance replied with error: ";

/// Moves these slots. Each command may have been sent by a run before.
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
    // The target first: it takes a new epoch, by which all nodes believe it, and tells them at once. The source may have heard of it
    // by then, and be the target's replica.
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

/// Brings keys over. Where one is on both sides, each is brought over alone.
async fn transfer(source: &Connection, target: &Target<'_>, keys: &[Vec<u8>]) -> Result<(), Error> {
    match migrate_keys(source, target, keys, false).await {
        Err(error) if error.code() == Some("BUSYKEY") => {}
        answer => return answer,
    }
    for key in keys {
        let alone = std::slice::from_ref(key);
        match migrate_keys(source, target, alone, false).await {
            Err(error) if error.code() == Some("BUSYKEY") => {
                // The answer to a transfer that was cut off is lost, and the value is there: nothing is lost by sending it again.
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

/// The target's own words, and not the source's.
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

/// Whether both nodes have the same value under this key. One that is too large to be read is not known to be.
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
