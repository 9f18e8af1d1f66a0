//! Applies one stage. Each change is a transaction of its own, and transactions are pipelined over as many sessions
//! as the kind of change allows. So a refused change affects no other change, and every change has a result of its
//! own.

mod check;
mod databases;
mod foreign_statement;
mod grantors;
mod job;
mod objects;
mod owners;
mod pipeline;
mod privilege_statement;
mod publication_statement;
mod role_statement;
mod roles;
mod statement;
mod subscriptions;
mod temporary_membership;
mod user_mappings;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use init_core::{Progress, Secrets};

pub(crate) use self::check::check;
use self::job::Answer;
use self::statement::{Statement, statement};
use crate::change::Change;
use crate::error::Error;
use crate::wire::{Names, Ownership, Server};

pub(crate) async fn apply(
    server: &mut Server,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if server.lock.is_lost() {
        // Another run may hold the lock by now.
        return stage.iter().map(|_| Err(server.lock.end_reason())).collect();
    }
    let mut results: BTreeMap<usize, Result<(), Error>> =
        match apply_by_kind(server, stage, secrets, progress).await {
            Ok(answers) => answers.into_iter().collect(),
            Err(error) => {
                let rest: Vec<_> = stage.iter().skip(1).map(|_| Err(error.unsent())).collect();
                return std::iter::once(Err(error)).chain(rest).collect();
            }
        };
    for (index, change) in stage.iter().enumerate() {
        match results.get_mut(&index) {
            Some(Ok(())) => record_owner(&mut server.ownership, change, &server.names),
            Some(Err(error)) => mark_lasting(error, &server.retryable_refusals),
            None => {}
        }
    }
    let failed = results.values().find_map(|result| result.as_ref().err());
    let unsent = failed.map_or_else(|| Error::Internal("it was not sent".to_owned()), Error::unsent);
    (0..stage.len()).map(|index| results.remove(&index).unwrap_or_else(|| Err(unsent.unsent()))).collect()
}

/// Applies the changes of a stage by their kinds. All changes of a stage are of one kind, so at most one of these
/// lists is not empty.
async fn apply_by_kind(
    server: &Server,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let (mut roles, mut databases, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    let (mut mapped, mut subscribed) = (Vec::new(), Vec::new());
    for (index, change) in stage.iter().enumerate() {
        match statement(&server.names, change, server.main.facts.version) {
            Statement::Role(role) => roles.push((index, role)),
            Statement::CreateDatabase(database) => databases.push((index, database)),
            Statement::UserMapping(mapping) => mapped.push((index, change, mapping)),
            Statement::Subscription(subscription) => subscribed.push((index, subscription)),
            Statement::Sql { database, sql } => objects.push((index, change, database, sql)),
        }
    }
    let mut answers = roles::apply(server, roles, secrets, progress).await?;
    answers.extend(databases::create(server, &databases, progress).await?);
    answers.extend(objects::apply(server, objects, progress).await);
    answers.extend(user_mappings::apply(server, mapped, secrets, progress).await);
    answers.extend(subscriptions::apply(server, subscribed, secrets, progress).await);
    Ok(answers)
}

/// Marks an error as lasting when the same change was refused with the same error before the last observation:
/// another observation would not help.
fn mark_lasting(error: &mut Error, retryable_refusals: &RefCell<BTreeSet<String>>) {
    let text = error.to_string();
    if let Error::Server { code, lasting, .. } = error
        && matches!(code.as_str(), "XX000" | "57014")
    {
        *lasting = !retryable_refusals.borrow_mut().insert(text);
    }
}

/// Records the owner that a change has set, for the changes after it.
fn record_owner(ownership: &mut Ownership, change: &Change, names: &Names) {
    match change {
        Change::CreateDatabase(change) => ownership.database_created(change, names),
        Change::AlterDatabase(change) => ownership.database_altered(change, names),
        Change::CreateSchema(change) => ownership.schema_created(change, names),
        Change::AlterSchema(change) => ownership.schema_altered(change, names),
        Change::CreateForeignServer(change) => ownership.foreign_server_created(change, names),
        Change::AlterForeignServer(change) => ownership.foreign_server_altered(change, names),
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::AlterRoleSettings(_)
        | Change::AlterObjectOwner(_)
        | Change::CreateExtension(_)
        | Change::AlterExtension(_)
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
        | Change::AlterSubscription(_) => {}
    }
}
