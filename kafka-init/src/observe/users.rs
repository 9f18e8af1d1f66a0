//! Reads the declared SCRAM users: the credentials of each one, and whether the declared password is accepted.
//!
//! Kafka describes only the mechanism and the iterations of a credential, so the password is tried in a login.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use init_core::{SecretRef, Secrets, Text};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::DescribeUserScramCredentialsRequest;
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::describe_user_scram_credentials_response::CredentialInfo;
use kafka_protocol::protocol::StrBytes;

use super::names::{Names, user_name};
use crate::Error;
use crate::desired::{Desired, Scram};
use crate::error::{Attempt, refused};
use crate::observed::{Credential, Credentials};
use crate::wire::{Connection, Login, Probe};

const TIMEOUT: Duration = Duration::from_secs(10);
/// The most logins at once. Each one is a connection, and thousands of hash rounds on both sides.
const MAX_CONCURRENT_LOGINS: usize = 16;

/// A login to try: the user, the mechanism, and the secret that holds the password.
type LoginTrial<'c> = (&'c Text, Scram, &'c SecretRef);

pub(super) async fn read(
    main: &mut Connection,
    probe: &mut Probe,
    desired: &Desired,
    (names, secrets): (&Names, &Secrets),
) -> Result<BTreeMap<Text, Credentials>, Error> {
    let users = &desired.users;
    let asked: BTreeSet<&Text> = users.keys().chain(desired.absent_users.keys()).collect();
    let by_name = asked.iter().map(|name| user_name(name, secrets)).collect::<Result<Vec<_>, Error>>()?;
    let mut existing = describe(main, by_name, names).await?;
    existing.retain(|name, _| asked.contains(name));
    if !desired.compare_passwords {
        existing
            .values_mut()
            .flat_map(BTreeMap::values_mut)
            .for_each(|credential| credential.password_matches = true);
        return Ok(existing);
    }
    let mut trials: Vec<LoginTrial<'_>> = Vec::new();
    for (name, credentials) in &existing {
        let Some((name, user)) = users.get_key_value(name) else { continue };
        let declared = user.iter().filter(|(mechanism, _)| credentials.contains_key(mechanism));
        trials.extend(declared.map(|(mechanism, password)| (name, *mechanism, &password.secret)));
    }
    // A mechanism that no login tries now must still be offered, because the verification will try it.
    let mut untried: BTreeSet<Scram> = users.values().flat_map(|user| user.keys().copied()).collect();
    untried.retain(|mechanism| !trials.iter().any(|(_, tried, _)| tried == mechanism));
    probe.check_mechanisms(&untried).await?;
    try_logins(probe, &trials, secrets).await?;
    for (name, mechanism, _) in trials {
        let credential = existing.get_mut(name).and_then(|credentials| credentials.get_mut(&mechanism));
        if let Some(credential) = credential {
            credential.password_matches = probe.has_succeeded(name, mechanism);
        }
    }
    Ok(existing)
}

/// Tries the logins, except those that have succeeded before. The probe records which ones succeed.
async fn try_logins(probe: &mut Probe, trials: &[LoginTrial<'_>], secrets: &Secrets) -> Result<(), Error> {
    let untried = trials.iter().filter(|(user, mechanism, _)| !probe.has_succeeded(user, *mechanism));
    let untried: Vec<&LoginTrial<'_>> = untried.collect();
    for chunk in untried.chunks(MAX_CONCURRENT_LOGINS) {
        let tries = chunk.iter().map(async |(user, mechanism, password)| {
            let login = Login::scram(*mechanism, (*user, secrets.text(user)?), secrets.get(password)?);
            probe.try_login(login).await
        });
        let accepted = join_all(tries).await.into_iter().collect::<Result<Vec<bool>, Error>>()?;
        for ((user, mechanism, _), _) in chunk.iter().zip(accepted).filter(|(_, accepted)| *accepted) {
            probe.record_success(user, *mechanism);
        }
    }
    Ok(())
}

/// Reads every SCRAM user of the cluster.
pub(crate) async fn read_every(
    main: &mut Connection,
    names: &Names,
) -> Result<BTreeMap<Text, Credentials>, Error> {
    describe(main, Vec::new(), names).await
}

/// Describes these users, or all users where the list is empty. A null list would mean the same, but a broker that
/// refuses such a request fails to build its response (`DescribeUserScramCredentialsRequest.getErrorResponse`) and
/// never sends one.
async fn describe(
    main: &mut Connection,
    users: Vec<StrBytes>,
    names: &Names,
) -> Result<BTreeMap<Text, Credentials>, Error> {
    let users = users.into_iter().map(|name| UserName::default().with_name(name)).collect();
    let request = DescribeUserScramCredentialsRequest::default().with_users(Some(users));
    let answer = main.call(request, TIMEOUT).await?;
    let attempt = || Attempt::new("describe the SCRAM users", "Describe on the cluster");
    refused(answer.error_code, answer.error_message.as_ref(), main.peer(), attempt)?;
    let mut existing = BTreeMap::new();
    for user in answer.results {
        if user.error_code == ResponseError::ResourceNotFound.code() {
            continue;
        }
        refused(user.error_code, user.error_message.as_ref(), main.peer(), attempt)?;
        existing
            .insert(names.user(&user.user), user.credential_infos.iter().filter_map(credential).collect());
    }
    Ok(existing)
}

fn credential(info: &CredentialInfo) -> Option<(Scram, Credential)> {
    let credential = Credential { iterations: u32::try_from(info.iterations).ok()?, password_matches: false };
    Some((Scram::from_number(info.mechanism)?, credential))
}
