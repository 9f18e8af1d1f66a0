//! Carries out one stage: each change is one transaction, pipelined, over as many sessions as the kind of
//! change bears. So one refused change takes no other with it, and every change has its own answer.

mod borrow;
mod membership;
mod roles;
mod statement;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use init_core::{Progress, Secrets};

use crate::backend::Postgres;
use crate::change::{Change, GrantPrivileges, RevokePrivileges};
use crate::error::Error;
use crate::pool::Pool;
use crate::spec::Object;
use crate::wire::{Preset, Session};

/// Messages on the way at a time in one session.
const PIPELINE: usize = 30;
/// So many jobs are worth a session of their own.
const SHARE: usize = 16;
/// Creating databases and hashing passwords is the server's work, and it has other work.
const LANES: usize = 4;

/// A change as the server takes it.
struct Job {
    index: usize,
    doing: String,
    /// What goes without joining anyone, as a transaction of its own; `CREATE DATABASE` alone bears none.
    alone: Option<String>,
    /// What comes after that, in one transaction with joining these roles.
    joined: Option<Joined>,
}

struct Joined {
    roles: Vec<String>,
    sql: String,
}

impl Job {
    fn joins(&self) -> bool {
        self.joined.as_ref().is_some_and(|joined| !joined.roles.is_empty())
    }
}

type Answer = (usize, Result<(), Error>);

pub(crate) async fn apply(
    postgres: &mut Postgres,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    if postgres.lock.is_lost() {
        // Another run may have it by now.
        return stage.iter().map(|_| Err(postgres.lock.lost())).collect();
    }
    let answers = match stage.first() {
        Some(Change::CreateRole(_) | Change::AlterRole(_)) => {
            roles::apply(postgres, stage, secrets, progress).await
        }
        Some(Change::CreateDatabase(_)) => databases(postgres, stage, progress).await,
        _ => places(postgres, stage, progress).await,
    };
    let mut results: BTreeMap<usize, Result<(), Error>> = match answers {
        Ok(answers) => answers.into_iter().collect(),
        Err(error) => {
            let rest: Vec<_> = stage.iter().skip(1).map(|_| Err(error.unsent())).collect();
            return std::iter::once(Err(error)).chain(rest).collect();
        }
    };
    for (index, change) in stage.iter().enumerate() {
        match results.get_mut(&index) {
            Some(Ok(())) => postgres.ownership.note(change, &postgres.names),
            Some(Err(error)) => lasting(error, &postgres.overtaken),
            None => {}
        }
    }
    let failed = results.values().find_map(|result| result.as_ref().err());
    let unsent = failed.map_or_else(|| Error::Internal("it was not sent".to_owned()), Error::unsent);
    (0..stage.len()).map(|index| results.remove(&index).unwrap_or_else(|| Err(unsent.unsent()))).collect()
}

/// The same refusal of the same change, after a new reading, is no accident: another one would end the same.
fn lasting(error: &mut Error, overtaken: &RefCell<BTreeSet<String>>) {
    let said = error.to_string();
    if let Error::Server { code, lasting, .. } = error
        && matches!(code.as_str(), "XX000" | "57014")
    {
        *lasting = !overtaken.borrow_mut().insert(said);
    }
}

/// Changes in the maintenance session and in the databases, each database in a session of its own.
async fn places(postgres: &Postgres, stage: &[Change], progress: &Progress) -> Result<Vec<Answer>, Error> {
    let mut by_place: BTreeMap<Option<&str>, Vec<(usize, &Change)>> = BTreeMap::new();
    for (index, change) in stage.iter().enumerate() {
        by_place.entry(place(change)).or_default().push((index, change));
    }
    let done = Pool::each(postgres.pool.width, by_place, async |(place, changes)| {
        let answers = match place {
            None => in_session(postgres, &postgres.main, &changes, progress).await,
            Some(database) => in_database(postgres, database, &changes, progress).await,
        };
        answers.map_err(|error| (changes, error))
    });
    let mut answers = Vec::new();
    for result in done.await {
        match result {
            Ok(done) => answers.extend(done),
            // A database that cannot be entered.
            Err((changes, error)) => {
                answers.extend(changes.iter().skip(1).map(|(index, _)| (*index, Err(error.unsent()))));
                answers.extend(changes.first().map(|(index, _)| (*index, Err(error))));
            }
        }
    }
    Ok(answers)
}

async fn in_database(
    postgres: &Postgres,
    database: &str,
    changes: &[(usize, &Change)],
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let session = postgres.pool.enter(database).await?;
    let answers = in_session(postgres, &session, changes, progress).await?;
    postgres.pool.keep(session);
    Ok(answers)
}

async fn in_session(
    postgres: &Postgres,
    session: &Session,
    changes: &[(usize, &Change)],
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let jobs = borrow::jobs(postgres, session, changes).await?;
    Ok(pipeline(postgres, session, jobs, progress).await)
}

