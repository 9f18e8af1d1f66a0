//! Users, parameters, functions: what a node keeps for itself and what the spec names of it.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;
use redis::{Cmd, Value, cmd};

use super::{parameters, users};
use crate::desired::{Catalog, Desired, Mode, digest};
use crate::error::Error;
use crate::observed::NodeState;
use crate::wire::commands::get_config;
use crate::wire::{Connection, array, pairs, text};

/// One exchange for everything that the spec names on this node.
pub(super) async fn read(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    catalog: Option<&Catalog>,
    state: &mut NodeState,
) -> Result<(), Error> {
    let (names, required) = parameters::names(desired, connection.node());
    let mut commands = get_config(connection, &names);
    let parameters = commands.len();
    for user in desired.users.values() {
        commands.push(users::ask(&secrets.text(&user.name)?));
    }
    for name in desired.absent.values() {
        commands.push(users::ask(&secrets.text(name)?));
    }
    for name in desired.functions.keys() {
        let mut command = cmd("FUNCTION");
        command.arg("LIST").arg("LIBRARYNAME").arg(name).arg("WITHCODE");
        commands.push(command);
    }
    commands.extend(guarded(connection, desired, state));
    let mut answers = connection.ask_all(commands).await?.into_iter();
    parameters::read(answers.by_ref().take(parameters), required, (desired, secrets), state)?;
    state.users.clear();
    for (key, user) in &desired.users {
        let value = answers.next().unwrap_or(Ok(Value::Nil))?;
        if let Some(found) = users::read(&value, user, secrets, catalog)? {
            state.users.insert(key.clone(), found);
        }
    }
    state.unwanted.clear();
    for key in desired.absent.keys() {
        let value = answers.next().unwrap_or(Ok(Value::Nil))?;
        if !pairs(&value).is_empty() {
            state.unwanted.insert(key.clone());
        }
    }
    for (name, answer) in desired.functions.keys().zip(answers.by_ref()) {
        state.libraries.extend(
            code(&answer?).map(|code| (name.clone(), digest(code.as_bytes()).chars().take(32).collect())),
        );
    }
    // Both are asked for the sake of others, so an account that may not ask them does without.
    let mut optional = answers.map(Result::unwrap_or_default);
    if desired.mode == Mode::Replication {
        state.sentinels = optional.next().map_or(0, |answer| subscribers(&answer));
    }
    state.own_libraries = optional.next().map(|answer| libraries(&answer)).unwrap_or_default();
    parameters::judge(connection, desired, state).await
}

/// What a change of roles depends on: whether Sentinels watch the node, which subscribe to a channel of theirs, and which
/// libraries it has of its own.
fn guarded(connection: &Connection, desired: &Desired, state: &NodeState) -> Vec<Cmd> {
    let (mut sentinels, mut libraries) = (cmd("PUBSUB"), cmd("FUNCTION"));
    sentinels.arg("NUMSUB").arg("__sentinel__:hello");
    libraries.arg("LIST");
    let replication = desired.mode == Mode::Replication;
    let own = desired.mode != Mode::Standalone && state.replication.primary.is_none() && !connection.is_old();
    [replication.then_some(sentinels), own.then_some(libraries)].into_iter().flatten().collect()
}

fn subscribers(value: &Value) -> u64 {
    pairs(value).first().and_then(|(_, count)| text(count)?.parse().ok()).unwrap_or(0)
}

fn libraries(value: &Value) -> BTreeSet<String> {
    let name = |library: &Value| {
        pairs(library).into_iter().find(|(key, _)| key == "library_name").and_then(|(_, name)| text(name))
    };
    array(value).iter().filter_map(name).collect()
}

/// `ACL GETUSER` and `FUNCTION LIST`, for a fuzzer.
pub(super) fn any_answer(value: &Value) {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    let _ = (users::written(&fields, &BTreeSet::new()), code(value), libraries(value));
}

/// The source text in the first library of `FUNCTION LIST`.
fn code(value: &Value) -> Option<String> {
    let library = array(value).first()?;
    pairs(library).into_iter().find(|(key, _)| key == "library_code").and_then(|(_, code)| text(code))
}
