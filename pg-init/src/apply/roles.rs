//! Roles. Passwords are hashed here, and cross the wire as verifiers only.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use init_core::{Progress, Secret, SecretRef, Secrets};
use secrecy::ExposeSecret as _;
use tracing::info;

use super::job::{Answer, Job};
use super::pipeline::{self, JOBS_PER_SESSION};
use super::role_statement::{Role, role};
use crate::error::Error;
use crate::wire::{Preset, Server, hashing, scram};

/// There is no such parameter before PostgreSQL 16.
const ITERATIONS: &str = "SELECT pg_catalog.current_setting('scram_iterations', true)";

/// Sessions that alter roles at a time.
const SESSIONS: usize = 4;

pub(super) async fn apply(
    server: &Server,
    roles: Vec<(usize, Role<'_>)>,
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let mut verifiers = verifiers(server, &roles, secrets).await?;
    for (index, change) in &roles {
        if let Some(verifier) = verifiers.get(index) {
            server.made.borrow_mut().insert(change.key().to_owned(), verifier.clone());
        }
    }
    let (mut with_verifier, mut plain) = (Vec::new(), Vec::new());
    for (index, change) in roles {
        let verifier = verifiers.remove(&index);
        // Only a superuser may keep a statement out of the server's log.
        let jobs =
            if server.main.facts.superuser && verifier.is_some() { &mut with_verifier } else { &mut plain };
        let sql = role(&server.names, &change, verifier.as_ref());
        jobs.push(Job { index, doing: change.to_string(), alone: Some(sql), as_member: None });
    }
    let mut answers = Vec::new();
    for (jobs, preset) in [(with_verifier, Preset::quiet()), (plain, Preset::usual())] {
        if !jobs.is_empty() {
            let sessions = SESSIONS.min(jobs.len() / JOBS_PER_SESSION).max(1);
            answers.extend(pipeline::over_sessions(server, jobs, sessions, &preset, progress).await?);
        }
    }
    Ok(answers)
}

/// A verifier for each change that sets a password, by its position.
async fn verifiers(
    server: &Server,
    roles: &[(usize, Role<'_>)],
    secrets: &Secrets,
) -> Result<BTreeMap<usize, Secret>, Error> {
    if roles.iter().all(|(_, change)| change.password().is_none()) {
        return Ok(BTreeMap::new());
    }
    let own = server.main.one(ITERATIONS, "reading the iterations of new verifiers").await?;
    let own = own.and_then(|own| own.parse().ok()).unwrap_or(scram::ITERATIONS);
    let mut work: Vec<(usize, Secret, NonZeroU32)> = Vec::new();
    for (index, change) in roles {
        if let Some(label) = change.password() {
            let secret = secrets.get(label)?;
            check_form(change, label, secret)?;
            let before = server.iterations.borrow().get(change.key()).copied();
            work.push((
                *index,
                secret.clone(),
                before.map_or(own, |before| before.max(own)).min(scram::MOST),
            ));
        }
    }
    hashing::on_every_core(work, hash).await?.into_iter().collect()
}

/// Refuses a broken verifier, and says so when a secret is a verifier and no password.
#[expect(clippy::disallowed_methods, reason = "its form is looked at, and it goes nowhere")]
fn check_form(change: &Role<'_>, label: &SecretRef, secret: &Secret) -> Result<(), Error> {
    let value = secret.expose_secret();
    if scram::is_verifier(value) {
        info!(%change, secret = %label, "the secret is a stored verifier, and is set as it is");
    } else if value.starts_with("SCRAM-SHA-256$") {
        return Err(Error::Secret {
            secret: label.clone(),
            problem: "it begins as a SCRAM verifier does, and is none".to_owned(),
        });
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the password is hashed, and only its verifier goes to the server"
)]
fn hash((index, secret, iterations): (usize, Secret, NonZeroU32)) -> Result<(usize, Secret), Error> {
    Ok((index, scram::to_store(secret.expose_secret(), iterations)?.into()))
}
