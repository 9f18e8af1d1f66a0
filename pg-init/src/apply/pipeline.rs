//! Sends jobs: pipelined in one session, and distributed over several sessions in the maintenance database.

use futures_util::future::join_all;
use init_core::Progress;

use super::job::{Answer, Job};
use super::temporary_membership;
use crate::error::Error;
use crate::wire::{Pool, Server, Session, SessionParameters};

/// The number of messages in flight in one session.
const PIPELINE: usize = 30;
/// The number of jobs for which another session is opened.
pub(super) const JOBS_PER_SESSION: usize = 16;

/// Distributes the jobs evenly over several sessions.
pub(super) async fn over_sessions(
    server: &Server,
    jobs: Vec<Job>,
    sessions: usize,
    parameters: &SessionParameters,
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
        Pool::for_each(count, parts.iter(), async |_| primary.connect_with(database, parameters).await).await;
    let sessions: Vec<Session> = opened.into_iter().collect::<Result<_, _>>()?;
    let work = sessions.iter().zip(parts);
    let work = work.map(async |(session, jobs)| in_session(server, session, jobs, progress).await);
    Ok(join_all(work).await.into_iter().flatten().collect())
}

/// Sends the jobs of one session in order. All but the last of many commit asynchronously: the flush of the last
/// commit covers those before it.
pub(super) async fn in_session(
    server: &Server,
    session: &Session,
    jobs: Vec<Job>,
    progress: &Progress,
) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let asynchronous = if jobs.len() > JOBS_PER_SESSION { jobs.len() - 1 } else { 0 };
    let mut jobs: Vec<(Job, bool)> =
        jobs.into_iter().zip((0..).map(|position| position < asynchronous)).collect();
    while !jobs.is_empty() {
        let simple = jobs.iter().take_while(|(job, _)| !job.needs_membership()).count();
        // A job that needs a temporary membership is sent alone, since its transaction has several messages.
        let chunk: Vec<_> = jobs.drain(..simple.clamp(1, PIPELINE)).collect();
        let work = chunk.iter().map(async |(job, asynchronous)| {
            let done = send_job(server, session, job, *asynchronous).await;
            if done.is_ok() {
                progress.advance(1);
            }
            (job.index, done)
        });
        answers.extend(join_all(work).await);
    }
    answers
}

async fn send_job(server: &Server, session: &Session, job: &Job, asynchronous: bool) -> Result<(), Error> {
    if let Some(sql) = &job.alone {
        let asynchronous = asynchronous && !sql.starts_with("CREATE DATABASE");
        let begin = if asynchronous { "SET LOCAL synchronous_commit = off; " } else { "" };
        session.execute(&format!("{begin}{sql}"), &job.doing).await?;
    }
    if let Some(statements) = &job.as_member {
        if !job.needs_membership() {
            return session.execute(&statements.sql, &job.doing).await.map(drop);
        }
        let _turn = server.membership_lock.lock().await;
        temporary_membership::execute_as_member(session, statements, &job.doing).await?;
    }
    Ok(())
}
