//! Sends jobs: many on the way at a time in one session, and over several sessions of the maintenance database.

use futures_util::future::join_all;
use init_core::Progress;

use super::job::{Answer, Job};
use super::temporary_membership;
use crate::error::Error;
use crate::wire::{Pool, Preset, Server, Session};

/// Messages on the way at a time in one session.
const PIPELINE: usize = 30;
/// So many jobs are worth a session of their own.
pub(super) const JOBS_PER_SESSION: usize = 16;

/// Gives each of several sessions an equal part of the jobs.
pub(super) async fn over_sessions(
    server: &Server,
    jobs: Vec<Job>,
    sessions: usize,
    preset: &Preset,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let count = sessions.min(server.pool.width).max(1);
    let mut parts: Vec<Vec<Job>> = (0..count).map(|_| Vec::new()).collect();
    for (job, position) in jobs.into_iter().zip((0..count).cycle()) {
        if let Some(part) = parts.get_mut(position) {
            part.push(job);
        }
    }
    let (primary, database) = (&server.pool.primary, server.main.database());
    let opened =
        Pool::each(count, parts.iter(), async |_| primary.connect_with(database, preset).await).await;
    let sessions: Vec<Session> = opened.into_iter().collect::<Result<_, _>>()?;
    let work = sessions.iter().zip(parts);
    let work = work.map(async |(session, jobs)| in_session(server, session, jobs, progress).await);
    Ok(join_all(work).await.into_iter().flatten().collect())
}

/// One session's jobs in order. All but the last of many commit without waiting for the disk: the last one's flush
/// covers everything before it.
pub(super) async fn in_session(
    server: &Server,
    session: &Session,
    jobs: Vec<Job>,
    progress: &Progress,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let lazy = if jobs.len() > JOBS_PER_SESSION { jobs.len() - 1 } else { 0 };
    let mut jobs: Vec<(Job, bool)> = jobs.into_iter().zip((0..).map(|position| position < lazy)).collect();
    while !jobs.is_empty() {
        let simple = jobs.iter().take_while(|(job, _)| !job.needs_membership()).count();
        // A job that needs a membership goes by itself: its transaction has several messages.
        let chunk: Vec<_> = jobs.drain(..simple.clamp(1, PIPELINE)).collect();
        let work = chunk.iter().map(async |(job, lazy)| {
            let done = send(server, session, job, *lazy).await;
            if done.is_ok() {
                progress.advance(1);
            }
            (job.index, done)
        });
        answers.extend(join_all(work).await);
    }
    answers
}

async fn send(server: &Server, session: &Session, job: &Job, lazy: bool) -> Result<(), Error> {
    if let Some(sql) = &job.alone {
        let lazy = lazy && !sql.starts_with("CREATE DATABASE");
        let begin = if lazy { "SET LOCAL synchronous_commit = off; " } else { "" };
        session.simple(&format!("{begin}{sql}"), &job.doing).await?;
    }
    if let Some(statements) = &job.as_member {
        if !job.needs_membership() {
            return session.simple(&statements.sql, &job.doing).await.map(drop);
        }
        let _turn = server.memberships.lock().await;
        temporary_membership::during(session, statements, &job.doing).await?;
    }
    Ok(())
}
