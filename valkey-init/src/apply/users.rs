//! Sets users with `ACL SETUSER`, and tries the declared login before users are restricted.

use init_core::diff::Drift;
use init_core::{Endpoint, Secrets, Text};
use redis::cmd;
use secrecy::ExposeSecret;

use super::persist;
use crate::change::Passwords;
use crate::desired::acl::rules::{has_nopass, tokens};
use crate::desired::{Desired, User, digest};
use crate::error::Error;
use crate::wire::commands::{clear_rules, set_user};
use crate::wire::{Connection, Connections};

/// The treatment of passwords that the spec does not name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Dropped,
    /// They stay until the Sentinels have been given the new ones.
    Kept,
}

/// The parts of a user that a change sets.
#[derive(Clone, Copy)]
pub(super) struct UserParts<'a> {
    enabled: Option<bool>,
    rules: bool,
    passwords: Option<Others>,
    /// True when the user has had `nopass` until now.
    had_no_password: bool,
    /// The rules until now.
    before: &'a str,
}

impl<'a> UserParts<'a> {
    /// All parts of a new user.
    pub(super) fn of_new_user(enabled: bool) -> Self {
        Self {
            enabled: Some(enabled),
            rules: true,
            passwords: Some(Others::Dropped),
            had_no_password: false,
            before: "",
        }
    }

    /// The parts that differ.
    pub(super) fn differing(
        enabled: Option<&Drift<bool>>,
        rules: Option<&'a Drift<String>>,
        passwords: Option<&Drift<Passwords>>,
    ) -> Self {
        let before = rules.and_then(|drift| drift.from.as_deref());
        Self {
            enabled: enabled.map(|drift| drift.to),
            rules: rules.is_some(),
            passwords: passwords
                .map(|drift| if drift.to.undeclared > 0 { Others::Kept } else { Others::Dropped }),
            had_no_password: before.is_some_and(has_nopass),
            before: before.unwrap_or_default(),
        }
    }
}

/// Sets a user in one command, which the server applies completely or not at all, and persists it.
pub(super) async fn set(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    key: &str,
    parts: UserParts<'_>,
) -> Result<(), Error> {
    let user = desired.users.get(key).ok_or_else(|| Error::NotInSpec(format!("the user {key}")))?;
    let mut command = set_user(&secrets.text(&user.name)?);
    command.arg(modifiers(user, parts, secrets)?);
    connection.ask(command).await?;
    persist::persist_users(connection, desired).await
}

/// Deletes a user, and persists that.
pub(super) async fn delete(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    user: &Text,
) -> Result<(), Error> {
    let name = secrets.text(user)?;
    let mut command = cmd("ACL");
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's name may be a secret, and the server is told it"
    )]
    command.arg("DELUSER").arg(name.expose_secret());
    connection.ask(command).await?;
    persist::persist_users(connection, desired).await
}

/// Logs in as the declared user, and uses that connection from now on. Other users are restricted only after it.
pub(super) async fn log_in_as_declared(
    connections: &mut Connections,
    (desired, secrets): (&Desired, &Secrets),
    node: &Endpoint,
) -> Result<(), Error> {
    if let Some(password) = &desired.login.password {
        let user = secrets.text(&desired.login.user)?;
        let connection = connections.log_in(node, (&user, secrets.get(password)?)).await?;
        connections.replace(connection);
    }
    Ok(())
}

/// The arguments of `ACL SETUSER`, with passwords as their digests.
fn modifiers(user: &User, parts: UserParts<'_>, secrets: &Secrets) -> Result<Vec<String>, Error> {
    let mut modifiers = Vec::new();
    // `resetpass` ends `nopass` too, which has no opposite of its own.
    if (parts.passwords == Some(Others::Dropped) && user.passwords.is_some()) || parts.had_no_password {
        modifiers.push("resetpass".to_owned());
    }
    if parts.rules
        && let Some(rules) = &user.rules
    {
        modifiers.extend(clear_rules(parts.before).map(str::to_owned));
        modifiers.extend(tokens(rules));
    }
    for name in user.passwords.iter().flatten().filter(|_| parts.passwords.is_some()) {
        #[expect(clippy::disallowed_methods, reason = "a password leaves as its digest")]
        modifiers.push(format!("#{}", digest(secrets.get(name)?.expose_secret().as_bytes())));
    }
    modifiers.extend(parts.enabled.map(|enabled| if enabled { "on" } else { "off" }.to_owned()));
    Ok(modifiers)
}
