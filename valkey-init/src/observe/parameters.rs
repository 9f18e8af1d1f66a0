//! Reads parameters, and the login that a node uses at its primary.

use std::collections::BTreeMap;

use init_core::{Endpoint, Secret, Secrets};
use redis::Value;
use secrecy::ExposeSecret;

use super::dry_run;
use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::{ConfiguredLogin, NodeState, ReplicationLogin};
use crate::plan::parameter_values::{declared_parameters, values_differ};
use crate::wire::{Connection, pairs, text};

/// The parameters that are read from a node: the declared ones, and those that the plan needs. The flag is false when
/// the spec sets none, so that the run does without an answer: an account or a managed service may have no `CONFIG`.
pub(super) fn parameters_to_read<'a>(desired: &'a Desired, node: &Endpoint) -> (Vec<&'a str>, bool) {
    let mut names: Vec<&str> = declared_parameters(desired, node).into_keys().map(String::as_str).collect();
    let ports = desired.nodes.iter().filter(|declared| declared.endpoint == *node);
    names.extend(ports.flat_map(|declared| declared.ports.keys()).copied());
    let required = desired.sets_parameters();
    if desired.persist && !(desired.users.is_empty() && desired.absent_users.is_empty()) {
        names.push("aclfile");
    }
    if desired.mode != Mode::Standalone || desired.replication_user.is_some() {
        names.extend(["masteruser", "masterauth", "dual-channel-replication-enabled"]);
    }
    if desired.announce_hostnames {
        names.extend(announce_parameters(desired.mode));
    }
    (names, required)
}

fn announce_parameters(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Cluster => &["cluster-announce-hostname", "cluster-preferred-endpoint-type"],
        Mode::Replication => &["replica-announce-ip"],
        Mode::Standalone => &[],
    }
}

/// Stores the answers of `CONFIG GET` in the state.
pub(super) fn store_answers(
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
    state.configured_login =
        configured_login((desired, secrets), user.as_deref().unwrap_or_default(), password.as_ref())?;
    let dual = found.get("dual-channel-replication-enabled");
    state.configured_login.dual_channel = dual.is_some_and(|value| value == "yes");
    if let Some((key, secret)) = &desired.replication_user
        && let Some(declared) = desired.users.get(key)
    {
        let name = secrets.text(&declared.name)?;
        let same =
            |found: Option<&Secret>, wanted: &Secret| found.is_some_and(|found| are_equal(found, wanted));
        let user_matches = same(user.as_deref().map(Secret::from).as_ref(), &name);
        let password_matches = same(password.as_ref(), secrets.get(secret)?);
        // Another user's name is shown only where no secret name can be.
        let shown = user.filter(|name| !name.is_empty() && declared.name.secret().is_none());
        state.replication_login = ReplicationLogin { user: shown, user_matches, password_matches };
    }
    state.config = found;
    Ok(())
}

/// The configured login of the node at its primary: the declared user, and whether the password is one of that user's
/// declared ones.
fn configured_login(
    (desired, secrets): (&Desired, &Secrets),
    user: &str,
    password: Option<&Secret>,
) -> Result<ConfiguredLogin, Error> {
    let name = Secret::from(if user.is_empty() { "default" } else { user });
    for (key, declared) in &desired.users {
        if !are_equal(&name, &secrets.text(&declared.name)?) {
            continue;
        }
        let mut password_declared = false;
        for secret in declared.passwords.iter().flatten() {
            let wanted = secrets.get(secret)?;
            password_declared |= password.is_some_and(|password| are_equal(password, wanted));
        }
        return Ok(ConfiguredLogin { user: Some(key.clone()), password_declared, dual_channel: false });
    }
    for (key, declared) in &desired.absent_users {
        if are_equal(&name, &secrets.text(declared)?) {
            return Ok(ConfiguredLogin { user: Some(key.clone()), ..ConfiguredLogin::default() });
        }
    }
    Ok(ConfiguredLogin::default())
}

#[expect(clippy::disallowed_methods, reason = "a stored password is compared with the declared one")]
fn are_equal(one: &Secret, other: &Secret) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// Has the server check the parameters that differ, also in a dry run: which of them it cannot change while it runs,
/// and whether it accepts the values of the others.
pub(super) async fn check_drift(
    connection: &Connection,
    desired: &Desired,
    state: &mut NodeState,
) -> Result<(), Error> {
    let wanted = declared_parameters(desired, connection.node());
    if let Some(name) = wanted.keys().find(|name| !state.config.contains_key(**name)) {
        return Err(dry_run::unknown_parameter(connection.node(), name));
    }
    let drifting: Vec<(&str, &str)> = wanted
        .into_iter()
        .filter(|(name, value)| {
            state.config.get(*name).is_some_and(|found| values_differ(name, found, value))
        })
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    if connection.is_redis_6() || drifting.is_empty() {
        return Ok(());
    }
    state.immutable = dry_run::immutable_parameters(connection, &drifting).await?;
    let changing = drifting.iter().filter(|(name, _)| !state.immutable.contains(*name));
    let changing: Vec<(&str, Secret)> = changing.map(|(name, value)| (*name, Secret::from(*value))).collect();
    match dry_run::check_values(connection, &changing).await {
        // With an account that may only read, the plan shows the drift without this check.
        Err(error) if error.is_denied_command() => Ok(()),
        judged => judged,
    }
}
