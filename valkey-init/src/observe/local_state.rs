//! Reads the state that each node has by itself, as far as the spec declares it: users, parameters and function
//! libraries.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;
use redis::{Cmd, Value, cmd};

use super::{parameters, users};
use crate::desired::{Catalog, Desired, Mode, digest};
use crate::error::Error;
use crate::observed::NodeState;
use crate::wire::commands::get_config;
use crate::wire::{Connection, array, pairs, text};

/// Reads, in one exchange, everything that the spec declares for this node.
pub(super) async fn read(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    catalog: Option<&Catalog>,
    state: &mut NodeState,
) -> Result<(), Error> {
    let (names, required) = parameters::parameters_to_read(desired, connection.node());
    let mut commands = get_config(connection, &names);
    let parameters = commands.len();
    for user in desired.users.values() {
        commands.push(users::get_user(&secrets.text(&user.name)?));
    }
    for name in desired.absent_users.values() {
        commands.push(users::get_user(&secrets.text(name)?));
    }
    for name in desired.functions.keys() {
        let mut command = cmd("FUNCTION");
        command.arg("LIST").arg("LIBRARYNAME").arg(name).arg("WITHCODE");
        commands.push(command);
    }
    commands.extend(role_change_queries(connection, desired, state));
    let mut answers = connection.ask_all(commands).await?.into_iter();
    parameters::store_answers(answers.by_ref().take(parameters), required, (desired, secrets), state)?;
    state.users.clear();
    for (key, user) in &desired.users {
        let value = answers.next().unwrap_or(Ok(Value::Nil))?;
        if let Some(found) = users::compare(&value, user, secrets, catalog)? {
            state.users.insert(key.clone(), found);
        }
    }
    state.users_to_delete.clear();
    for key in desired.absent_users.keys() {
        let value = answers.next().unwrap_or(Ok(Value::Nil))?;
        if !pairs(&value).is_empty() {
            state.users_to_delete.insert(key.clone());
        }
    }
    for (name, answer) in desired.functions.keys().zip(answers.by_ref()) {
        state.libraries.extend(
            library_code(&answer?)
                .map(|code| (name.clone(), digest(code.as_bytes()).chars().take(32).collect())),
        );
    }
    // Both answers only improve the conflicts of a plan, so an account that may not send these commands does without
    // them.
    let mut optional = answers.map(Result::unwrap_or_default);
    if desired.mode == Mode::Replication {
        state.sentinel_count = optional.next().map_or(0, |answer| subscriber_count(&answer));
    }
    state.own_libraries = optional.next().map(|answer| library_names(&answer)).unwrap_or_default();
    parameters::check_drift(connection, desired, state).await
}

/// The commands that read what a change of roles depends on: the number of Sentinels that monitor the node, by the
/// subscribers of their channel, and the function libraries of a primary.
fn role_change_queries(connection: &Connection, desired: &Desired, state: &NodeState) -> Vec<Cmd> {
    let (mut sentinels, mut libraries) = (cmd("PUBSUB"), cmd("FUNCTION"));
    sentinels.arg("NUMSUB").arg("__sentinel__:hello");
    libraries.arg("LIST");
    let replication = desired.mode == Mode::Replication;
    let own =
        desired.mode != Mode::Standalone && state.replication.primary.is_none() && !connection.is_redis_6();
    [replication.then_some(sentinels), own.then_some(libraries)].into_iter().flatten().collect()
}

fn subscriber_count(value: &Value) -> u64 {
    pairs(value).first().and_then(|(_, count)| text(count)?.parse().ok()).unwrap_or(0)
}

fn library_names(value: &Value) -> BTreeSet<String> {
    let name = |library: &Value| {
        pairs(library).into_iter().find(|(key, _)| key == "library_name").and_then(|(_, name)| text(name))
    };
    array(value).iter().filter_map(name).collect()
}

/// Parses a value as the answers of `ACL GETUSER` and `FUNCTION LIST`, for the fuzzer.
pub(super) fn parse_any_answer(value: &Value) {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    let _ = (users::rules_text(&fields, &BTreeSet::new()), library_code(value), library_names(value));
}

/// The source text in the first library of `FUNCTION LIST`.
fn library_code(value: &Value) -> Option<String> {
    let library = array(value).first()?;
    pairs(library).into_iter().find(|(key, _)| key == "library_code").and_then(|(_, code)| text(code))
}
