//! Carries out one stage: each change is one transaction, pipelined, over as many sessions as the kind of
//! change bears. So one refused change takes no other with it, and every change has its own answer.

mod borrow;
mod roles;
mod statement;

use std::collections::BTreeMap;

use futures_util::future::join_all;
use init_core::{Progress, Secrets};

use crate::backend::Postgres;
use crate::error::Error;
use crate::plan::Change;
use crate::pool::Pool;
use crate::spec::Object;
use crate::wire::Session;

/// Messages on the way at a time in one session.
const PIPELINE: usize = 30;
/// So many jobs are worth a session of their own.
const SHARE: usize = 16;
/// Creating databases and hashing passwords is the server's work, and it has other work.
const LANES: usize = 4;

/// A change as the server takes it: messages in order, each a transaction of its own.
struct Job {
    index: usize,
    doing: String,
    messages: Vec<String>,
}

type Answer = (usize, Result<(), Error>);

pub(crate) async fn apply(
    postgres: &mut Postgres,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
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
        if matches!(results.get(&index), Some(Ok(()))) {
            postgres.ownership.note(change, &postgres.names);
        }
    }
    let failed = results.values().find_map(|result| result.as_ref().err());
    let unsent = failed.map_or_else(|| Error::Internal("it was not sent".to_owned()), Error::unsent);
    (0..stage.len()).map(|index| results.remove(&index).unwrap_or_else(|| Err(unsent.unsent()))).collect()
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
    Ok(pipeline(session, jobs, progress).await)
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
        Change::RevokePrivileges(c) | Change::GrantPrivileges(c) => {
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
                let (messages, doing) = (borrow::create_database(postgres, c), change.to_string());
                jobs.push(Job { index: offset + index, doing, messages });
            }
        }
        // A copy of a big template takes as long as it takes; the run's deadline bounds it.
        let patient = "SET statement_timeout = 0";
        let lanes = if jobs.len() < 4 { 1 } else { LANES };
        answers.extend(spread(postgres, jobs, lanes, patient, progress).await?);
        // A copy of what is not there would fail for the wrong reason.
        if answers.iter().any(|(_, result)| result.is_err()) {
            break;
        }
    }
    Ok(answers)
}

/// Deals jobs out to several sessions of the maintenance database, each prepared with `before`.
async fn spread(
    postgres: &Postgres,
    jobs: Vec<Job>,
    lanes: usize,
    before: &str,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let lanes = lanes.min(postgres.pool.width).max(1);
    let mut hands: Vec<Vec<Job>> = (0..lanes).map(|_| Vec::new()).collect();
    for (job, lane) in jobs.into_iter().zip((0..lanes).cycle()) {
        if let Some(hand) = hands.get_mut(lane) {
            hand.push(job);
        }
    }
    let database = postgres.main.database();
    let opened = Pool::each(lanes, hands.iter(), async |_| postgres.pool.door.enter(database).await).await;
    let sessions: Vec<Session> = opened.into_iter().collect::<Result<_, _>>()?;
    let work = sessions.iter().zip(hands).map(async |(session, jobs)| {
        session.simple(before, "preparing a session").await?;
        Ok::<_, Error>(pipeline(session, jobs, progress).await)
    });
    let mut answers = Vec::new();
    for done in join_all(work).await {
        answers.extend(done?);
    }
    Ok(answers)
}

/// One session's jobs in order. All but the last commit without waiting for the disk: the last one's
/// flush covers everything before it.
async fn pipeline(session: &Session, jobs: Vec<Job>, progress: &Progress) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let mut jobs = jobs;
    let last = if jobs.len() > SHARE { jobs.pop() } else { None };
    if last.is_some() {
        let lazy = session.simple("SET synchronous_commit = off", "preparing a session").await;
        if let Err(error) = lazy {
            answers.push((jobs.first().map_or(0, |job| job.index), Err(error)));
            return answers;
        }
    }
    for chunk in jobs.chunks(PIPELINE) {
        answers.extend(join_all(chunk.iter().map(|job| one(session, job, progress))).await);
    }
    if let Some(job) = last {
        // If this fails, so does the job.
        let _ = session.simple("RESET synchronous_commit", "preparing a session").await;
        answers.push(one(session, &job, progress).await);
    }
    answers
}

async fn one(session: &Session, job: &Job, progress: &Progress) -> Answer {
    for message in &job.messages {
        if let Err(error) = session.simple(message, &job.doing).await {
            return (job.index, Err(error));
        }
    }
    progress.advance(1);
    (job.index, Ok(()))
}
