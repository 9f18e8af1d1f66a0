//! Has the servers judge a plan before its first write: rules, parameters, logins, and whether changes would last.

use init_core::diff::Drift;
use init_core::{Endpoint, Secret, Secrets};
use redis::{Value, cmd};
use secrecy::ExposeSecret;

use super::accounts::{forget, named};
use crate::Valkey;
use crate::error::Error;
use crate::plan::Change;
use crate::spec::tokens;
use crate::wire::{Connection, pairs};

/// A rule that no server knows: `ACL SETUSER` is all or nothing, so with it nothing is done, and a complaint
/// about anything else is a complaint about what is declared.
const NO_RULE: &str = "valkey-init-judges-only";
/// A user that this never creates.
const NOBODY: &str = "valkey-init-judges-only";

impl Valkey {
    /// The changes that would fail, with the reason. What a node's files take is tried only when all else is well: it
    /// writes them, as they are.
    pub(crate) async fn judge(&self, changes: &[Change], secrets: &Secrets) -> Vec<(usize, Error)> {
        let mut refused = Vec::new();
        for (position, change) in changes.iter().enumerate() {
            if let Err(error) = self.judge_one(change, secrets).await {
                refused.push((position, error));
            }
        }
        if refused.is_empty() && self.desired.persist {
            return self.rehearse(changes, secrets).await;
        }
        refused
    }

    async fn judge_one(&self, change: &Change, secrets: &Secrets) -> Result<(), Error> {
        let connection = self.to(change.node())?;
        match change {
            Change::CloseUser { node, .. } => self.declared_login(node, secrets).await?,
            Change::SetConfig { parameters, .. } => {
                known(connection, parameters.keys().map(String::as_str).collect()).await?;
                let mut values = Vec::new();
                for (name, drift) in parameters {
                    values.push((name.as_str(), secrets.text(&drift.to)?));
                }
                judge_values(connection, &values).await?;
            }
            Change::SetAnnounce { parameters, .. } => {
                known(connection, parameters.keys().map(String::as_str).collect()).await?;
                let value = |drift: &Drift<String>| Secret::from(drift.to.as_str());
                let values: Vec<_> =
                    parameters.iter().map(|(name, drift)| (name.as_str(), value(drift))).collect();
                judge_values(connection, &values).await?;
            }
            Change::CreateUser { .. }
            | Change::AlterUser { .. }
            | Change::StabilizeSlots { .. }
            | Change::AssignSlots { .. }
            | Change::SetEpoch { .. }
            | Change::MeetNode { .. }
            | Change::ReplicateNode { .. }
            | Change::LoadFunction { .. } => {}
        }
        if let Change::CreateUser { key, .. }
        | Change::AlterUser { key, rules: Some(_), .. }
        | Change::CloseUser { key, rules: Some(_), .. } = change
        {
            let rules = self.desired.users.get(key).and_then(|user| user.rules.as_deref());
            judge_rules(connection, rules.unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// A login that this run does not make has to work before anything is taken from another.
    async fn declared_login(&self, node: &Endpoint, secrets: &Secrets) -> Result<(), Error> {
        let login = &self.desired.login;
        let made = self.desired.users.values().any(|user| user.name == login.user);
        if let (false, Some(password)) = (made, &login.password) {
            let user = secrets.text(&login.user)?;
            self.connections.login(node, (&user, secrets.get(password)?)).await?;
        }
        Ok(())
    }
}

async fn judge_rules(connection: &Connection, rules: &str) -> Result<(), Error> {
    let mut command = named(&NOBODY.into());
    command.arg(forget().map(str::to_owned).chain(tokens(rules)).collect::<Vec<_>>()).arg(NO_RULE);
    match connection.ask(command).await {
        Err(Error::Refused { code, message, .. }) if code == "ERR" && message.contains(NO_RULE) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// Numbers that every server has.
const NUMBERS: [&str; 2] = ["hz", "timeout"];

/// `CONFIG SET` is all or nothing, in the order of its arguments: with a last one that is no number nothing is set, and a
/// complaint about anything else is a complaint about what is declared.
async fn judge_values(connection: &Connection, values: &[(&str, Secret)]) -> Result<(), Error> {
    let free = |number: &&str| !values.iter().any(|(name, _)| name == number);
    let Some(last) = NUMBERS.into_iter().find(free) else { return Ok(()) };
    let mut command = cmd("CONFIG");
    command.arg("SET");
    for (name, value) in values {
        #[expect(clippy::disallowed_methods, reason = "a replica's own login is a parameter of the server")]
        command.arg(name).arg(value.expose_secret());
    }
    command.arg(last).arg(NO_RULE);
    match connection.ask(command).await {
        Err(Error::Refused { code, message, .. })
            if code == "ERR" && message.contains(&format!("'{last}'")) =>
        {
            Ok(())
        }
        Err(error) => Err(error),
        Ok(_) => Ok(()),
    }
}

/// All these parameters exist.
async fn known(connection: &Connection, names: Vec<&str>) -> Result<(), Error> {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg(&names);
    // Two of them may hold a password, so the values go no further.
    let found: Vec<String> = match connection.ask(command).await? {
        Value::Nil => Vec::new(),
        value => pairs(&value).into_iter().map(|(name, _)| name).collect(),
    };
    match names.iter().find(|name| !found.iter().any(|found| found == *name)) {
        None => Ok(()),
        Some(name) => Err(Error::Unsupported {
            node: connection.node().clone(),
            problem: format!("it has no parameter `{name}`"),
            remedy: "correct the name under `config`, or use a server that has it".to_owned(),
        }),
    }
}
