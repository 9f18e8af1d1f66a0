//! Reads the monitors of the Sentinels, their settings and their users.

use std::collections::BTreeMap;

use init_core::{Endpoint, Secret, Secrets};
use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret;
use tracing::warn;

use super::info::Info;
use super::{local_state, sentinel_login};
use crate::desired::{Catalog, Desired, Sentinels};
use crate::error::Error;
use crate::observed::{MonitoredPrimary, Observed, SentinelState};
use crate::plan::addresses::monitors;
use crate::wire::{Connection, Connections, addresses, array, pairs, text};

/// A monitor's options, by the names of `SENTINEL SET`.
const OPTIONS: [&str; 4] = ["quorum", "down-after-milliseconds", "failover-timeout", "parallel-syncs"];
/// The milliseconds by which the last answer of a primary is later than its last valid one, from which it counts as an
/// error.
const REFUSED: u64 = 10;

/// Reads everything that the spec declares of the Sentinels.
pub(super) async fn read_all(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    catalog: Option<&Catalog>,
) -> Result<BTreeMap<Endpoint, SentinelState>, Error> {
    let (Some(sentinels), Some(connections)) = (&desired.sentinels, connections.sentinels()) else {
        return Ok(BTreeMap::new());
    };
    let read = async |connection: &Connection| {
        let mut state = SentinelState::default();
        read_settings(connection, (sentinels, secrets), &mut state).await?;
        local_state::read(connection, (&sentinels.as_nodes, secrets), catalog, &mut state.node).await?;
        state.node.addresses = addresses(connection.node()).await?.into_iter().collect();
        state.monitored = read_monitor(connection, &sentinels.monitor).await?;
        Ok(state)
    };
    connections.each(read).await
}

/// Reads again what changes by itself: the monitors.
pub(super) async fn read_monitors(
    connections: &Connections,
    desired: &Desired,
    before: &Observed,
) -> Result<BTreeMap<Endpoint, SentinelState>, Error> {
    let (Some(sentinels), Some(connections)) = (&desired.sentinels, connections.sentinels()) else {
        return Ok(BTreeMap::new());
    };
    let read = async |connection: &Connection| {
        let mut state = before.sentinels.get(connection.node()).cloned().unwrap_or_default();
        state.monitored = read_monitor(connection, &sentinels.monitor).await?;
        Ok(state)
    };
    connections.each(read).await
}

fn sentinel(words: &[&str]) -> Cmd {
    let mut command = cmd("SENTINEL");
    command.arg(words);
    command
}

/// Checks that the server is a Sentinel, and reads its id and its settings for all its monitors.
async fn read_settings(
    connection: &Connection,
    (sentinels, secrets): (&Sentinels, &Secrets),
    state: &mut SentinelState,
) -> Result<(), Error> {
    let mut info = cmd("INFO");
    info.arg("server");
    let info = text(&connection.ask(info).await?).unwrap_or_default();
    let info = Info::parse(&info);
    if !["redis_mode", "server_mode"].iter().any(|key| info.get(key) == "sentinel") {
        return Err(Error::Unsupported {
            node: connection.node().clone(),
            problem: "it is no Sentinel".to_owned(),
            remedy: "give the Sentinels under `sentinels.nodes`, which mostly listen on port 26379; one is started with \
                     `valkey-sentinel FILE`, or with `valkey-server FILE --sentinel`"
                .to_owned(),
        });
    }
    let asked = vec![sentinel(&["MYID"]), sentinel(&["CONFIG", "GET", "*"])];
    let mut answers = connection.ask_all(asked).await?.into_iter();
    // The id is optional: it only serves to find the Sentinel's connections.
    state.id = answers.next().and_then(|answer| text(&answer.ok()?)).unwrap_or_default();
    let answer = match answers.next().unwrap_or(Ok(Value::Nil)) {
        Err(error) if sentinels.settings.is_empty() && error.is_denied_command() => Value::Nil,
        answer => answer?,
    };
    for (name, value) in pairs(&answer) {
        let value = text(value).unwrap_or_default();
        // An empty `sentinel-user` means the user `default`.
        let value = if name == "sentinel-user" && value.is_empty() { "default".to_owned() } else { value };
        let value = Secret::from(value);
        let Some(wanted) = sentinels.settings.get(&name) else { continue };
        let wanted_value = secrets.text(wanted)?;
        #[expect(clippy::disallowed_methods, reason = "a stored password is compared with the declared one")]
        let (found, same) = (value.expose_secret(), value.expose_secret() == wanted_value.expose_secret());
        if same {
            state.matching_settings.insert(name.clone());
        }
        // A user's name is shown only where no secret name can be, and a password never.
        if wanted.secret().is_none() && name != "sentinel-pass" {
            state.settings.insert(name, found.to_owned());
        }
    }
    Ok(())
}

