//! `ACL SETUSER`, and the proof of the declared login before rights are taken away.

use init_core::diff::Drift;
use init_core::{Endpoint, Secrets};
use secrecy::ExposeSecret;

use super::files;
use crate::desired::acl::rules::{tokens, without_password};
use crate::desired::{Desired, User, digest};
use crate::error::Error;
use crate::wire::commands::{clear_rules, set_user};
use crate::wire::{Connection, Connections};

/// The parts of a user that a change sets.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    enabled: Option<bool>,
    rules: bool,
    passwords: bool,
    /// The user could log in without a password until now.
    had_no_password: bool,
}

impl Parts {
    /// All parts of a user that is not there.
    pub(super) fn of_new(enabled: bool) -> Self {
        Self { enabled: Some(enabled), rules: true, passwords: true, had_no_password: false }
    }

    /// The parts that differ.
    pub(super) fn that_differ(
        enabled: Option<&Drift<bool>>,
        rules: Option<&Drift<String>>,
        passwords: bool,
    ) -> Self {
        let before = rules.and_then(|drift| drift.from.as_deref());
        Self {
            enabled: enabled.map(|drift| drift.to),
            rules: rules.is_some(),
            passwords,
            had_no_password: before.is_some_and(without_password),
        }
    }
}

/// Sets a user in one command, of which the server takes all or nothing, and has it written to the file.
pub(super) async fn set(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    key: &str,
    parts: Parts,
) -> Result<(), Error> {
    let user = desired.users.get(key).ok_or_else(|| Error::NotInSpec(format!("the user {key}")))?;
    let mut command = set_user(&secrets.text(&user.name)?);
    command.arg(modifiers(user, parts, secrets)?);
    connection.ask(command).await?;
    files::keep_users(connection, desired).await
}

/// Logs in as the spec declares, and uses that connection from now on: rights are taken from another user only after it.
pub(super) async fn log_in_as_declared(
    connections: &mut Connections,
    (desired, secrets): (&Desired, &Secrets),
    node: &Endpoint,
) -> Result<(), Error> {
    if let Some(password) = &desired.login.password {
        let user = secrets.text(&desired.login.user)?;
        let connection = connections.login(node, (&user, secrets.get(password)?)).await?;
        connections.replace(connection);
    }
    Ok(())
}

/// The arguments of `ACL SETUSER`, with passwords as their digests.
fn modifiers(user: &User, parts: Parts, secrets: &Secrets) -> Result<Vec<String>, Error> {
    let mut modifiers = Vec::new();
    // `resetpass` ends `nopass` too, which has no opposite of its own.
    if (parts.passwords && user.passwords.is_some()) || parts.had_no_password {
        modifiers.push("resetpass".to_owned());
    }
    if parts.rules
        && let Some(rules) = &user.rules
    {
        modifiers.extend(clear_rules().map(str::to_owned));
        modifiers.extend(tokens(rules));
    }
    for name in user.passwords.iter().flatten().filter(|_| parts.passwords) {
        #[expect(clippy::disallowed_methods, reason = "a password leaves as its digest")]
        modifiers.push(format!("#{}", digest(secrets.get(name)?.expose_secret().as_bytes())));
    }
    modifiers.extend(parts.enabled.map(|enabled| if enabled { "on" } else { "off" }.to_owned()));
    Ok(modifiers)
}
