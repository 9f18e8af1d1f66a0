//! `AlterUserScramCredentials`: sets SCRAM credentials. The request holds the salted password that Kafka stores, and
//! never the password itself.

use std::borrow::Cow;
use std::num::NonZeroU32;

use bytes::Bytes;
use init_core::{Progress, Secrets, Text};
use init_net::random;
use kafka_protocol::messages::alter_user_scram_credentials_request::ScramCredentialUpsertion;
use kafka_protocol::messages::{AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse};
use kafka_protocol::protocol::StrBytes;
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use super::by_request::{ByRequest, Numbered, UserCredentials};
use super::deletions::{Deletion, outcomes};
use super::mutation::{Mode, Mutation, Outcomes};
use super::send::send;
use crate::Error;
use crate::change::{Change, DeleteCredentials};
use crate::desired::Scram;
use crate::error::Attempt;
use crate::observe::user_name;
use crate::wire::{Connection, Probe, salted_password};

const SALT: usize = 24;

/// One credential as Kafka stores it.
struct Upsertion<'c> {
    /// The name of the user, which may come from a secret.
    user: &'c Text,
    /// The same name, as requests have it.
    name: StrBytes,
    mechanism: Scram,
    iterations: NonZeroU32,
    salt: Bytes,
    salted_password: Zeroizing<Vec<u8>>,
}

/// Sets credentials, one mechanism after the other, because one request must not name a user twice. Returns one
/// result per change.
pub(super) async fn apply(
    connection: &mut Connection,
    changes: &Numbered<UserCredentials<'_>>,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results: Vec<Result<(), Error>> = changes.iter().map(|_| Ok(())).collect();
    for mechanism in [Scram::Sha256, Scram::Sha512] {
        let (mut positions, mut upsertions) = (Vec::new(), Vec::new());
        for (position, ((_, change), result)) in changes.iter().zip(&mut results).enumerate() {
            match upsertion(change, mechanism, secrets) {
                Ok(Some(upsertion)) if result.is_ok() => {
                    positions.push(position);
                    upsertions.push(upsertion);
                }
                Ok(_) => {}
                Err(error) => *result = Err(error),
            }
        }
        let sent = send(connection, &upsertions.iter().collect::<Vec<_>>(), Mode::Apply, progress).await;
        for (position, sent) in positions.into_iter().zip(sent) {
            if let Some(result) = results.get_mut(position) {
                *result = sent;
            }
        }
    }
    results
}

/// Deletes credentials, one mechanism after the other for the same reason. Returns one result per change.
pub(super) async fn delete(
    connection: &mut Connection,
    changes: &Numbered<&DeleteCredentials>,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results: Vec<Result<(), Error>> = changes.iter().map(|_| Ok(())).collect();
    for mechanism in [Scram::Sha256, Scram::Sha512] {
        let (mut of, mut deletions) = (Vec::new(), Vec::new());
        for ((_, change), result) in changes.iter().zip(&mut results) {
            if !change.mechanisms.contains(&mechanism) || result.is_err() {
                continue;
            }
            match user_name(&change.name, secrets) {
                Ok(name) => {
                    deletions.push(Deletion { user: &change.name, name, mechanism });
                    of.push(result);
                }
                Err(error) => *result = Err(error),
            }
        }
        let sent = send(connection, &deletions.iter().collect::<Vec<_>>(), Mode::Apply, progress).await;
        for (result, sent) in of.into_iter().zip(sent) {
            *result = sent;
        }
    }
    results
}

/// Forgets that the logins of these users have succeeded, because their credentials are about to change.
pub(crate) fn forget_logins(probe: &mut Probe, changes: &[Change]) {
    for (_, UserCredentials { user, .. }) in ByRequest::of(changes).users {
        probe.forget_user(user);
    }
}

/// The new credential of this mechanism, if the user gets one.
fn upsertion<'c>(
    change: &UserCredentials<'c>,
    mechanism: Scram,
    secrets: &Secrets,
) -> Result<Option<Upsertion<'c>>, Error> {
    let Some((password, iterations)) = change.credentials.get(&mechanism) else { return Ok(None) };
    let iterations = NonZeroU32::new(*iterations)
        .ok_or_else(|| Error::Internal(format!("a credential of user {} has no iterations", change.user)))?;
    let salt: [u8; SALT] = random()?;
    #[expect(clippy::disallowed_methods, reason = "Kafka gets the salted hash of it")]
    let password = secrets.get(password)?.expose_secret();
    let salted_password = salted_password(mechanism, password.as_bytes(), &salt, iterations);
    let salt = Bytes::copy_from_slice(&salt);
    let name = user_name(change.user, secrets)?;
    Ok(Some(Upsertion { user: change.user, name, mechanism, iterations, salt, salted_password }))
}

impl Mutation for Upsertion<'_> {
    type Request = AlterUserScramCredentialsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.name.as_str())
    }

    fn label(&self) -> Cow<'_, str> {
        Cow::Owned(self.user.to_string())
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(
            format!("set the {} credential of user {}", self.mechanism.name(), self.user),
            "Alter on the cluster",
        )
    }

    /// Kafka has no `validate_only` for this request, so only `apply` sends it.
    fn request<'b>(batch: impl Iterator<Item = &'b Self>, _: Mode) -> Self::Request
    where
        Self: 'b,
    {
        let upsertion = |upsertion: &Self| {
            ScramCredentialUpsertion::default()
                .with_name(upsertion.name.clone())
                .with_mechanism(upsertion.mechanism.number())
                .with_iterations(i32::try_from(upsertion.iterations.get()).unwrap_or(i32::MAX))
                .with_salt(upsertion.salt.clone())
                .with_salted_password(Bytes::from_owner(upsertion.salted_password.clone()))
        };
        AlterUserScramCredentialsRequest::default().with_upsertions(batch.map(upsertion).collect())
    }

    fn outcomes<'b>(answer: AlterUserScramCredentialsResponse, _: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        outcomes(answer)
    }
}
