//! The declared SCRAM users: which credentials each one has, and whether the declared password opens them.
//!
//! Kafka shows a credential's mechanism and iterations and nothing else, so the password is tried.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use init_core::{Gather as _, Secrets};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::DescribeUserScramCredentialsRequest;
use kafka_protocol::messages::describe_user_scram_credentials_request::UserName;
use kafka_protocol::messages::describe_user_scram_credentials_response::CredentialInfo;
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::error::{Attempt, refused};
use crate::spec::{Scram, User};
use crate::wire::{Connection, Login, Probe, all};

const LIMIT: Duration = Duration::from_secs(10);
/// So many logins at once; each is a connection and thousands of rounds of a hash on both sides.
const AT_ONCE: usize = 16;

/// One credential of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential {
    /// How often the password is hashed.
    pub iterations: u32,
    /// The declared password opens it.
    pub opens: bool,
}

/// The credentials of one user, by mechanism.
pub type Credentials = BTreeMap<Scram, Credential>;

pub(super) async fn read(
    home: &mut Connection,
    probe: &Probe,
    users: &BTreeMap<String, User>,
    secrets: &Secrets,
) -> Result<BTreeMap<String, Credentials>, Error> {
    let mut there = describe(home, users).await?;
    let mut logins = Vec::new();
    // What no login tries now will be tried when it is there.
    let mut untried: BTreeSet<Scram> =
        users.values().flat_map(|user| user.mechanisms.iter().copied()).gather();
    for (name, credentials) in &mut there {
        let Some(user) = users.get(name) else { continue };
        let declared = credentials.iter_mut().filter(|(mechanism, _)| user.mechanisms.contains(mechanism));
        for (mechanism, credential) in declared {
            let text = init_core::Text::Plain(name.clone());
            let password = secrets.get(&user.password)?;
            untried.remove(mechanism);
            logins.push((Login::new((*mechanism).into(), &text, password, secrets)?, credential));
        }
    }
    probe.has(&untried).await?;
    for some in logins.chunks_mut(AT_ONCE) {
        let tries = some.iter_mut().map(async |(login, credential)| {
            credential.opens = probe.accepts(login.clone()).await?;
            Ok(())
        });
        all(tries).await.into_iter().collect::<Result<(), Error>>()?;
    }
    Ok(there)
}

async fn describe(
    home: &mut Connection,
    users: &BTreeMap<String, User>,
) -> Result<BTreeMap<String, Credentials>, Error> {
    let name = |name: &String| UserName::default().with_name(StrBytes::from_string(name.clone()));
    let request =
        DescribeUserScramCredentialsRequest::default().with_users(Some(users.keys().map(name).collect()));
    let answer = home.call(request, LIMIT).await?;
    let attempt = || Attempt {
        action: "describe the SCRAM users".to_owned(),
        permission: "Describe on the cluster".to_owned(),
        races: &[],
    };
    refused(answer.error_code, answer.error_message.as_ref(), home.peer(), attempt)?;
    let mut there = BTreeMap::new();
    for user in answer.results {
        if user.error_code == ResponseError::ResourceNotFound.code() {
            continue;
        }
        refused(user.error_code, user.error_message.as_ref(), home.peer(), attempt)?;
        there.insert(user.user.to_string(), user.credential_infos.iter().filter_map(credential).collect());
    }
    Ok(there)
}

fn credential(info: &CredentialInfo) -> Option<(Scram, Credential)> {
    let credential = Credential { iterations: u32::try_from(info.iterations).ok()?, opens: false };
    Some((Scram::of(info.mechanism)?, credential))
}
