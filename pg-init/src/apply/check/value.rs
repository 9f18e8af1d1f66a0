//! Checks the values of parameters on the server: `set_config(…, true)` validates a value as `ALTER … SET` does, and
//! its effect ends with the transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::change::Change;
use crate::desired::sql;
use crate::error::Error;
use crate::spec::Setting;
use crate::wire::{Row, Server};

/// Parameters of a session that are not in the catalog.
const UNLISTED: [&str; 3] = ["role", "seed", "session_authorization"];

/// Parameters for which `ALTER … SET` accepts the name of any object, which may be created later.
const ANY_NAME: [&str; 4] =
    ["default_table_access_method", "default_tablespace", "default_text_search_config", "temp_tablespaces"];

/// The known parameters of these names, and whether they can be set in a session. The server accepts an unknown name
/// with a dot.
const KNOWN: &str = "\
    SELECT s.name, s.context IN ('user', 'superuser') FROM pg_catalog.pg_settings s \
    WHERE pg_catalog.lower(s.name) = ANY($1)";

pub(super) async fn check(server: &Server, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut wanted: BTreeSet<(usize, &str, &Setting)> = BTreeSet::new();
    for (index, change) in changes.iter().enumerate() {
        let set = settings_set_by(change).into_iter().filter(|(_, value)| **value != Setting::Unset);
        wanted.extend(set.map(|(name, value)| (index, name.as_str(), value)));
    }
    let granted = granted_parameters(changes, server.main.facts.superuser);
    if wanted.is_empty() && granted.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<&str> = wanted.iter().map(|(_, name, _)| *name).collect();
    names.extend(granted.iter().map(|(_, name)| *name));
    let text = tokio_postgres::types::Type::TEXT_ARRAY;
    let known = match server.main.query("reading parameters", KNOWN, [(&names, text)]).await {
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
            // Parameters of the transaction would change the one that checks them.
            Some(true) if !name.starts_with("transaction_") && !ANY_NAME.contains(&name) => {
                let (shown, text) = (sql::literal(name), sql::literal(&set_config_text(name, value)));
                let question = format!("SELECT pg_catalog.set_config({shown}, {text}, true)");
                let doing = format!("trying the value of the parameter {name}");
                if let Err(error) = server.main.execute(&question, &doing).await {
                    refused.push((index, error));
                }
            }
            Some(_) => {}
        }
    }
    refused
}

/// The parameters on which a plan grants privileges. The server shows some parameters to superusers alone, so the
/// other roles get no error for a parameter that they cannot see.
fn granted_parameters(changes: &[Change], superuser: bool) -> Vec<(usize, &str)> {
    let mut granted = Vec::new();
    for (index, change) in changes.iter().enumerate().filter(|_| superuser) {
        if let Change::GrantParameter(c) = change {
            granted.push((index, c.parameter.as_str()));
        }
    }
    granted
}

/// The text for `set_config` of a value that `SET` takes as a list.
fn set_config_text(name: &str, value: &Setting) -> String {
    match value {
        Setting::List(items) if name == "search_path" => sql::idents(items.iter().map(String::as_str)),
        other => other.text(),
    }
}

/// The parameters that a change sets.
fn settings_set_by(change: &Change) -> Vec<(&String, &Setting)> {
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
