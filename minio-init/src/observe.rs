//! Reads what a server has of everything that the spec names, and nothing else.

mod account;
mod anonymous;
mod bucket;
mod ceph;
mod config;
mod garage;
mod garage_buckets;
mod iam;
mod identity;
mod ldap;
mod lookup;
mod names;
mod owners;
mod patience;
mod replication;
mod supported;
mod tier;

use init_core::Secrets;

use crate::desired::{Accounts, Desired};
use crate::error::Error;
use crate::observed::Observed;
use crate::wire::client::Client;

pub(crate) use config::missing_key;
pub(crate) use iam::group as iam_group;
pub(crate) use identity::{group, key};
pub(crate) use names::Names;
pub(crate) use replication::by_arn;

/// Reads the state of the server. It writes nothing.
pub(crate) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let names = Names::of(desired, secrets)?;
    match client.accounts() {
        Accounts::Policies | Accounts::None => {
            let accounts = identity::observe(client, desired, secrets, &names);
            let accounts = ldap::observe_with(client, desired, &names, accounts);
            with_buckets(client, desired, secrets, &names, accounts).await
        }
        Accounts::Owners => {
            let accounts = owners::observe(client, desired, secrets, &names);
            with_buckets(client, desired, secrets, &names, accounts).await
        }
        Accounts::AdminOps => {
            let accounts = ceph::observe(client, desired, secrets);
            with_buckets(client, desired, secrets, &names, accounts).await
        }
        Accounts::Iam => {
            let accounts = iam::observe(client, desired, secrets, &names);
            with_buckets(client, desired, secrets, &names, accounts).await
        }
        Accounts::Keys => garage::observe(client, desired, secrets).await,
    }
}

/// Reads buckets and the rest beside the accounts, where they do not depend on each other.
async fn with_buckets(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
    accounts: impl Future<Output = Result<Observed, Error>>,
) -> Result<Observed, Error> {
    let (mut observed, buckets, config, tiers) = tokio::try_join!(
        accounts,
        bucket::observe(client, desired, secrets),
        config::observe(client, desired, secrets),
        tier::observe(client, desired, secrets)
    )?;
    (observed.buckets, observed.owned_by_others) = buckets;
    (observed.config, observed.tiers) = (config, tiers);
    observed.bucket_policies_bind_accounts = client.kind().bucket_policies_bind_accounts();
    observed.account = account::observe(client, desired, names, &observed).await?;
    Ok(observed)
}
