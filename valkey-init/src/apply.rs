//! Applies the changes of one stage, on all nodes at once. A node whose users or parameters have changed then writes
//! its files, so that the change survives a restart.

mod bus_port;
mod check;
mod cluster;
mod config;
mod functions;
mod meet;
mod migration;
mod persist;
mod sentinels;
mod streams;
mod users;

pub(crate) use check::check;
use futures_util::future::join_all;
use init_core::{Progress, Secrets};

use crate::change::Change;
use crate::desired::Desired;
use crate::error::Error;
use crate::wire::{Connection, Connections};

/// Applies changes of one variant.
pub(crate) async fn apply(
    connections: &mut Connections,
    context: (&Desired, &Secrets),
    stage: &[Change],
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if matches!(stage.first(), Some(Change::RestrictUser { .. })) {
        return restrict_users(connections, context, stage, progress).await;
    }
    let connections = &*connections;
    if let [Change::MigrateSlots { .. }, ..] = stage {
        return migration::migrate(connections, context, stage, progress).await;
    }
    if matches!(stage.first(), Some(Change::Sentinel(_))) {
        return apply_in_turn(connections, context, stage, progress).await;
    }
    let results = join_all(stage.iter().map(|change| apply_one(connections, context, change))).await;
    let meetings: Vec<_> = stage.iter().filter_map(meet::meeting_of).collect();
    if !meetings.is_empty() && results.iter().all(Result::is_ok) {
        return meet::await_known(connections, context.0, &meetings, progress).await;
    }
    progress.advance(results.iter().filter(|result| result.is_ok()).count());
    results
}

/// Applies one change after the other, until one fails: a Sentinel that gets another login has no link to the primary
/// for a moment.
async fn apply_in_turn(
    connections: &Connections,
    context: (&Desired, &Secrets),
    stage: &[Change],
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(stage.len());
    for change in stage {
        match apply_one(connections, context, change).await {
            Ok(()) => results.push(Ok(())),
            Err(error) => {
                results.extend(not_sent(error, stage.len() - results.len()));
                break;
            }
        }
        progress.advance(1);
    }
    results
}

/// The results after an error: the error, and for each later change that it was not made.
fn not_sent(error: Error, changes: usize) -> Vec<Result<(), Error>> {
    let later = |_| Err(Error::Unsettled("a change before this one was not made".to_owned()));
    std::iter::once(Err(error)).chain((1..changes).map(later)).collect()
}

/// Restricts users, node by node, each after the declared login has worked on that node.
async fn restrict_users(
    connections: &mut Connections,
    context: (&Desired, &Secrets),
    stage: &[Change],
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(stage.len());
    for change in stage {
        let declared = (context.0.declared_for(change.node()), context.1);
        let proved = users::log_in_as_declared(connections, declared, change.node()).await;
        results.push(match proved {
            Ok(()) => apply_one(connections, context, change).await,
            Err(error) => Err(error),
        });
        progress.advance(1);
    }
    results
}

async fn apply_one(
    connections: &Connections,
    context: (&Desired, &Secrets),
    change: &Change,
) -> Result<(), Error> {
    let connection = connections.to(change.node())?;
    let (all, secrets) = context;
    let desired = all.declared_for(change.node());
    let context = (desired, secrets);
    match change {
        Change::StabilizeSlots { slots, .. } => cluster::stabilize(connection, slots).await,
        Change::AssignSlots { slots, .. } => cluster::assign(connection, slots).await,
        Change::SetEpoch { epoch, .. } => cluster::set_epoch(connection, *epoch).await,
        Change::MeetNode { node, by } => meet::meet(connections, node, by).await,
        Change::ReplicateNode { primary, .. } | Change::ReattachNode { primary, .. } => {
            cluster::replicate(connections, connection, desired, &primary.to).await
        }
        Change::SetAnnounce { parameters, .. } => {
            let pairs = parameters.iter().map(|(name, drift)| (name.as_str(), drift.to.as_str()));
            config::set(connection, desired, pairs).await
        }
        Change::SetConfig { parameters, .. } => {
            config::set_with_secrets(connection, context, parameters).await
        }
        Change::CreateUser { key, enabled, .. } => {
            let parts = users::UserParts::of_new_user(*enabled);
            users::set(connection, context, key, parts).await?;
            persist_users(connection, all).await
        }
        Change::AlterUser { key, enabled, rules, passwords, .. }
        | Change::RestrictUser { key, enabled, rules, passwords, .. } => {
            let parts = users::UserParts::differing(enabled.as_ref(), rules.as_ref(), passwords.as_ref());
            users::set(connection, context, key, parts).await?;
            persist_users(connection, all).await
        }
        // Migrations are applied in `migration`, one after the other.
        Change::MigrateSlots { .. } => Ok(()),
        Change::ForgetNode { member, .. } => cluster::forget(connection, member).await,
        Change::DeleteUser { user, .. } => {
            users::delete(connection, context, user).await?;
            persist_users(connection, all).await
        }
        Change::Sentinel(change) => sentinels::apply(connections, (all, secrets), change).await,
        Change::LoadFunction { library, .. } => functions::load(connection, desired, library).await,
        Change::CreateGroup { stream, group, start, .. } => {
            streams::create_group(connection, (stream, group), start).await
        }
    }
}

/// Has a Sentinel persist its users. A node has done so with the change.
async fn persist_users(connection: &Connection, desired: &Desired) -> Result<(), Error> {
    if desired.is_sentinel(connection.node()) {
        return sentinels::persist_users(connection).await;
    }
    Ok(())
}
