//! Has the servers check a plan before the first write: ACL rules, parameters, logins, permissions, and whether the
//! changes would survive a restart.

mod files;
mod parameters;
mod permissions;
mod rewrite;
mod sentinels;

use init_core::{CheckMode, Endpoint, Secret, Secrets};

use crate::change::Change;
use crate::desired::Desired;
use crate::error::Error;
use crate::observe::dry_run_rules;
use crate::wire::{Connection, Connections};

/// The position of each change that would fail, with the error. The files of the nodes are checked only when nothing
/// else fails, because that check rewrites them with their current content; a plan checks only that there are files.
pub(crate) async fn check(
    connections: &Connections,
    context: (&Desired, &Secrets),
    changes: &[Change],
    mode: CheckMode,
) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    for (position, change) in changes.iter().enumerate() {
        if let Err(error) = check_one(connections, context, change, mode).await {
            refused.push((position, error));
        }
    }
    if refused.is_empty() && mode == CheckMode::Apply {
        refused = sentinels::files(connections, context.0, changes).await;
    }
    if refused.is_empty() && context.0.persist {
        return files::check(connections, context, changes, mode).await;
    }
    refused
}

async fn check_one(
    connections: &Connections,
    context: (&Desired, &Secrets),
    change: &Change,
    mode: CheckMode,
) -> Result<(), Error> {
    let connection = connections.to(change.node())?;
    let (all, secrets) = context;
    let desired = all.declared_for(change.node());
    let context = (desired, secrets);
    match change {
        Change::CreateUser { key, .. } => check_rules(connection, desired, key).await,
        Change::AlterUser { key, rules, .. } => match rules {
            Some(_) => check_rules(connection, desired, key).await,
            None => Ok(()),
        },
        Change::RestrictUser { node, key, rules, .. } => {
            check_login(connections, context, node).await?;
            match rules {
                Some(_) => check_rules(connection, desired, key).await,
                None => Ok(()),
            }
        }
        Change::SetConfig { parameters, .. } => {
            let mut values = Vec::new();
            for (name, drift) in parameters {
                values.push((name.as_str(), secrets.text(&drift.to)?));
            }
            parameters::check(connection, &values).await
        }
        Change::SetAnnounce { parameters, .. } => {
            let values: Vec<_> = parameters
                .iter()
                .map(|(name, drift)| (name.as_str(), Secret::from(drift.to.as_str())))
                .collect();
            parameters::check(connection, &values).await
        }
        // A plan sends no command that changes something, not even with arguments by which it fails.
        Change::MigrateSlots { .. } | Change::ForgetNode { .. } if mode == CheckMode::Plan => Ok(()),
        Change::MigrateSlots { to, .. } => permissions::check_migration(connections, (connection, to)).await,
        Change::ForgetNode { .. } => permissions::check_forget(connection).await,
        Change::Sentinel(change) => sentinels::check(connection, all, change, mode).await,
        // No server checks these without doing them.
        Change::StabilizeSlots { .. }
        | Change::AssignSlots { .. }
        | Change::SetEpoch { .. }
        | Change::MeetNode { .. }
        | Change::ReplicateNode { .. }
        | Change::ReattachNode { .. }
        | Change::LoadFunction { .. }
        | Change::CreateGroup { .. }
        | Change::DeleteUser { .. } => Ok(()),
    }
}

/// Tries the declared login. A login that this run does not create has to work before another user is restricted.
async fn check_login(
    connections: &Connections,
    (desired, secrets): (&Desired, &Secrets),
    node: &Endpoint,
) -> Result<(), Error> {
    let login = &desired.login;
    let created = desired.users.values().any(|user| user.name == login.user);
    if let (false, Some(password)) = (created, &login.password) {
        let user = secrets.text(&login.user)?;
        connections.log_in(node, (&user, secrets.get(password)?)).await?;
    }
    Ok(())
}

async fn check_rules(connection: &Connection, desired: &Desired, key: &str) -> Result<(), Error> {
    let rules = desired.users.get(key).and_then(|user| user.rules.as_deref()).unwrap_or_default();
    dry_run_rules(connection, rules).await
}
