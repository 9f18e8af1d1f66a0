//! SCRAM credentials. Kafka is sent what it stores, a salted hash, and never the password.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;

use bytes::Bytes;
use init_core::{Progress, SecretRef, Secrets};
use init_net::random;
use kafka_protocol::messages::alter_user_scram_credentials_request::ScramCredentialUpsertion;
use kafka_protocol::messages::{AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse};
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;

use super::mutation::{Mutation, Verdict, Verdicts};
use super::send::{Mode, send};
use crate::Error;
use crate::change::Change;
use crate::error::Attempt;
use crate::spec::Scram;
use crate::wire::{Connection, Probe, salted};

const SALT: usize = 24;

/// What a change comes to: the user, and each credential with its password's name and its iterations.
type Credentials<'c> = (&'c str, BTreeMap<Scram, (&'c SecretRef, u32)>);

/// One credential as Kafka stores it.
struct Upsert {
    user: String,
    mechanism: Scram,
    iterations: NonZeroU32,
    salt: Bytes,
    salted: Bytes,
}

/// One result per change. One mechanism after the other: a request must not name a user twice.
pub(super) async fn apply(
    connection: &mut Connection,
    changes: &[Change],
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results: Vec<Result<(), Error>> = changes.iter().map(|_| Ok(())).collect();
    for mechanism in [Scram::Sha256, Scram::Sha512] {
        let (mut positions, mut upserts) = (Vec::new(), Vec::new());
        for (position, (change, result)) in changes.iter().zip(&mut results).enumerate() {
            match upsert(change, mechanism, secrets) {
                Ok(Some(upsert)) if result.is_ok() => {
                    positions.push(position);
                    upserts.push(upsert);
                }
                Ok(_) => {}
                Err(error) => *result = Err(error),
            }
        }
        let sent = send(connection, &upserts.iter().collect::<Vec<_>>(), Mode::Apply, progress).await;
        for (position, sent) in positions.into_iter().zip(sent) {
            if let Some(result) = results.get_mut(position) {
                *result = sent;
            }
        }
    }
    results
}

pub(super) fn is_of_user(change: &Change) -> bool {
    credentials(change).is_some()
}

/// What is known of the logins of these users no longer holds.
pub(crate) fn forget(probe: &mut Probe, changes: &[Change]) {
    for (user, ..) in changes.iter().filter_map(credentials) {
        probe.forget(user);
    }
}

fn credentials(change: &Change) -> Option<Credentials<'_>> {
    match change {
        Change::CreateUser(user) => {
            let wanted = user.credentials.iter().map(|(name, new)| (*name, (&new.secret, new.iterations)));
            Some((&user.name, wanted.collect()))
        }
        Change::AlterUser(user) => {
            let wanted = user.credentials.iter().map(|(name, drift)| (*name, (&drift.secret, drift.wanted)));
            Some((&user.name, wanted.collect()))
        }
        _ => None,
    }
}

fn upsert(change: &Change, mechanism: Scram, secrets: &Secrets) -> Result<Option<Upsert>, Error> {
    let Some((user, credentials)) = credentials(change) else { return Ok(None) };
    let Some((password, iterations)) = credentials.get(&mechanism) else { return Ok(None) };
    let Some(iterations) = NonZeroU32::new(*iterations) else { return Ok(None) };
    let salt: [u8; SALT] = random()?;
    #[expect(clippy::disallowed_methods, reason = "Kafka gets the salted hash of it")]
    let password = secrets.get(password)?.expose_secret();
    let salted = salted(mechanism, password.as_bytes(), &salt, iterations);
    let salt = Bytes::copy_from_slice(&salt);
    Ok(Some(Upsert { user: user.to_owned(), mechanism, iterations, salt, salted: Bytes::from(salted) }))
}

impl Mutation for Upsert {
    type Call = AlterUserScramCredentialsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.user)
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            action: format!("set the {} credential of user {}", self.mechanism.name(), self.user),
            permission: "Alter on the cluster".to_owned(),
            waits: &[],
            races: &[],
        }
    }

    /// There is no rehearsal of this request: only `apply` sends it.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, _: Mode) -> Self::Call {
        let upsertion = |upsert: &Self| {
            ScramCredentialUpsertion::default()
                .with_name(StrBytes::from_string(upsert.user.clone()))
                .with_mechanism(upsert.mechanism.number())
                .with_iterations(i32::try_from(upsert.iterations.get()).unwrap_or(i32::MAX))
                .with_salt(upsert.salt.clone())
                .with_salted_password(upsert.salted.clone())
        };
        AlterUserScramCredentialsRequest::default().with_upsertions(batch.map(upsertion).collect())
    }

    fn verdicts<'c>(
        answer: AlterUserScramCredentialsResponse,
        _: impl Iterator<Item = &'c Self>,
    ) -> Verdicts {
        let each = answer.results.into_iter().map(|user| Verdict {
            name: user.user,
            code: user.error_code,
            message: user.error_message,
        });
        Verdicts { throttle_ms: answer.throttle_time_ms, each: each.collect() }
    }
}
