//! Reads the users of a server whose users own buckets, and the owners of its buckets.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secrets, Text};

use super::names::Names;
use crate::desired::{Desired, Status, User};
use crate::error::Error;
use crate::observed::{Observed, ObservedAccounts, ObservedOwner, ObservedUser};
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::Client;
use crate::wire::credential::{credential, resolve_name};
use crate::wire::parallel::all;

/// Reads the users that the spec names. A spec without any needs no administrator.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
) -> Result<Observed, Error> {
    let mut observed =
        Observed { accounts: ObservedAccounts::Owners(BTreeMap::new()), ..Observed::default() };
    if desired.users.is_empty() && desired.absent.users.is_empty() {
        return Ok(observed);
    }
    let (listed, owners) = tokio::try_join!(client.versity_users(), client.versity_owners())?;
    observed.accounts = ObservedAccounts::Owners(all_owners(client, desired, names, owners).await?);
    let is_listed = |name: &Text| Ok::<_, Error>(listed.contains_key(&resolve_name(secrets, name)?));
    for name in desired.absent.users.keys() {
        if is_listed(name)? {
            observed.unwanted_users.insert(name.clone());
        }
    }
    let users = desired.users.iter().map(async |(name, user)| {
        Ok((name, is_listed(name)?, check_secret_key(client, desired, secrets, (name, user)).await?))
    });
    for (name, is_listed, secret) in all(users).await? {
        if is_listed {
            let secret_differs = secret == SecretKeyCheck::Differs;
            let existing =
                ObservedUser { status: Status::Enabled, policies: BTreeSet::new(), secret_differs };
            observed.users.insert(name.clone(), existing);
        } else if secret != SecretKeyCheck::Unknown {
            // Root is in no list, and requests are signed as root.
            observed.used_otherwise.insert(name.clone());
        }
    }
    Ok(observed)
}

async fn check_secret_key(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    (name, user): (&Text, &User),
) -> Result<SecretKeyCheck, Error> {
    if !desired.compare_secrets {
        return Ok(SecretKeyCheck::Unknown);
    }
    let account = credential(secrets, name, &user.secret)?;
    client.check_secret_key(&format!("user {name}"), &account).await
}

/// The owner of each bucket, and what a new owner would take from those that the spec gives to another one.
async fn all_owners(
    client: &Client,
    desired: &Desired,
    names: &Names,
    owners: BTreeMap<String, String>,
) -> Result<BTreeMap<String, ObservedOwner>, Error> {
    let read = owners.into_iter().map(async |(bucket, owner)| {
        let owner = names.label(&owner);
        let given = |(name, user): (&Text, &User)| *name != owner && user.access.contains_key(&bucket);
        let (has_policy, has_grants) = if desired.users.iter().any(given) {
            tokio::try_join!(has_policy(client, &bucket), client.has_grants_to_others(&bucket))?
        } else {
            (false, false)
        };
        Ok((bucket, ObservedOwner { owner, has_policy, has_grants }))
    });
    Ok(all(read).await?.into_iter().collect())
}

async fn has_policy(client: &Client, bucket: &str) -> Result<bool, Error> {
    Ok(client.read_policy(bucket).await?.is_some())
}
