//! Roles. Passwords are hashed here, on every core, and cross the wire as verifiers only.

use init_core::{Progress, Secret, SecretRef, Secrets};
use secrecy::ExposeSecret as _;
use std::collections::BTreeMap;
use tokio::task::spawn_blocking;
use tracing::info;

use super::{Answer, Job, LANES, SHARE, spread, statement};
use crate::backend::Postgres;
use crate::change::{AlterRole, Change, CreateRole};
use crate::error::Error;
use crate::observe::password::cores;
use crate::scram;
use crate::wire::Preset;

pub(super) async fn apply(
    postgres: &Postgres,
    stage: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let verifiers = hash(stage, secrets).await?;
    for (index, change) in stage.iter().enumerate() {
        if let (
            Change::CreateRole(CreateRole { role, .. }) | Change::AlterRole(AlterRole { role, .. }),
            Some(made),
        ) = (change, verifiers.get(&index))
        {
            postgres.made.borrow_mut().insert(role.clone(), made.clone());
        }
    }
    let quiet = |index: &usize| postgres.main.facts.superuser && verifiers.contains_key(index);
    let (secret, plain): (Vec<usize>, Vec<usize>) = (0..stage.len()).partition(quiet);
    let mut answers = Vec::new();
    for (indices, preset) in [(secret, Preset::quiet()), (plain, Preset::usual())] {
        let job = |index: usize| {
            let sql = statement::role(
                &postgres.names,
                stage.get(index)?,
                verifiers.get(&index).map(String::as_str),
            );
            let doing = stage.get(index)?.to_string();
            Some(Job { index, doing, alone: Some(sql), joined: None })
        };
        let jobs: Vec<Job> = indices.into_iter().filter_map(job).collect();
        if !jobs.is_empty() {
            let lanes = LANES.min(jobs.len() / SHARE).max(1);
            answers.extend(spread(postgres, jobs, lanes, &preset, progress).await?);
        }
    }
    Ok(answers)
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
        if let Some(label) = password(change) {
            let secret = secrets.get(label)?;
            form(change, label, secret)?;
            work.push((index, secret.clone()));
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

/// What the value of a secret is: said when it is no password.
#[expect(clippy::disallowed_methods, reason = "its form is looked at, and it goes nowhere")]
fn form(change: &Change, label: &SecretRef, secret: &Secret) -> Result<(), Error> {
    let value = secret.expose_secret();
    if scram::is_verifier(value) {
        info!(%change, secret = %label, "the secret is a stored verifier, and is set as it is");
    } else if value.starts_with("SCRAM-SHA-256$") {
        return Err(Error::Credential {
            what: format!("the secret {label}"),
            problem: "it begins as a SCRAM verifier does, and is none".to_owned(),
        });
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the password is hashed, and only its verifier goes to the server"
)]
fn one((index, secret): (usize, Secret)) -> Result<(usize, String), Error> {
    Ok((index, scram::to_store(secret.expose_secret())?))
}
