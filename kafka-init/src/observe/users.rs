//! The declared SCRAM users: which credentials each one has, and whether the declared password opens them.
//!
//! Kafka shows a credential's mechanism and iterations and nothing else, so the password is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use init_core::{SecretRef, Secrets, Text};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::DescribeUserScramCredentialsRequest;
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::describe_user_scram_credentials_response::CredentialInfo;
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{Desired, Scram};
use crate::error::{Attempt, refused};
use crate::observed::{Credential, Credentials};
use crate::wire::{Connection, Login, Probe};

const LIMIT: Duration = Duration::from_secs(10);
/// So many logins at once; each is a connection and thousands of rounds of a hash on both sides.
const AT_ONCE: usize = 16;

/// A login to try: the user, the mechanism, and the secret that holds the password.
type Trial<'c> = (&'c str, Scram, &'c SecretRef);

pub(super) async fn read(
    main: &mut Connection,
    probe: &mut Probe,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<BTreeMap<String, Credentials>, Error> {
    let users = &desired.users;
    let asked = users.keys().chain(desired.absent_users.keys()).collect();
    let mut there = describe(main, Some(&asked)).await?;
    if !desired.compare_passwords {
        there.values_mut().flat_map(BTreeMap::values_mut).for_each(|credential| credential.opens = true);
        return Ok(there);
    }
    let mut trials: Vec<Trial<'_>> = Vec::new();
    for (name, credentials) in &there {
        let Some((name, user)) = users.get_key_value(name) else { continue };
        let declared = user.iter().filter(|(mechanism, _)| credentials.contains_key(mechanism));
        trials.extend(declared.map(|(mechanism, password)| (name.as_str(), *mechanism, &password.secret)));
    }
    // What no login tries now will be tried when it is there.
    let mut untried: BTreeSet<Scram> = users.values().flat_map(|user| user.keys().copied()).collect();
    untried.retain(|mechanism| !trials.iter().any(|(_, tried, _)| tried == mechanism));
    probe.has(&untried).await?;
    log_in(probe, &trials, secrets).await?;
    for (name, mechanism, _) in trials {
        let credential = there.get_mut(name).and_then(|credentials| credentials.get_mut(&mechanism));
        if let Some(credential) = credential {
            credential.opens = probe.has_opened(name, mechanism);
        }
    }
    Ok(there)
}

/// Tries the logins; the probe remembers those that succeed, and what has succeeded is not tried again.
async fn log_in(probe: &mut Probe, trials: &[Trial<'_>], secrets: &Secrets) -> Result<(), Error> {
    let untried = trials.iter().filter(|(user, mechanism, _)| !probe.has_opened(user, *mechanism));
    let untried: Vec<&Trial<'_>> = untried.collect();
    for some in untried.chunks(AT_ONCE) {
        let tries = some.iter().map(async |(user, mechanism, password)| {
            let text = Text::Plain((*user).to_owned());
            probe.accepts(Login::new((*mechanism).into(), &text, secrets.get(password)?, secrets)?).await
        });
        let accepted = join_all(tries).await.into_iter().collect::<Result<Vec<bool>, Error>>()?;
        for ((user, mechanism, _), _) in some.iter().zip(accepted).filter(|(_, accepted)| *accepted) {
            probe.remember(user, *mechanism);
        }
    }
    Ok(())
}

/// All that there are.
pub(crate) async fn every(main: &mut Connection) -> Result<BTreeMap<String, Credentials>, Error> {
    describe(main, None).await
}

/// Of these users, or of all, which is an empty list on the wire: a broker that refuses a request whose list is null fails while
/// it makes its answer (`DescribeUserScramCredentialsRequest.getErrorResponse`), and never sends one.
async fn describe(
    main: &mut Connection,
    users: Option<&BTreeSet<&String>>,
) -> Result<BTreeMap<String, Credentials>, Error> {
    let name = |name: &&String| UserName::default().with_name(StrBytes::from_string((*name).clone()));
    let names = users.into_iter().flatten().map(name).collect();
    let request = DescribeUserScramCredentialsRequest::default().with_users(Some(names));
    let answer = main.call(request, LIMIT).await?;
    let attempt = || Attempt {
        action: "describe the SCRAM users".to_owned(),
        permission: "Describe on the cluster".to_owned(),
        waits: &[],
        races: &[],
    };
    refused(answer.error_code, answer.error_message.as_ref(), main.peer(), attempt)?;
    let mut there = BTreeMap::new();
    for user in answer.results {
        let asked = |name: &str| users.is_none_or(|users| users.iter().any(|asked| asked.as_str() == name));
        let is_asked_for = asked(user.user.as_str());
        if user.error_code == ResponseError::ResourceNotFound.code() || !is_asked_for {
            continue;
        }
        refused(user.error_code, user.error_message.as_ref(), main.peer(), attempt)?;
        there.insert(user.user.to_string(), user.credential_infos.iter().filter_map(credential).collect());
    }
    Ok(there)
}

fn credential(info: &CredentialInfo) -> Option<(Scram, Credential)> {
    let credential = Credential { iterations: u32::try_from(info.iterations).ok()?, opens: false };
    Some((Scram::of(info.mechanism)?, credential))
}
