//! Applies the changes of a Sentinel with `SENTINEL CONFIG SET`, `SENTINEL MONITOR` and `SENTINEL SET`. No monitor is
//! ever removed or reset, and no failover is started.

use std::collections::BTreeMap;
use std::time::Duration;

use init_core::diff::Drift;
use init_core::{Endpoint, Secrets, Text};
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};

use crate::change::SentinelChange;
use crate::desired::{Desired, Node};
use crate::error::Error;
use crate::observe::sentinels::{read_monitor, refused_error};
use crate::wire::commands::save_acl;
use crate::wire::{Connection, Connections, text};

/// The limit of the wait until the replicas are linked to their primary, before it is monitored: a Sentinel asks the
/// primary for its replicas at once, and again only ten seconds later.
const LINKS: Duration = Duration::from_secs(3);
/// The limit of the wait until a Sentinel has a link to the primary with its new login.
const RELINK: Duration = Duration::from_secs(6);
/// The pause between two readings.
const PAUSE: Duration = Duration::from_millis(20);

/// Applies one change of a Sentinel.
pub(super) async fn apply(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    change: &SentinelChange,
) -> Result<(), Error> {
    match change {
        SentinelChange::SetSentinel { node, parameters } => {
            set_settings(connections.to(node)?, secrets, parameters).await
        }
        SentinelChange::MonitorPrimary { node, monitor, primary, quorum, options } => {
            await_replicas(connections, desired, primary).await?;
            let told = (monitor.as_str(), primary, *quorum);
            monitor_primary(connections.to(node)?, (desired, secrets), told, options).await
        }
        SentinelChange::SetMonitor { node, monitor, options } => {
            set_monitor(connections.to(node)?, secrets, monitor, options).await
        }
    }
}

/// Sets settings of the Sentinel for all its monitors. Release 7.0 accepts one setting in a command.
async fn set_settings(
    connection: &Connection,
    secrets: &Secrets,
    parameters: &BTreeMap<String, Drift<Text>>,
) -> Result<(), Error> {
    let mut commands = Vec::new();
    for (name, drift) in parameters {
        let mut command = cmd("SENTINEL");
        command.arg("CONFIG").arg("SET").arg(name);
        push_value(&mut command, secrets, (name, &drift.to))?;
        commands.push(command);
    }
    connection.ask_each(commands).await?;
    Ok(())
}

/// Adds a value to a command. The user `default` is an empty name, because a server that asks only for a password has
/// no other user.
#[expect(clippy::disallowed_methods, reason = "a login at other servers is what a Sentinel is told")]
fn push_value(command: &mut Cmd, secrets: &Secrets, (name, value): (&str, &Text)) -> Result<(), Error> {
    if name.ends_with("-user") && *value == Text::Plain("default".to_owned()) {
        command.arg("");
    } else {
        command.arg(secrets.text(value)?.expose_secret());
    }
    Ok(())
}

/// `SENTINEL SET NAME` with these options.
fn set_command<'a>(
    monitor: &str,
    secrets: &Secrets,
    options: impl Iterator<Item = (&'a String, &'a Text)>,
) -> Result<Cmd, Error> {
    let mut command = cmd("SENTINEL");
    command.arg("SET").arg(monitor);
    for (name, value) in options {
        command.arg(name);
        push_value(&mut command, secrets, (name, value))?;
    }
    Ok(command)
}

/// Waits until the replicas are linked to their primary, so that the Sentinels find them at once.
async fn await_replicas(
    connections: &Connections,
    desired: &Desired,
    primary: &Endpoint,
) -> Result<(), Error> {
    let began = Instant::now();
    while began.elapsed() < LINKS {
        let mut info = cmd("INFO");
        info.arg("replication");
        let answer = text(&connections.to(primary)?.ask(info).await?).unwrap_or_default();
        let linked = answer.lines().find_map(|line| line.trim_end().strip_prefix("connected_slaves:"));
        let linked = linked.and_then(|count| count.parse().ok()).unwrap_or(0);
        if linked + 1 >= desired.nodes.len() {
            break;
        }
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Has the Sentinel monitor a primary, with all its options in the same exchange.
async fn monitor_primary(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    (name, primary, quorum): (&str, &Endpoint, u32),
    declared: &BTreeMap<String, Text>,
) -> Result<(), Error> {
    let node = desired.nodes.iter().find(|node| node.endpoint == *primary);
    let (host, port) = node.map_or((primary.host(), primary.port()), |node| announced_address(desired, node));
    let mut command = cmd("SENTINEL");
    command.arg("MONITOR").arg(name).arg(host).arg(port).arg(quorum);
    let mut commands = vec![command];
    if !declared.is_empty() {
        commands.push(set_command(name, secrets, declared.iter())?);
    }
    let mut answers = connection.ask_all(commands).await?.into_iter();
    match answers.next() {
        Some(Err(error)) if error.is_duplicate_monitor() => return Err(error.raced()),
        Some(answer) => drop(answer?),
        None => {}
    }
    answers.collect::<Result<Vec<_>, _>>()?;
    Ok(())
}

/// The announced address of a node, so that a Sentinel knows it by the same address as a primary and as a replica.
fn announced_address<'a>(desired: &Desired, node: &'a Node) -> (&'a str, u16) {
    let host = if desired.announce_hostnames { node.hostname.as_str() } else { node.endpoint.host() };
    let port = node.ports.get("replica-announce-port").copied();
    (host, port.unwrap_or_else(|| node.endpoint.port()))
}

/// Sets options of a monitor. With another login the Sentinel connects anew, and the change ends when that has worked.
/// The next Sentinel is changed only then, so that no two of them are without a link, and an old password is removed
/// last.
async fn set_monitor(
    connection: &Connection,
    secrets: &Secrets,
    monitor: &str,
    declared: &BTreeMap<String, Drift<Text>>,
) -> Result<(), Error> {
    let command = set_command(monitor, secrets, declared.iter().map(|(name, drift)| (name, &drift.to)))?;
    connection.ask(command).await?;
    if !declared.contains_key("auth-pass") {
        return Ok(());
    }
    let began = Instant::now();
    loop {
        let state = read_monitor(connection, monitor).await?.unwrap_or_default();
        let fresh = state.answered.is_some_and(|ago| Duration::from_millis(ago) < began.elapsed());
        if fresh && !state.refused && !state.has("disconnected") {
            return Ok(());
        }
        if began.elapsed() > RELINK && state.refused {
            return Err(refused_error(connection.node(), true));
        }
        if began.elapsed() > RELINK {
            let (host, port) = state.address;
            return Err(Error::Unsettled(format!(
                "the Sentinel {} has not logged in to {host}:{port} with what it was told",
                connection.node()
            )));
        }
        sleep(PAUSE).await;
    }
}

/// Persists the users of a Sentinel in its ACL file, or, when it refuses that because it has none, in its configuration
/// file.
pub(super) async fn persist_users(connection: &Connection) -> Result<(), Error> {
    match connection.ask(save_acl()).await {
        Err(Error::Refused { message, .. }) if message.contains("not configured to use an ACL file") => {}
        Err(error) if error.is_denied_command() => {}
        Err(error) => return Err(error),
        Ok(_) => return Ok(()),
    }
    let mut command = cmd("SENTINEL");
    command.arg("FLUSHCONFIG");
    connection.ask(command).await?;
    Ok(())
}