/// Where a change is carried out; nothing is the maintenance database.
fn place(change: &Change) -> Option<&str> {
    match change {
        Change::CreateSchema(c) => Some(&c.database),
        Change::AlterSchema(c) => Some(&c.database),
        Change::CreateExtension(c) => Some(&c.database),
        Change::AlterExtension(c) => Some(&c.database),
        Change::AlterDefaultPrivileges(c) => Some(&c.database),
        Change::CreatePublication(c) => Some(&c.database),
        Change::AlterPublication(c) => Some(&c.database),
        Change::RevokePrivileges(RevokePrivileges(c)) | Change::GrantPrivileges(GrantPrivileges(c)) => {
            (c.target.object != Object::Database).then_some(c.database.as_str())
        }
        Change::CreateRole(_)
        | Change::AlterRole(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::CreateDatabase(_)
        | Change::AlterDatabase(_) => None,
    }
}

/// Databases with the same rank at once, on a few sessions: none is copied from another of them.
async fn databases(postgres: &Postgres, stage: &[Change], progress: &Progress) -> Result<Vec<Answer>, Error> {
    let rank = |change: &Change| match change {
        Change::CreateDatabase(c) => c.rank,
        _ => 0,
    };
    let mut answers: Vec<Answer> = Vec::new();
    for same in stage.chunk_by(|a, b| rank(a) == rank(b)) {
        for change in same {
            if let Change::CreateDatabase(c) = change {
                postgres.pool.leave(&c.template);
            }
        }
        let offset = answers.len();
        let mut jobs = Vec::new();
        for (index, change) in same.iter().enumerate() {
            if let Change::CreateDatabase(c) = change {
                jobs.push(borrow::create_database(postgres, offset + index, c).await?);
            }
        }
        let lanes = if jobs.len() < 4 { 1 } else { LANES };
        answers.extend(spread(postgres, jobs, lanes, &Preset::usual(), progress).await?);
        // A copy of what is not there would fail for the wrong reason.
        if answers.iter().any(|(_, result)| result.is_err()) {
            break;
        }
    }
    Ok(answers)
}

/// Deals jobs out to several sessions of the maintenance database.
async fn spread(
    postgres: &Postgres,
    jobs: Vec<Job>,
    lanes: usize,
    preset: &Preset,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let lanes = lanes.min(postgres.pool.width).max(1);
    let mut shares: Vec<Vec<Job>> = (0..lanes).map(|_| Vec::new()).collect();
    for (job, lane) in jobs.into_iter().zip((0..lanes).cycle()) {
        if let Some(share) = shares.get_mut(lane) {
            share.push(job);
        }
    }
    let (door, database) = (&postgres.pool.door, postgres.main.database());
    let opened = Pool::each(lanes, shares.iter(), async |_| door.enter_with(database, preset).await).await;
    let sessions: Vec<Session> = opened.into_iter().collect::<Result<_, _>>()?;
    let work = sessions.iter().zip(shares);
    let work = work.map(async |(session, jobs)| pipeline(postgres, session, jobs, progress).await);
    Ok(join_all(work).await.into_iter().flatten().collect())
}

/// One session's jobs in order. All but the last of many commit without waiting for the disk: the last one's flush
/// covers everything before it.
async fn pipeline(
    postgres: &Postgres,
    session: &Session,
    jobs: Vec<Job>,
    progress: &Progress,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let lazy = if jobs.len() > SHARE { jobs.len() - 1 } else { 0 };
    let mut jobs: Vec<(Job, bool)> = jobs.into_iter().zip((0..).map(|position| position < lazy)).collect();
    while !jobs.is_empty() {
        let simple = jobs.iter().take_while(|(job, _)| !job.joins()).count();
        // What joins roles goes by itself: its transaction has several messages.
        let chunk: Vec<_> = jobs.drain(..simple.clamp(1, PIPELINE)).collect();
        let work = chunk.iter().map(async |(job, lazy)| {
            let done = one(postgres, session, job, *lazy).await;
            if done.is_ok() {
                progress.advance(1);
            }
            (job.index, done)
        });
        answers.extend(join_all(work).await);
    }
    answers
}

async fn one(postgres: &Postgres, session: &Session, job: &Job, lazy: bool) -> Result<(), Error> {
    if let Some(sql) = &job.alone {
        let lazy = lazy && !sql.starts_with("CREATE DATABASE");
        let begin = if lazy { "SET LOCAL synchronous_commit = off; " } else { "" };
        session.simple(&format!("{begin}{sql}"), &job.doing).await?;
    }
    if let Some(joined) = &job.joined {
        if !job.joins() {
            return session.simple(&joined.sql, &job.doing).await.map(drop);
        }
        let _turn = postgres.joining.lock().await;
        membership::during(session, joined, &job.doing).await?;
    }
    Ok(())
}
