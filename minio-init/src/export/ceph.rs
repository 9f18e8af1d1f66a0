//! Reads the users of Ceph's gateway with their keys, and the owners of buckets.

use std::collections::BTreeSet;

use init_core::Text;

use super::found::Found;
use crate::desired::{Status, names};
use crate::error::Error;
use crate::observed::{ObservedAccessKey, ObservedAccounts, ObservedOps, ObservedOwner, ObservedUser};
use crate::wire::ceph::RgwUser;
use crate::wire::client::Client;
use crate::wire::parallel::all;

pub(super) async fn read(client: &Client, found: &mut Found) -> Result<(), Error> {
    let uids = client.rgw_uids().await?;
    let reads = uids.iter().map(async |uid| {
        let user = client.rgw_user(uid).await?;
        Ok((uid, user, client.rgw_buckets_of(uid).await?))
    });
    let mut ops = ObservedOps::default();
    for (uid, read, buckets) in all(reads).await? {
        let Some(name) = read.and_then(|read| user(client, uid, &read, found)) else { continue };
        let owner = ObservedOwner { owner: name, has_policy: false, has_grants: false };
        ops.owners.extend(buckets.into_iter().map(|bucket| (bucket, owner.clone())));
    }
    found.server.accounts = ObservedAccounts::AdminOps(ops);
    Ok(())
}

/// Adds a user, and its further keys as access keys. Its name in the spec is its own access key: the one with the name
/// of the user, or else the first.
fn user(client: &Client, uid: &str, read: &RgwUser, found: &mut Found) -> Option<Text> {
    let is_own = read.key(client.own_key_id()).is_some();
    let (mut keys, others): (Vec<&str>, Vec<&str>) =
        read.keys.iter().map(|key| key.access_key.as_str()).partition(|id| names::access_key(id).is_ok());
    if !others.is_empty() {
        found.note("users", uid, "a key of this user that has a name which a spec does not accept");
    }
    if is_own {
        found.note("users", uid, "this user, which is the provisioning account");
        keys.retain(|id| *id != client.own_key_id());
        let own = found.own.clone();
        let further = keys
            .into_iter()
            .map(|id| (Text::Plain(id.to_owned()), ObservedAccessKey::bare(own.clone(), false)));
        found.server.keys.extend(further);
        return None;
    }
    let Some(first) = keys.iter().find(|id| **id == uid).or(keys.first()).copied() else {
        found.note("users", uid, "this user, which has no key");
        return None;
    };
    let name = Text::Plain(first.to_owned());
    let status = if read.suspended == 0 { Status::Enabled } else { Status::Disabled };
    let existing = ObservedUser { status, policies: BTreeSet::new(), secret_differs: false };
    found.server.users.insert(name.clone(), existing);
    found.labels.insert(name.clone(), uid.to_owned());
    let further = keys.into_iter().filter(|id| *id != first);
    let further =
        further.map(|id| (Text::Plain(id.to_owned()), ObservedAccessKey::bare(name.clone(), false)));
    found.server.keys.extend(further);
    Some(name)
}
