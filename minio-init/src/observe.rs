//! Reads what a server has of everything that the spec names, and nothing else.

mod account;
mod anonymous;
mod bucket;
mod config;
mod garage;
mod garage_buckets;
mod identity;
mod lookup;
mod names;
mod owners;
mod replication;
mod supported;
mod tier;

use init_core::Secrets;

use crate::desired::{Accounts, Desired};
use crate::error::Error;
use crate::observed::Observed;
use crate::wire::client::Client;

pub(crate) use config::missing_key;
pub(crate) use identity::{group, key};
pub(crate) use names::Names;
pub(crate) use replication::by_arn;

/// Reads the state of the server. It writes nothing.
pub(crate) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    if let Some(api) = &desired.garage {
        return garage::observe(client, desired, api, secrets).await;
    }
    let names = Names::of(desired, secrets)?;
    let (mut observed, buckets, config, tiers) = tokio::try_join!(
        accounts(client, desired, secrets, &names),
        bucket::observe(client, desired, secrets),
        config::observe(client, desired, secrets),
        tier::observe(client, desired, secrets)
    )?;
    (observed.buckets, observed.owned_by_others) = buckets;
    (observed.config, observed.tiers) = (config, tiers);
    observed.bucket_policies_bind_accounts = client.kind().bucket_policies_bind_accounts();
    observed.account = account::observe(client, desired, &names, &observed).await?;
    Ok(observed)
}

/// Reads everything except buckets, as the server keeps it.
async fn accounts(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
) -> Result<Observed, Error> {
    match client.accounts() {
        Accounts::Policies | Accounts::Keys | Accounts::None => {
            identity::observe(client, desired, secrets, names).await
        }
        Accounts::Owners => owners::observe(client, desired, secrets, names).await,
    }
}
