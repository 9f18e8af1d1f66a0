//! Has the server try the values of parameters in a transaction of their own: `set_config(…, true)`
//! checks as `ALTER … SET` does, and ends with the transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::Change;
use crate::desired::sql;
use crate::error::Error;
use crate::spec::Setting;
use crate::wire::{Row, Server};

/// The parameters of a session that no catalog lists.
const UNLISTED: [&str; 3] = ["role", "seed", "session_authorization"];

/// `ALTER … SET` takes any name of an object for these, which may come later.
const ANY_NAME: [&str; 4] =
    ["default_table_access_method", "default_tablespace", "default_text_search_config", "temp_tablespaces"];

/// Parameters that can be set in a session; a dotted name that the server does not know is accepted as it is.
const KNOWN: &str = "\
    SELECT s.name, s.context IN ('user', 'superuser') FROM pg_catalog.pg_settings s \
    WHERE pg_catalog.lower(s.name) = ANY($1)";

pub(super) async fn check(server: &Server, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut wanted: BTreeSet<(usize, &str, &Setting)> = BTreeSet::new();
    for (index, change) in changes.iter().enumerate() {
        let set = settings(change).into_iter().filter(|(_, value)| **value != Setting::Unset);
        wanted.extend(set.map(|(name, value)| (index, name.as_str(), value)));
    }
    let granted = granted(changes, server.main.facts.superuser);
    if wanted.is_empty() && granted.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<&str> = wanted.iter().map(|(_, name, _)| *name).collect();
    names.extend(granted.iter().map(|(_, name)| *name));
    let text = tokio_postgres::types::Type::TEXT_ARRAY;
    let known = match server.main.rows("reading parameters", KNOWN, [(&names, text)]).await {
        Ok(rows) => rows,
        Err(error) => return vec![(0, error)],
    };
    let row = |row: &Row| Ok((row.get::<String>(0)?.to_ascii_lowercase(), row.get(1)?));
    let known: BTreeMap<String, bool> = match known.iter().map(row).collect::<Result<_, Error>>() {
        Ok(known) => known,
        Err(error) => return vec![(0, error)],
    };
    let mut refused = Vec::new();
    let unknown = |name: &str| Error::Missing(format!("the server knows no parameter {name}"));
    let may_be = |name: &str| known.contains_key(name) || name.contains('.') || UNLISTED.contains(&name);
    refused.extend(
        granted.into_iter().filter(|(_, name)| !may_be(name)).map(|(index, name)| (index, unknown(name))),
    );
    for (index, name, value) in wanted {
        match known.get(name) {
            None if name.contains('.') || UNLISTED.contains(&name) => {}
            None => refused.push((index, unknown(name))),
            // The session's own transaction is not changed for a trial.
            Some(true) if !name.starts_with("transaction_") && !ANY_NAME.contains(&name) => {
                let (shown, text) = (sql::literal(name), sql::literal(&trial(name, value)));
                let question = format!("SELECT pg_catalog.set_config({shown}, {text}, true)");
                let doing = format!("trying the value of the parameter {name}");
                if let Err(error) = server.main.simple(&question, &doing).await {
                    refused.push((index, error));
                }
            }
            Some(_) => {}
        }
    }
    refused
}

/// The parameters on which privileges are granted. Some are shown to superusers alone, so that nobody else is told that there
/// is none.
fn granted(changes: &[Change], superuser: bool) -> Vec<(usize, &str)> {
    let mut granted = Vec::new();
    for (index, change) in changes.iter().enumerate().filter(|_| superuser) {
        if let Change::GrantParameter(c) = change {
            granted.push((index, c.parameter.as_str()));
        }
    }
    granted
}

/// The text that `set_config` takes for what `SET` takes as a list.
fn trial(name: &str, value: &Setting) -> String {
    match value {
        Setting::List(items) if name == "search_path" => sql::idents(items.iter().map(String::as_str)),
        other => other.text(),
    }
}

fn settings(change: &Change) -> Vec<(&String, &Setting)> {
    match change {
        Change::CreateRole(c) => c.settings.iter().collect(),
        Change::AlterRole(c) => c.settings.iter().map(|(name, drift)| (name, &drift.to)).collect(),
        Change::CreateDatabase(c) => c.settings.iter().collect(),
        Change::AlterDatabase(c) => c.settings.iter().map(|(name, drift)| (name, &drift.to)).collect(),
        Change::AlterRoleSettings(c) => c.settings.iter().map(|(name, drift)| (name, &drift.to)).collect(),
        Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::CreateSchema(_)
        | Change::AlterSchema(_)
        | Change::AlterObjectOwner(_)
        | Change::CreateExtension(_)
        | Change::AlterExtension(_)
        | Change::CreateForeignServer(_)
        | Change::AlterForeignServer(_)
        | Change::CreateUserMapping(_)
        | Change::AlterUserMapping(_)
        | Change::GrantPrivileges(_)
        | Change::RevokePrivileges(_)
        | Change::AlterDefaultPrivileges(_)
        | Change::RevokeDefaultPrivileges(_)
        | Change::CreatePublication(_)
        | Change::AlterPublication(_)
        | Change::CreateReplicationSlot(_)
        | Change::CreateSubscription(_)
        | Change::AlterSubscription(_) => Vec::new(),
    }
}
