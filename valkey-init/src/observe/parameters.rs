//! Parameters, and the login that a node uses at its primary.

use std::collections::BTreeMap;

use init_core::{Endpoint, Secret, Secrets};
use redis::Value;
use secrecy::ExposeSecret;

use super::values;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::{NodeState, OwnLogin, ReplicationLogin};
use crate::plan::value::{differs, wanted};
use crate::wire::{Connection, pairs, text};

/// What is asked of a node: what the spec sets, and what helps to judge the rest. A spec that sets nothing does without an
/// answer: an account or a managed service may have no `CONFIG`.
pub(super) fn names<'a>(desired: &'a Desired, node: &Endpoint) -> (Vec<&'a str>, bool) {
    let mut names: Vec<&str> = wanted(desired, node).into_keys().map(String::as_str).collect();
    let ports = desired.nodes.iter().filter(|declared| declared.endpoint == *node);
    names.extend(ports.flat_map(|declared| declared.ports.keys()).copied());
    let required = desired.sets_parameters();
    if desired.persist && !(desired.users.is_empty() && desired.absent.is_empty()) {
        names.push("aclfile");
    }
    if desired.mode != Mode::Standalone || desired.replication.is_some() {
        names.extend(["masteruser", "masterauth", "dual-channel-replication-enabled"]);
    }
    if desired.announce {
        names.extend(announced(desired.mode));
    }
    (names, required)
}

fn announced(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Cluster => &["cluster-announce-hostname", "cluster-preferred-endpoint-type"],
        Mode::Replication => &["replica-announce-ip"],
        Mode::Standalone => &[],
    }
}

/// Takes the answers to `CONFIG GET` into the state.
pub(super) fn read(
    answers: impl Iterator<Item = Result<Value, Error>>,
    required: bool,
    (desired, secrets): (&Desired, &Secrets),
    state: &mut NodeState,
) -> Result<(), Error> {
    let mut found = BTreeMap::new();
    for answer in answers {
        match answer {
            Ok(value) => {
                found.extend(pairs(&value).into_iter().filter_map(|(key, value)| Some((key, text(value)?))));
            }
            Err(error) if !required && error.is_denied_command() => {}
            Err(error) => return Err(error),
        }
    }
    state.persistence.acl_file = found.remove("aclfile").is_some_and(|path| !path.is_empty());
    let (user, password) = (found.remove("masteruser"), found.remove("masterauth").map(Secret::from));
    state.own_login = own_login((desired, secrets), user.as_deref().unwrap_or_default(), password.as_ref())?;
    let dual = found.get("dual-channel-replication-enabled");
    state.own_login.dual_channel = dual.is_some_and(|value| value == "yes");
    if let Some((key, secret)) = &desired.replication
        && let Some(declared) = desired.users.get(key)
    {
        let name = secrets.text(&declared.name)?;
        let same = |found: Option<&Secret>, wanted: &Secret| found.is_some_and(|found| equal(found, wanted));
        let user_matches = same(user.as_deref().map(Secret::from).as_ref(), &name);
        let password_matches = same(password.as_ref(), secrets.get(secret)?);
        // Another user's name is shown only where no secret name can be.
        let shown = user.filter(|name| !name.is_empty() && declared.name.secret().is_none());
        state.replication_login = ReplicationLogin { user: shown, user_matches, password_matches };
    }
    state.config = found;
    Ok(())
}

/// The login that the node uses at its primary: the user of the spec that it names, and whether its password is one that the
/// spec declares for that user.
fn own_login(
    (desired, secrets): (&Desired, &Secrets),
    user: &str,
    password: Option<&Secret>,
) -> Result<OwnLogin, Error> {
    let name = Secret::from(if user.is_empty() { "default" } else { user });
    for (key, declared) in &desired.users {
        if !equal(&name, &secrets.text(&declared.name)?) {
            continue;
        }
        let mut password_declared = false;
        for secret in declared.passwords.iter().flatten() {
            let wanted = secrets.get(secret)?;
            password_declared |= password.is_some_and(|password| equal(password, wanted));
        }
        return Ok(OwnLogin { user: Some(key.clone()), password_declared, dual_channel: false });
    }
    for (key, declared) in &desired.absent {
        if equal(&name, &secrets.text(declared)?) {
            return Ok(OwnLogin { user: Some(key.clone()), ..OwnLogin::default() });
        }
    }
    Ok(OwnLogin::default())
}

#[expect(clippy::disallowed_methods, reason = "a stored password is compared with the declared one")]
fn equal(one: &Secret, other: &Secret) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// Has the server judge the parameters that differ, also in a run that only plans: which of them it will not change while it
/// runs, and whether it takes the values of the others.
pub(super) async fn judge(
    connection: &Connection,
    desired: &Desired,
    state: &mut NodeState,
) -> Result<(), Error> {
    let wanted = wanted(desired, connection.node());
    if let Some(name) = wanted.keys().find(|name| !state.config.contains_key(**name)) {
        return Err(values::no_parameter(connection.node(), name));
    }
    let drifting: Vec<(&str, &str)> = wanted
        .into_iter()
        .filter(|(name, value)| state.config.get(*name).is_some_and(|found| differs(name, found, value)))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if connection.is_old() || drifting.is_empty() {
        return Ok(());
    }
    state.immutable = values::immutable(connection, &drifting).await?;
    let changing = drifting.iter().filter(|(name, _)| !state.immutable.contains(*name));
    let changing: Vec<(&str, Secret)> = changing.map(|(name, value)| (*name, Secret::from(*value))).collect();
    match values::rehearse(connection, &changing).await {
        // An account that may only read is told the drift alone.
        Err(error) if error.is_denied_command() => Ok(()),
        judged => judged,
    }
}
