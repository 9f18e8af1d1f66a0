//! Applies changes in the maintenance session and inside databases, with a session of its own for each database.

use std::collections::BTreeMap;

use init_core::Progress;

use super::job::{Answer, AsMember, Job};
use super::{grantors, owners, pipeline, privilege_statement};
use crate::change::{Change, GrantPrivileges, Privileges};
use crate::error::Error;
use crate::spec::Object;
use crate::wire::{Pool, Purpose, Server, Session};

/// A change by its position, the database in which it is applied, and its statements.
pub(super) type SqlChange<'c> = (usize, &'c Change, Option<&'c str>, String);
type Statements<'c> = Vec<(usize, &'c Change, String)>;

pub(super) async fn apply(server: &Server, work: Vec<SqlChange<'_>>, progress: &Progress) -> Vec<Answer> {
    let mut by_database: BTreeMap<Option<&str>, Statements<'_>> = BTreeMap::new();
    for (index, change, database, sql) in work {
        by_database.entry(database).or_default().push((index, change, sql));
    }
    let done = Pool::for_each(server.pool.width, by_database, async |(database, statements)| {
        let indices: Vec<usize> = statements.iter().map(|(index, ..)| *index).collect();
        let answers = match database {
            None => in_session(server, &server.main, statements, progress).await,
            Some(database) => in_database(server, database, statements, progress).await,
        };
        answers.unwrap_or_else(|error| fail_all(&indices, error))
    });
    done.await.into_iter().flatten().collect()
}

/// The results when no session can be opened in a database: the first change has the error, and the others were not
/// sent.
fn fail_all(indices: &[usize], error: Error) -> Vec<Answer> {
    let mut answers: Vec<Answer> =
        indices.iter().skip(1).map(|index| (*index, Err(error.unsent()))).collect();
    answers.extend(indices.first().map(|index| (*index, Err(error))));
    answers
}

async fn in_database(
    server: &Server,
    database: &str,
    statements: Statements<'_>,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    // The catalog is read with a fixed search path, and the changes run with the database's own one, which event
    // triggers see.
    let reading = server.pool.session(database, Purpose::Reading).await?;
    let jobs = create_jobs(server, &reading, statements).await?;
    server.pool.give_back(reading, Purpose::Reading);
    let session = server.pool.session(database, Purpose::Changes).await?;
    let answers = pipeline::in_session(server, &session, jobs, progress).await;
    server.pool.give_back(session, Purpose::Changes);
    Ok(answers)
}

async fn in_session(
    server: &Server,
    session: &Session,
    statements: Statements<'_>,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let jobs = create_jobs(server, session, statements).await?;
    Ok(pipeline::in_session(server, session, jobs, progress).await)
}

/// True for a grant on all objects of a schema with grant option.
fn is_grant_option_on_all(Privileges { target, .. }: &Privileges) -> bool {
    target.grant_option && target.schema.is_some() && target.name.is_none() && target.object != Object::Schema
}

/// The jobs for these changes, each with the roles whose privileges it needs.
async fn create_jobs(
    server: &Server,
    session: &Session,
    statements: Statements<'_>,
) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    for (index, change, mut sql) in statements {
        sql += &grantors::revoke_as_grantors(&server.names, session, change).await?;
        if let Change::GrantPrivileges(GrantPrivileges(granted)) = change
            && is_grant_option_on_all(granted)
            && !session.facts.superuser
        {
            let objects = grantors::objects_without_grant_option(&server.names, session, granted).await?;
            sql = privilege_statement::grant_on_each(&server.names, granted, &objects).unwrap_or(sql);
        }
        let roles = if session.facts.superuser {
            Vec::new()
        } else {
            owners::roles_to_join(session, &owners::required_roles(server, session, change).await?).await?
        };
        let (alone, as_member) =
            if roles.is_empty() { (Some(sql), None) } else { (None, Some(AsMember { roles, sql })) };
        jobs.push(Job { index, doing: change.to_string(), alone, as_member });
    }
    Ok(jobs)
}
