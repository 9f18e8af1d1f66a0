//! Carries out one stage: each change is one transaction, pipelined, over as many sessions as the kind of
//! change bears. So one refused change takes no other with it, and every change has its own answer.

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
        // Another run may have taken the lock by now.
        return stage.iter().map(|_| Err(server.lock.lost())).collect();
    }
    let mut results: BTreeMap<usize, Result<(), Error>> =
        match carry_out(server, stage, secrets, progress).await {
            Ok(answers) => answers.into_iter().collect(),
            Err(error) => {
                let rest: Vec<_> = stage.iter().skip(1).map(|_| Err(error.unsent())).collect();
                return std::iter::once(Err(error)).chain(rest).collect();
            }
        };
    for (index, change) in stage.iter().enumerate() {
        match results.get_mut(&index) {
            Some(Ok(())) => note_owner(&mut server.ownership, change, &server.names),
            Some(Err(error)) => mark_lasting(error, &server.overtaken),
            None => {}
        }
    }
    let failed = results.values().find_map(|result| result.as_ref().err());
    let unsent = failed.map_or_else(|| Error::Internal("it was not sent".to_owned()), Error::unsent);
    (0..stage.len()).map(|index| results.remove(&index).unwrap_or_else(|| Err(unsent.unsent()))).collect()
}

/// Each kind of change in its own way. A stage has one kind alone, so at most one of these lists holds anything.
async fn carry_out(
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

/// The same refusal of the same change, after a new reading, is no accident: a third reading would end the same.
fn mark_lasting(error: &mut Error, overtaken: &RefCell<BTreeSet<String>>) {
    let text = error.to_string();
    if let Error::Server { code, lasting, .. } = error
        && matches!(code.as_str(), "XX000" | "57014")
    {
        *lasting = !overtaken.borrow_mut().insert(text);
    }
}

/// Remembers the owner that a change has set, for the changes after it.
fn note_owner(ownership: &mut Ownership, change: &Change, names: &Names) {
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
