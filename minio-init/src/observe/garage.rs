//! Reads the layout of Garage, its keys with their permissions, and the declared buckets.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secrets, Text};

use super::{bucket, garage_buckets};
use crate::desired::{Desired, Permissions, Size, Status, User};
use crate::error::Error;
use crate::observed::{
    Observed, ObservedAccounts, ObservedBucket, ObservedGarage, ObservedLayout, ObservedUser,
};
use crate::wire::admin::SecretKeyCheck;
use crate::wire::client::Client;
use crate::wire::credential::{credential, resolve_name};
use crate::wire::garage::KeyInfo;
use crate::wire::parallel::all;

use garage_buckets::Found;

type Keys<'d> = BTreeMap<&'d Text, KeyInfo>;

pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let status = client.garage_status().await?;
    if status.layout_version == 0 {
        garage_buckets::check_supported(client, desired, &BTreeMap::new(), None).await?;
        let problem = match desired.garage_layout() {
            Some(layout) => client.why_no_layout(&status, layout).await?,
            None => None,
        };
        let layout = problem.map_or(ObservedLayout::Missing, ObservedLayout::Unusable);
        let empty = ObservedGarage { layout, ..ObservedGarage::default() };
        return Ok(Observed { accounts: ObservedAccounts::Keys(empty), ..Observed::default() });
    }
    let keys = keys(client, desired, secrets).await?;
    let own = keys.get(&desired.server.access_key);
    if own.is_some_and(|own| !own.expired) {
        client.check_own_garage_secret().await?;
    }
    let found = garage_buckets::find(client, desired, own).await?;
    garage_buckets::check_supported(client, desired, &found, own).await?;
    Ok(Observed {
        users: users(client, desired, secrets, &keys).await?,
        unwanted_users: desired.absent.users.keys().filter(|name| keys.contains_key(name)).cloned().collect(),
        buckets: buckets(client, desired, &found, own).await?,
        accounts: ObservedAccounts::Keys(accounts(desired, &keys, &found)),
        ..Observed::default()
    })
}

/// The declared keys that exist, that of the provisioning account, and those that are to be absent.
async fn keys<'d>(client: &Client, desired: &'d Desired, secrets: &Secrets) -> Result<Keys<'d>, Error> {
    let names = desired.users.keys().chain(desired.absent.users.keys()).chain([&desired.server.access_key]);
    let read = names.map(async |name| {
        let id = resolve_name(secrets, name)?;
        Ok((name, client.garage_key(&name.to_string(), &id).await?))
    });
    Ok(all(read).await?.into_iter().filter_map(|(name, key)| Some((name, key?))).collect())
}

async fn users(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    keys: &Keys<'_>,
) -> Result<BTreeMap<Text, ObservedUser>, Error> {
    let existing =
        desired.users.iter().filter_map(|(name, user): (&Text, &User)| Some((name, user, keys.get(name)?)));
    let read = existing.map(async |(name, user, key)| {
        // Garage refuses a key that has expired whatever its secret key is.
        let secret_differs = desired.compare_secrets && !key.expired && {
            let account = credential(secrets, name, &user.secret)?;
            client.check_garage_secret(&name.to_string(), &account).await? == SecretKeyCheck::Differs
        };
        let (status, policies) = (Status::Enabled, BTreeSet::new());
        Ok((name.clone(), ObservedUser { status, policies, secret_differs }))
    });
    Ok(all(read).await?.into_iter().collect())
}

/// The declared buckets that exist. Their properties are read where the provisioning account may read them; where it
/// gets the permission by the plan, they are read again before they are written.
async fn buckets(
    client: &Client,
    desired: &Desired,
    found: &BTreeMap<&String, Found>,
    own: Option<&KeyInfo>,
) -> Result<BTreeMap<String, ObservedBucket>, Error> {
    let existing = desired.buckets.iter().filter_map(|(name, wanted)| Some((name, wanted, found.get(name)?)));
    let read = existing.map(async |(name, wanted, found)| {
        let quota = found.info.quotas.max_size.map(Size);
        let mut existing = ObservedBucket::default();
        if wanted.needs_s3() && found.is_open_to(own) {
            let wanted = crate::desired::Bucket { quota: None, ..wanted.clone() };
            existing = bucket::bucket(client, name, &wanted).await?;
        }
        Ok((name.clone(), ObservedBucket { quota, ..existing }))
    });
    Ok(all(read).await?.into_iter().collect())
}

fn accounts(desired: &Desired, keys: &Keys<'_>, found: &BTreeMap<&String, Found>) -> ObservedGarage {
    let by_id: BTreeMap<&String, &String> =
        found.iter().map(|(name, found)| (&found.info.id, *name)).collect();
    let named = |(name, key): (&&Text, &KeyInfo)| {
        let buckets = key.buckets.iter().map(|bucket| {
            let alias =
                by_id.get(&bucket.id).copied().or(bucket.global_aliases.first()).unwrap_or(&bucket.id);
            (alias.clone(), bucket.permissions.permissions())
        });
        let buckets = buckets.filter(|(_, permissions): &(String, Permissions)| !permissions.is_empty());
        ((*name).clone(), buckets.collect())
    };
    let of = |is: fn(&Found) -> bool| {
        found.iter().filter(|(_, found)| is(found)).map(|(name, _)| (*name).clone()).collect()
    };
    ObservedGarage {
        layout: ObservedLayout::Assigned,
        has_own_key: keys.contains_key(&desired.server.access_key),
        buckets: of(|_| true),
        without_alias: of(|found| !found.has_alias),
        hidden: of(|found| found.is_hidden),
        access: keys.iter().map(named).collect(),
    }
}
