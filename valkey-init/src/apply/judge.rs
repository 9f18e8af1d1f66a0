//! Has the servers judge a plan before its first write: rules, parameters, and whether changes would last.

use std::collections::BTreeMap;

use redis::{Value, cmd};

use super::accounts::{forget, named};
use crate::Valkey;
use crate::error::Error;
use crate::plan::Change;
use crate::spec::{Mode, tokens};
use crate::wire::{Connection, pairs, text};

/// A rule that no server knows: `ACL SETUSER` is all or nothing, so with it nothing is done, and a complaint
/// about anything else is a complaint about what is declared.
const NO_RULE: &str = "valkey-init-judges-only";
/// A user that this never creates.
const NOBODY: &str = "valkey-init-judges-only";

impl Valkey {
    /// The changes that would fail, with the reason.
    pub(crate) async fn judge(&self, changes: &[Change]) -> Vec<(usize, Error)> {
        let mut refused = Vec::new();
        let mut judged = BTreeMap::new();
        for (position, change) in changes.iter().enumerate() {
            let verdict = match self.to(change.node()) {
                Ok(connection) => self.judge_one(connection, change, &mut judged).await,
                Err(error) => Err(error),
            };
            if let Err(error) = verdict {
                refused.push((position, error));
            }
        }
        refused
    }

    /// `kept` remembers where each node keeps its changes.
    async fn judge_one(
        &self,
        connection: &Connection,
        change: &Change,
        kept: &mut BTreeMap<String, (bool, bool)>,
    ) -> Result<(), Error> {
        let of_user = matches!(
            change,
            Change::CreateUser { .. } | Change::AlterUser { .. } | Change::DisableUser { .. }
        );
        let of_config = matches!(change, Change::SetConfig { .. } | Change::SetAnnounce { .. });
        let of_link =
            matches!(change, Change::ReplicateNode { .. }) && self.desired.mode == Mode::Replication;
        if !(of_user || of_config || of_link) {
            return Ok(());
        }
        let name = connection.node().to_string();
        let (acl_file, config_file) = match kept.get(&name) {
            Some(known) => *known,
            None => files(connection).await?,
        };
        kept.insert(name, (acl_file, config_file));
        let lasts = config_file || (of_user && acl_file);
        if !lasts {
            return Err(fleeting(connection, of_user));
        }
        match change {
            Change::CreateUser { key, .. } | Change::AlterUser { key, rules: Some(_), .. } => {
                let rules = self.desired.users.get(key).and_then(|user| user.rules.as_deref());
                judge_rules(connection, rules.unwrap_or_default()).await
            }
            Change::SetConfig { parameters, .. } => {
                known(connection, parameters.keys().map(String::as_str).collect()).await
            }
            Change::SetAnnounce { parameters, .. } => {
                known(connection, parameters.keys().map(String::as_str).collect()).await
            }
            _ => Ok(()),
        }
    }
}

/// Whether the node was started with an ACL file, and with a configuration file.
async fn files(connection: &Connection) -> Result<(bool, bool), Error> {
    let (mut acl, mut info) = (cmd("CONFIG"), cmd("INFO"));
    acl.arg("GET").arg("aclfile");
    info.arg("server");
    let answers = connection.ask_each(vec![acl, info]).await?;
    let acl = answers.first().map(pairs).unwrap_or_default();
    let acl = acl.into_iter().any(|(_, path)| text(path).is_some_and(|path| !path.is_empty()));
    let info = answers.get(1).and_then(text).unwrap_or_default();
    let config =
        info.lines().filter_map(|line| line.strip_prefix("config_file:")).any(|path| !path.trim().is_empty());
    Ok((acl, config))
}

fn fleeting(connection: &Connection, users: bool) -> Error {
    let (what, remedy) = if users {
        ("users", "start it with a configuration file or an ACL file that it can write")
    } else {
        ("parameters", "start it with a configuration file that it can write")
    };
    Error::Unsupported {
        node: connection.node().clone(),
        problem: format!(
            "it was started without a configuration file, so changed {what} would be lost at its next start"
        ),
        remedy: remedy.to_owned(),
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