/// Reads the monitor of this name, if there is one.
pub(crate) async fn read_monitor(
    connection: &Connection,
    name: &str,
) -> Result<Option<MonitoredPrimary>, Error> {
    let asked = vec![sentinel(&["MASTER", name]), sentinel(&["CKQUORUM", name])];
    let mut answers = connection.ask_all(asked).await?.into_iter();
    let answer = match answers.next().unwrap_or(Ok(Value::Nil)) {
        Err(Error::Refused { code, message, .. }) if code == "ERR" && message.contains("No such master") => {
            return Ok(None);
        }
        answer => answer?,
    };
    let mut monitored = parse_monitor(&answer).ok_or_else(|| Error::Protocol {
        node: connection.node().clone(),
        command: "SENTINEL MASTER".to_owned(),
    })?;
    if let Some(Err(Error::Refused { code, message, .. })) = answers.next()
        && code == "NOQUORUM"
    {
        monitored.no_quorum = Some(message);
    }
    Ok(Some(monitored))
}

/// Parses the answer of `SENTINEL MASTER`.
pub(super) fn parse_monitor(answer: &Value) -> Option<MonitoredPrimary> {
    let fields: BTreeMap<String, String> =
        pairs(answer).into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect();
    let number = |key: &str| fields.get(key).and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
    let count = |key: &str| usize::try_from(number(key)).unwrap_or(usize::MAX);
    let option = |name: &&str| Some(((*name).to_owned(), fields.get(*name)?.clone()));
    Some(MonitoredPrimary {
        address: (fields.get("ip")?.clone(), fields.get("port")?.parse().ok()?),
        epoch: number("config-epoch"),
        flags: fields.get("flags")?.split(',').map(str::to_owned).collect(),
        refused: number("last-ok-ping-reply") > number("last-ping-reply").saturating_add(REFUSED),
        answered: fields.get("last-ok-ping-reply").and_then(|ago| ago.parse().ok()),
        options: OPTIONS.iter().filter_map(option).collect(),
        replicas: count("num-slaves"),
        other_sentinels: count("num-other-sentinels"),
        no_quorum: None,
    })
}

/// Returns an error when the primary refuses a Sentinel, which waiting does not change.
pub(super) fn check_refused(desired: &Desired, observed: &Observed) -> Result<(), Error> {
    let is_refused =
        |state: &SentinelState| state.monitored.as_ref().is_some_and(|monitored| monitored.refused);
    let declared = desired.sentinels.as_ref().is_some_and(|sentinels| sentinels.auth.is_some());
    match observed.sentinels.iter().find(|(_, state)| is_refused(state)) {
        Some((node, _)) => Err(refused_error(node, declared)),
        None => Ok(()),
    }
}

/// The error of a primary that answers a Sentinel with errors. The remedy depends on whether the spec declares the
/// login.
pub(crate) fn refused_error(node: &Endpoint, declared: bool) -> Error {
    let remedy = if declared {
        "give that user the commands that a Sentinel sends: +ping +info +subscribe +publish +multi +exec +slaveof \
         +config|rewrite +client|setname +client|kill +script|kill, and all channels"
    } else {
        "write `authPassword` under `sentinels`, and `authUser` where it is not `default`"
    };
    Error::Unsupported {
        node: node.clone(),
        problem: "the primary answers this Sentinel with errors: it refuses its login, or its commands"
            .to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Warns of Sentinels that the spec does not declare: they count in the majority that a failover needs, also when they
/// do not run any more.
pub(super) fn warn_of_undeclared_sentinels(desired: &Desired, observed: &Observed) {
    let Some(sentinels) = &desired.sentinels else { return };
    let declared = sentinels.as_nodes.nodes.len();
    for (node, monitored) in monitors(desired, observed) {
        if monitored.other_sentinels >= declared {
            warn!(
                sentinel = %node,
                known = monitored.other_sentinels + 1,
                declared,
                "this Sentinel knows more Sentinels than the spec has, and counts them in the majority that a failover takes: \
                 SENTINEL RESET on one after the other forgets those that are gone"
            );
        }
    }
}

/// Parses a value as a monitor and as a client list, for the fuzzer.
pub(super) fn parse_any_answer(value: &Value) {
    let _ = parse_monitor(value);
    for line in array(value).iter().filter_map(text) {
        let _ = sentinel_login::parse_client(&line, &Secret::from(""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monitor_is_read_as_sentinels_show_it() {
        let words = |text: &str| {
            Value::Array(text.split(' ').map(|word| Value::BulkString(word.as_bytes().to_vec())).collect())
        };
        let fine = "name main ip valkey-1 port 6379 flags master last-ok-ping-reply 523 last-ping-reply 523 quorum 2 \
                    config-epoch 3 num-slaves 2 num-other-sentinels 1 failover-timeout 60000";
        let monitored = parse_monitor(&words(fine)).unwrap();
        assert_eq!(
            (monitored.address.0.as_str(), monitored.address.1, monitored.epoch),
            ("valkey-1", 6379, 3)
        );
        assert_eq!((monitored.replicas, monitored.other_sentinels, monitored.refused), (2, 1, false));
        assert_eq!(monitored.options["failover-timeout"], "60000");
        let refused = fine.replace("last-ok-ping-reply 523", "last-ok-ping-reply 9523");
        assert!(parse_monitor(&words(&refused)).unwrap().refused);
        assert_eq!(parse_monitor(&words("name main")), None);
    }
}
