//! Users, parameters, and the order in which the last way in is closed.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Progress, Secret, Secrets, Text};
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;

use super::rewrite;
use crate::Valkey;
use crate::error::Error;
use crate::plan::Change;
use crate::spec::{User, tokens};
use crate::wire::{Connection, digest, pairs, text};

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
        let keep = keep(connection).await?;
        connection.ask_each(vec![command, keep]).await?;
        Ok(())
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
        let Change::DisableUser { node, key, .. } = change else { return Ok(()) };
        let user = secrets.text(&self.desired.login.user)?;
        if let Some(password) = &self.desired.login.password {
            let proved = self.connections.login(node, (&user, secrets.get(password)?)).await?;
            self.connections.replace(proved);
        }
        self.set_user(self.to(node)?, change, key, secrets).await
    }
}

/// What `ACL SETUSER` is to do, with passwords as their digests.
fn modifiers(user: &User, change: &Change, secrets: &Secrets) -> Result<Vec<String>, Error> {
    let (rules, passwords, enabled) = match change {
        Change::CreateUser { enabled, .. } => (true, true, Some(*enabled)),
        Change::AlterUser { enabled, rules, passwords, .. } => {
            (rules.is_some(), passwords.is_some(), enabled.as_ref().map(|drift| drift.to))
        }
        Change::DisableUser { enabled, .. } => (false, false, Some(enabled.to)),
        _ => (false, false, None),
    };
    let mut modifiers = Vec::new();
    if passwords && user.passwords.is_some() {
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

/// What keeps users over a restart, on this node.
async fn keep(connection: &Connection) -> Result<Cmd, Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("aclfile");
    let found = connection.ask(command).await?;
    let file = pairs(&found).into_iter().any(|(_, path)| text(path).is_some_and(|path| !path.is_empty()));
    let mut save = cmd("ACL");
    save.arg("SAVE");
    Ok(if file { save } else { rewrite() })
}

/// Parameters of one node; a secret one is looked up only here.
pub(super) async fn set_parameters(
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
    set_config(connection, pairs).await
}

/// One `CONFIG SET`, all or nothing, kept by `CONFIG REWRITE`.
pub(super) async fn set_config<'a>(
    connection: &Connection,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), Error> {
    let mut command = cmd("CONFIG");
    command.arg("SET");
    for (name, value) in pairs {
        command.arg(name).arg(value);
    }
    connection.ask_each(vec![command, rewrite()]).await?;
    Ok(())
}
