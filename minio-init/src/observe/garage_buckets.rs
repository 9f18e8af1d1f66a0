//! Finds the buckets of Garage that a spec names, and checks that Garage has what it declares of those that it cannot
//! ask about.

use std::collections::{BTreeMap, BTreeSet};

use super::supported;
use crate::desired::{Bucket, Desired, Level, Versioning};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::garage::{BucketInfo, KeyInfo};
use crate::wire::parallel::all;
use crate::wire::s3::Subresource;

/// A bucket that exists.
pub(super) struct Found {
    pub(super) info: BucketInfo,
    /// True when the name is a global alias, and not one of the provisioning account alone.
    pub(super) has_alias: bool,
    /// True when the provisioning account has this name for another bucket of its own.
    pub(super) is_hidden: bool,
}

impl Found {
    /// True when the account has all permissions on the bucket.
    pub(super) fn is_open_to(&self, key: Option<&KeyInfo>) -> bool {
        let bucket = key.and_then(|key| key.buckets.iter().find(|bucket| bucket.id == self.info.id));
        bucket.is_some_and(|bucket| bucket.permissions.permissions() == Level::Owner.permissions())
    }
}

/// The declared buckets, and those of `access`, that exist.
pub(super) async fn find<'d>(
    client: &Client,
    desired: &'d Desired,
    own: Option<&KeyInfo>,
) -> Result<BTreeMap<&'d String, Found>, Error> {
    let names: BTreeSet<&String> =
        desired.buckets.keys().chain(desired.users.values().flat_map(|user| user.access.keys())).collect();
    let read = names.into_iter().map(async |name| {
        let mut of_account = own.iter().flat_map(|own| &own.buckets);
        let local = of_account.find(|bucket| bucket.local_aliases.contains(name));
        if let Some(info) = client.garage_bucket(name).await? {
            let is_hidden = local.is_some_and(|local| local.id != info.id);
            return Ok(Some((name, Found { info, has_alias: true, is_hidden })));
        }
        // The name of a bucket that the account made by S3 is its own.
        let Some(local) = local.filter(|_| desired.buckets.contains_key(name)) else { return Ok(None) };
        let info = client.garage_bucket(&local.id).await?;
        Ok(info.map(|info| (name, Found { info, has_alias: false, is_hidden: false })))
    });
    Ok(all(read).await?.into_iter().flatten().collect())
}

/// Fails for a property that Garage does not have, of the buckets whose properties cannot be read yet. It is asked
/// about an open bucket, and where there is none, what no known release has is refused.
pub(super) async fn check_supported(
    client: &Client,
    desired: &Desired,
    found: &BTreeMap<&String, Found>,
    own: Option<&KeyInfo>,
) -> Result<(), Error> {
    let is_open = |name: &String| found.get(name).is_some_and(|found| found.is_open_to(own));
    let unread: Vec<_> = desired.buckets.keys().filter(|name| !is_open(name)).collect();
    if let Some(open) = desired.buckets.keys().find(|name| is_open(name)) {
        return supported::check(client, desired, &unread, Some(open)).await;
    }
    let lacking = |name: &&String| Some(((*name).clone(), lacking(desired.buckets.get(*name)?)?));
    match unread.iter().find_map(lacking) {
        None => Ok(()),
        Some((name, feature)) => Err(Error::Unsupported {
            at: format!("buckets.{name}.{feature}"),
            feature,
            endpoint: client.endpoint().clone(),
            why: "Garage has none, as far as this program knows, and without a bucket it cannot be asked"
                .to_owned(),
        }),
    }
}

/// The first property that no known release of Garage has.
fn lacking(wanted: &Bucket) -> Option<&'static str> {
    let all = [
        Subresource::ObjectLock,
        Subresource::Encryption,
        Subresource::Tagging,
        Subresource::Policy,
        Subresource::Notification,
    ];
    let versioning = (wanted.versioning == Some(Versioning::Enabled)).then_some("versioning");
    versioning.or_else(|| all.into_iter().find(|one| wanted.declares(*one)).map(Subresource::feature))
}
