//! Roles. Passwords are hashed here, on every core, and cross the wire as verifiers only.

use init_core::{Progress, Secret, SecretRef, Secrets};
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;
use tokio::task::spawn_blocking;

use super::{Answer, Job, LANES, SHARE, spread, statement};
use crate::backend::Postgres;
use crate::error::Error;
use crate::observe::password::cores;
use crate::plan::Change;
use crate::scram;

/// Keeps verifiers out of the server's log and statistics; only a superuser may.
const QUIET: &str = "\
    SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic'; \
    SET log_min_duration_sample = -1; SET log_transaction_sample_rate = 0; SET log_duration = off; \
    SET pg_stat_statements.track_utility = off; SET pgaudit.log = 'none'";

pub(super) async fn apply(
    postgres: &Postgres,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let mut verifiers = hash(stage, secrets).await?;
    let job = |(index, change): (usize, &Change)| {
        let verifier = verifiers.remove(&index);
        let messages = statement::role(&postgres.names, change, verifier.as_deref());
        Job { index, doing: change.to_string(), messages: vec![messages] }
    };
    let jobs: Vec<Job> = stage.iter().enumerate().map(job).collect();
    let lanes = LANES.min(jobs.len() / SHARE).max(1);
    let quiet = if postgres.main.facts.superuser { QUIET } else { "" };
    spread(postgres, jobs, lanes, quiet, progress).await
}

fn password(change: &Change) -> Option<&SecretRef> {
    match change {
        Change::CreateRole(c) => c.password.as_ref(),
        Change::AlterRole(c) => c.password.as_ref().map(|drift| &drift.to),
        _ => None,
    }
}

/// A verifier for each change that sets a password, by its position.
async fn hash(stage: &[Change], secrets: &Secrets) -> Result<BTreeMap<usize, String>, Error> {
    let mut work: Vec<(usize, Secret)> = Vec::new();
    for (index, change) in stage.iter().enumerate() {
        if let Some(secret) = password(change) {
            work.push((index, secrets.get(secret)?.clone()));
        }
    }
    let share = work.len().div_ceil(cores()).max(1);
    let mut handles = Vec::new();
    while !work.is_empty() {
        let part: Vec<_> = work.drain(..share.min(work.len())).collect();
        handles.push(spawn_blocking(move || part.into_iter().map(one).collect::<Result<Vec<_>, _>>()));
    }
    let mut verifiers = BTreeMap::new();
    for handle in handles {
        let made = handle.await.map_err(|error| Error::Internal(format!("hashing passwords: {error}")))?;
        verifiers.extend(made?);
    }
    Ok(verifiers)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the password is hashed, and only its verifier goes to the server"
)]
fn one((index, secret): (usize, Secret)) -> Result<(usize, String), Error> {
    Ok((index, scram::verifier(secret.expose_secret())?))
}
