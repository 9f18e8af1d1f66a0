//! Changes in the maintenance session and inside databases, each database in a session of its own.

use std::collections::BTreeMap;

use init_core::Progress;

use super::job::{Answer, AsMember, Job};
use super::{grantors, owners, pipeline, privilege_statement};
use crate::change::{Change, GrantPrivileges, Privileges};
use crate::error::Error;
use crate::spec::Object;
use crate::wire::{Pool, Server, Session, Use};

/// A change by its position, the database that it is carried out in, and its statements.
pub(super) type Work<'c> = (usize, &'c Change, Option<&'c str>, String);
type Statements<'c> = Vec<(usize, &'c Change, String)>;

pub(super) async fn apply(server: &Server, work: Vec<Work<'_>>, progress: &Progress) -> Vec<Answer> {
    let mut by_database: BTreeMap<Option<&str>, Statements<'_>> = BTreeMap::new();
    for (index, change, database, sql) in work {
        by_database.entry(database).or_default().push((index, change, sql));
    }
    let done = Pool::each(server.pool.width, by_database, async |(database, statements)| {
        let indices: Vec<usize> = statements.iter().map(|(index, ..)| *index).collect();
        let answers = match database {
            None => in_session(server, &server.main, statements, progress).await,
            Some(database) => in_database(server, database, statements, progress).await,
        };
        answers.unwrap_or_else(|error| for_all(&indices, error))
    });
    done.await.into_iter().flatten().collect()
}

/// A database that no session can be opened in: its first change has the error.
fn for_all(indices: &[usize], error: Error) -> Vec<Answer> {
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
    // What is read for the changes is read with a path of our own, and event triggers see the database's own.
    let reading = server.pool.session(database, Use::Reading).await?;
    let jobs = jobs(server, &reading, statements).await?;
    server.pool.keep(reading, Use::Reading);
    let session = server.pool.session(database, Use::Changes).await?;
    let answers = pipeline::in_session(server, &session, jobs, progress).await;
    server.pool.keep(session, Use::Changes);
    Ok(answers)
}

async fn in_session(
    server: &Server,
    session: &Session,
    statements: Statements<'_>,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let jobs = jobs(server, session, statements).await?;
    Ok(pipeline::in_session(server, session, jobs, progress).await)
}

/// Whether it is a grant on all objects of a schema with the right to pass it on.
fn passes_on(Privileges { target, .. }: &Privileges) -> bool {
    target.grant_option && target.schema.is_some() && target.name.is_none() && target.object != Object::Schema
}

/// Each change with what it takes of other roles.
async fn jobs(server: &Server, session: &Session, statements: Statements<'_>) -> Result<Vec<Job>, Error> {
    let mut jobs = Vec::new();
    for (index, change, mut sql) in statements {
        sql += &grantors::revoke(&server.names, session, change).await?;
        if let Change::GrantPrivileges(GrantPrivileges(granted)) = change
            && passes_on(granted)
            && !session.facts.superuser
        {
            let objects = grantors::lacking(&server.names, session, granted).await?;
            sql = privilege_statement::grant_on_each(&server.names, granted, &objects).unwrap_or(sql);
        }
        let roles = if session.facts.superuser {
            Vec::new()
        } else {
            owners::lacking(session, &owners::needed(server, session, change).await?).await?
        };
        let (alone, as_member) =
            if roles.is_empty() { (Some(sql), None) } else { (None, Some(AsMember { roles, sql })) };
        jobs.push(Job { index, doing: change.to_string(), alone, as_member });
    }
    Ok(jobs)
}
