//! Users, parameters, and the order in which the last way in is closed.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Progress, Secret, Secrets, Text};
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;

use crate::Valkey;
use crate::error::Error;
use crate::plan::Change;
use crate::spec::{User, tokens, without_password};
use crate::wire::{Connection, digest};

impl Valkey {
    /// `ACL SETUSER` is all or nothing, and what it did is kept right after it.
    pub(super) async fn set_user(
        &self,
        connection: &Connection,
        change: &Change,
        key: &str,
        secrets: &Secrets,
    ) -> Result<(), Error> {
        let Some(user) = self.desired.users.get(key) else { return Ok(()) };
        let mut command = named(&secrets.text(&user.name)?);
        command.arg(modifiers(user, change, secrets)?);
        connection.ask(command).await?;
        self.keep_users(connection).await
    }

    /// Closes a way in on each node, after the declared login has proved to work there.
    pub(super) async fn lock_out(
        &mut self,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        let mut results = Vec::with_capacity(stage.len());
        for change in stage {
            results.push(self.lock_one(change, secrets).await);
            progress.advance(1);
        }
        results
    }

    async fn lock_one(&mut self, change: &Change, secrets: &Secrets) -> Result<(), Error> {
        let Change::CloseUser { node, key, .. } = change else { return Ok(()) };
        let user = secrets.text(&self.desired.login.user)?;
        if let Some(password) = &self.desired.login.password {
            let proved = self.connections.login(node, (&user, secrets.get(password)?)).await?;
            self.connections.replace(proved);
        }
        self.set_user(self.to(node)?, change, key, secrets).await
    }

    /// Parameters of one node; a secret one is looked up only here.
    pub(super) async fn set_parameters(
        &self,
        connection: &Connection,
        parameters: &BTreeMap<String, Drift<Text>>,
        secrets: &Secrets,
    ) -> Result<(), Error> {
        let mut values = Vec::new();
        for (name, drift) in parameters {
            values.push((name.as_str(), secrets.text(&drift.to)?));
        }
        #[expect(clippy::disallowed_methods, reason = "a replica's own login is a parameter of the server")]
        let pairs = values.iter().map(|(name, value)| (*name, value.expose_secret()));
        self.set_config(connection, pairs).await
    }

    /// One `CONFIG SET`, all or nothing; only what was taken is kept.
    pub(super) async fn set_config<'a>(
        &self,
        connection: &Connection,
        pairs: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Error> {
        let mut command = cmd("CONFIG");
        command.arg("SET");
        for (name, value) in pairs {
            command.arg(name).arg(value);
        }
        connection.ask(command).await?;
        self.keep_parameters(connection).await
    }
}

/// What `ACL SETUSER` is to do, with passwords as their digests.
fn modifiers(user: &User, change: &Change, secrets: &Secrets) -> Result<Vec<String>, Error> {
    let open = |drift: &Drift<String>| drift.from.as_deref().is_some_and(without_password);
    let (rules, passwords, enabled, opened) = match change {
        Change::CreateUser { enabled, .. } => (true, true, Some(*enabled), false),
        Change::AlterUser { enabled, rules, passwords, .. }
        | Change::CloseUser { enabled, rules, passwords, .. } => {
            let opened = rules.as_ref().is_some_and(open);
            (rules.is_some(), passwords.is_some(), enabled.as_ref().map(|drift| drift.to), opened)
        }
        _ => (false, false, None, false),
    };
    let mut modifiers = Vec::new();
    // A user without a password has none that this would take away.
    if (passwords && user.passwords.is_some()) || opened {
        modifiers.push("resetpass".to_owned());
    }
    if rules && let Some(rules) = &user.rules {
        modifiers.extend(forget().map(str::to_owned));
        modifiers.extend(tokens(rules));
    }
    for name in user.passwords.iter().flatten().filter(|_| passwords) {
        #[expect(clippy::disallowed_methods, reason = "a password leaves as its digest")]
        modifiers.push(format!("#{}", digest(secrets.get(name)?.expose_secret().as_bytes())));
    }
    modifiers.extend(enabled.map(|enabled| if enabled { "on" } else { "off" }.to_owned()));
    Ok(modifiers)
}

/// What goes before declared rules, so that nothing of the old ones stays.
pub(super) fn forget() -> impl Iterator<Item = &'static str> {
    ["resetkeys", "resetchannels", "clearselectors", "nocommands", "sanitize-payload"].into_iter()
}

/// `ACL SETUSER NAME`
pub(super) fn named(name: &Secret) -> Cmd {
    let mut command = cmd("ACL");
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's name may be a secret, and the server is told it"
    )]
    command.arg("SETUSER").arg(name.expose_secret());
    command
}
