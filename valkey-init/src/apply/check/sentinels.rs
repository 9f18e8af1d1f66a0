//! Checks the changes of Sentinels before the first write: permissions, by commands that fail by their arguments, and
//! the configuration file, by having it written with its current content.

use std::collections::BTreeMap;

use init_core::{CheckMode, Endpoint};
use redis::{Cmd, cmd};

use super::rewrite::unsupported;
use crate::change::{Change, SentinelChange};
use crate::desired::Desired;
use crate::error::Error;
use crate::wire::{Connection, Connections, pairs, text};

/// A monitor and a setting that no Sentinel has.
const NO_SUCH: &str = "valkey-init-checks-only";

fn sentinel(words: &[&str]) -> Cmd {
    let mut command = cmd("SENTINEL");
    command.arg(words);
    command
}

/// Checks that the account may make this change, which a plan does not try, and that the Sentinel can.
pub(super) async fn check(
    connection: &Connection,
    desired: &Desired,
    change: &SentinelChange,
    mode: CheckMode,
) -> Result<(), Error> {
    if mode == CheckMode::Plan {
        return match change {
            SentinelChange::MonitorPrimary { .. } => check_lookup(connection, desired).await,
            SentinelChange::SetSentinel { .. } | SentinelChange::SetMonitor { .. } => Ok(()),
        };
    }
    match change {
        SentinelChange::SetSentinel { .. } => check_config_set(connection).await,
        SentinelChange::MonitorPrimary { .. } => check_monitor(connection, desired).await,
        SentinelChange::SetMonitor { .. } => check_set(connection).await,
    }
}

/// Checks that the account may set settings of a Sentinel.
async fn check_config_set(connection: &Connection) -> Result<(), Error> {
    check_permitted(connection, &["CONFIG", "SET", NO_SUCH, "0"]).await
}

/// Checks that the account may set options of a monitor.
async fn check_set(connection: &Connection) -> Result<(), Error> {
    check_permitted(connection, &["SET", NO_SUCH, "quorum", "1"]).await
}

/// Checks that the account may create a monitor, and that the Sentinel resolves the name of the primary.
async fn check_monitor(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    // No monitor has a quorum of 0.
    check_permitted(connection, &["MONITOR", NO_SUCH, connection.node().host(), "1", "0"]).await?;
    check_set(connection).await?;
    check_lookup(connection, desired).await
}

/// Checks that the Sentinel resolves the name of the primary.
async fn check_lookup(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    let settings = desired.sentinels.as_ref().map(|sentinels| &sentinels.settings);
    let declared = settings.is_some_and(|settings| settings.contains_key("resolve-hostnames"));
    let answer = connection.ask(sentinel(&["CONFIG", "GET", "resolve-hostnames"])).await;
    let answer = match answer {
        Err(error) if error.is_denied_command() => return Ok(()),
        answer => answer?,
    };
    let resolves = pairs(&answer).iter().any(|(_, value)| text(value).is_some_and(|value| value == "yes"));
    let says_no = settings.and_then(|settings| settings.get("resolve-hostnames"));
    let says_no = says_no.is_some_and(|value| *value == init_core::Text::Plain("no".to_owned()));
    if (declared && !says_no) || (!declared && resolves) {
        return Ok(());
    }
    let problem = "it looks up no names (resolve-hostnames no), and the primary is given to it by name: an address would not \
                   survive a restart"
        .to_owned();
    Err(unsupported(connection, problem, "write `resolveHostnames: true` under `sentinels`"))
}

/// Checks that the account may send a command, with arguments by which it fails.
async fn check_permitted(connection: &Connection, words: &[&str]) -> Result<(), Error> {
    match connection.ask(sentinel(words)).await {
        Err(Error::Refused { code, .. }) if code == "ERR" => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// The position of the first change of each Sentinel that cannot write its configuration file.
pub(super) async fn files(
    connections: &Connections,
    desired: &Desired,
    changes: &[Change],
) -> Vec<(usize, Error)> {
    let mut first: BTreeMap<&Endpoint, usize> = BTreeMap::new();
    for (position, change) in changes.iter().enumerate() {
        if desired.is_sentinel(change.node()) {
            first.entry(change.node()).or_insert(position);
        }
    }
    let mut refused = Vec::new();
    for (node, position) in first {
        let written = match connections.to(node) {
            Ok(connection) => connection.ask(sentinel(&["FLUSHCONFIG"])).await.map_err(|error| match error {
                Error::Refused { code, message, .. } if code == "ERR" => unsupported(
                    connection,
                    format!(
                        "it cannot write its configuration file, where it keeps what it is told: {message}"
                    ),
                    "mount the folder that holds the file, writable for the Sentinel, not the file alone",
                ),
                other => other,
            }),
            Err(error) => Err(error),
        };
        refused.extend(written.err().map(|error| (position, error)));
    }
    refused
}
