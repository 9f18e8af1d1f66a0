//! Creates and alters roles. Passwords are hashed here, so that only verifiers are sent to the server.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use init_core::{Progress, Secret, SecretRef, Secrets};
use secrecy::ExposeSecret as _;
use tracing::info;

use super::job::{Answer, Job};
use super::pipeline::{self, JOBS_PER_SESSION};
use super::role_statement::{Role, create_or_alter_role};
use crate::error::Error;
use crate::wire::{Server, SessionParameters, hashing, scram};

/// The iterations of new verifiers; the parameter exists since PostgreSQL 16.
const ITERATIONS: &str = "SELECT pg_catalog.current_setting('scram_iterations', true)";

/// The number of sessions that alter roles concurrently.
const SESSIONS: usize = 4;

pub(super) async fn apply(
    server: &Server,
    roles: Vec<(usize, Role<'_>)>,
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let mut verifiers = create_verifiers(server, &roles, secrets).await?;
    for (index, change) in &roles {
        if let Some(verifier) = verifiers.get(index) {
            server.new_verifiers.borrow_mut().insert(change.key().to_owned(), verifier.clone());
        }
    }
    let (mut with_verifier, mut plain) = (Vec::new(), Vec::new());
    for (index, change) in roles {
        let verifier = verifiers.remove(&index);
        // Only a superuser may exclude a statement from the server's log.
        let jobs =
            if server.main.facts.superuser && verifier.is_some() { &mut with_verifier } else { &mut plain };
        let sql = create_or_alter_role(&server.names, &change, verifier.as_ref());
        jobs.push(Job { index, doing: change.to_string(), alone: Some(sql), as_member: None });
    }
    let mut answers = Vec::new();
    for (jobs, parameters) in
        [(with_verifier, SessionParameters::unlogged()), (plain, SessionParameters::reading())]
    {
        if !jobs.is_empty() {
            let sessions = SESSIONS.min(jobs.len() / JOBS_PER_SESSION).max(1);
            answers.extend(pipeline::over_sessions(server, jobs, sessions, &parameters, progress).await?);
        }
    }
    Ok(answers)
}

/// A verifier for each change that sets a password, by its position.
async fn create_verifiers(
    server: &Server,
    roles: &[(usize, Role<'_>)],
    secrets: &Secrets,
) -> Result<BTreeMap<usize, Secret>, Error> {
    if roles.iter().all(|(_, change)| change.password().is_none()) {
        return Ok(BTreeMap::new());
    }
    let own = server.main.query_value(ITERATIONS, "reading the iterations of new verifiers").await?;
    let own = own.and_then(|own| own.parse().ok()).unwrap_or(scram::DEFAULT_ITERATIONS);
    let mut work: Vec<(usize, Secret, NonZeroU32)> = Vec::new();
    for (index, change) in roles {
        if let Some(label) = change.password() {
            let secret = secrets.get(label)?;
            check_verifier_form(change, label, secret)?;
            let before = server.stored_iterations.borrow().get(change.key()).copied();
            work.push((
                *index,
                secret.clone(),
                before.map_or(own, |before| before.max(own)).min(scram::MAX_ITERATIONS),
            ));
        }
    }
    hashing::on_every_core(work, create_verifier).await?.into_iter().collect()
}

/// Refuses a secret that is almost a verifier, and logs when a secret is a verifier and not a password.
#[expect(clippy::disallowed_methods, reason = "its form is looked at, and it goes nowhere")]
fn check_verifier_form(change: &Role<'_>, label: &SecretRef, secret: &Secret) -> Result<(), Error> {
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
/// Hashes one password.
fn create_verifier(
    (index, secret, iterations): (usize, Secret, NonZeroU32),
) -> Result<(usize, Secret), Error> {
    Ok((index, scram::to_store(secret.expose_secret(), iterations)?.into()))
}
