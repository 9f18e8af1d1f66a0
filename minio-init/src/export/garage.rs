//! Reads the keys of Garage with their permissions, and its buckets with their quotas.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use init_core::export::Scope;

use super::buckets;
use super::found::Found;
use crate::desired::{Level, Permissions, Size, Status, names};
use crate::error::Error;
use crate::observed::{ObservedAccounts, ObservedBucket, ObservedGarage, ObservedUser};
use crate::wire::client::Client;
use crate::wire::garage::{KeyInfo, ListedBucket, ListedKey};
use crate::wire::parallel::all;

/// Reads all keys but that of the provisioning account. A spec would make a key without an end, so those with one are
/// left out.
pub(super) async fn keys(client: &Client, found: &mut Found) -> Result<(), Error> {
    let mut listed = client.garage_keys().await?;
    listed.retain(|key| key.id != client.own_key_id());
    let read = all(listed.iter().map(async |key| Ok((key, client.garage_key(&key.id, &key.id).await?))));
    let mut garage = ObservedGarage::default();
    for (key, info) in read.await? {
        // The key was removed meanwhile.
        let Some(info) = info else { continue };
        let label = label(key, &listed);
        if let Err(problem) = names::garage_key(&key.id) {
            found.note("users", label, format!("this key: {problem}"));
            continue;
        }
        if info.expired || info.expiration.is_some() {
            found.note("users", label, "this key, which has an end");
            continue;
        }
        let name = Text::Plain(key.id.clone());
        match access(&info) {
            Ok(levels) => drop(garage.access.insert(name.clone(), levels)),
            Err(problem) => found.note("users", label, problem),
        }
        if info.permissions.create_bucket {
            found.note("users", label, "its permission to make buckets");
        }
        if info.buckets.iter().any(|bucket| !bucket.local_aliases.is_empty()) {
            found.note("users", label, "its names of buckets that are for itself alone");
        }
        let (status, policies) = (Status::Enabled, BTreeSet::new());
        found.server.users.insert(name.clone(), ObservedUser { status, policies, secret_differs: false });
        found.labels.insert(name, label.to_owned());
    }
    found.server.accounts = ObservedAccounts::Keys(garage);
    Ok(())
}

/// The display name of a key if no other key has it, or else the key itself.
fn label<'k>(key: &'k ListedKey, listed: &[ListedKey]) -> &'k str {
    let is_name = names::plain(&key.name).is_ok() && names::access_key(&key.name).is_ok();
    let is_taken = |other: &ListedKey| other.id == key.name || other.name == key.name && other.id != key.id;
    if is_name && !listed.iter().any(is_taken) { &key.name } else { &key.id }
}

/// The permissions by bucket. It fails unless a spec can say all of them, because it says them as a whole.
fn access(key: &KeyInfo) -> Result<BTreeMap<String, Permissions>, String> {
    let mut access = BTreeMap::new();
    for bucket in &key.buckets {
        let permissions = bucket.permissions.permissions();
        if permissions.is_empty() {
            continue;
        }
        let Some(alias) = alias(&bucket.global_aliases) else {
            return Err("its permissions: one is on a bucket that a spec cannot name".to_owned());
        };
        if Level::of(&permissions).is_none() {
            return Err(format!("its permissions: those on bucket {alias} are no level"));
        }
        access.insert(alias.clone(), permissions);
    }
    Ok(access)
}

/// The name of a bucket: the first of its global aliases that a spec can have.
fn alias(all: &[String]) -> Option<&String> {
    all.iter().filter(|alias| names::bucket(alias).is_ok()).min()
}

/// Reads all buckets that have a name: a global alias, or one of the provisioning account alone, which a run makes a
/// global one.
pub(super) async fn buckets(
    client: &Client,
    region: &str,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    let own = client.garage_key("of the provisioning account", client.own_key_id()).await?;
    let own = own.filter(|own| !own.expired);
    for ListedBucket { id, global_aliases } in client.garage_buckets().await? {
        let local = own.iter().flat_map(|own| &own.buckets).find(|bucket| bucket.id == id);
        let local = local.and_then(|bucket| alias(&bucket.local_aliases));
        let Some(name) = alias(&global_aliases).or(local) else {
            found.note("buckets", &id, "this bucket, which has no name that a spec can have");
            continue;
        };
        if !scope.includes("buckets", name) {
            continue;
        }
        if global_aliases.is_empty() {
            found.note(
                "buckets",
                name,
                "that its name is for the provisioning account alone: a run makes it a name for all",
            );
        }
        for other in global_aliases.iter().filter(|other| *other != name) {
            found.note("buckets", name, format!("its other name {other}"));
        }
        let existing = bucket(client, region, (&id, name), own.as_ref(), found).await?;
        found.server.buckets.insert(name.clone(), existing);
    }
    Ok(())
}

async fn bucket(
    client: &Client,
    region: &str,
    (id, name): (&str, &str),
    own: Option<&KeyInfo>,
    found: &mut Found,
) -> Result<ObservedBucket, Error> {
    let mut existing = ObservedBucket::default();
    if own.is_some_and(|own| may_read(own, id, name)) {
        let notes;
        (existing, notes) = buckets::bucket(client, region, name).await?;
        for text in notes {
            found.note("buckets", name, text);
        }
    } else {
        let problem = "its lifecycle and CORS rules, which the provisioning account may not read";
        found.note("buckets", name, problem);
    }
    if let Some(info) = client.garage_bucket(id).await? {
        existing.quota = info.quotas.max_size.map(Size);
        if info.quotas.max_objects.is_some() {
            found.note("buckets", name, "its limit of objects");
        }
        if info.website_access {
            found.note("buckets", name, "its website");
        }
    }
    Ok(existing)
}

/// True when the account has all permissions on the bucket, and no other bucket by this name.
fn may_read(own: &KeyInfo, id: &str, name: &str) -> bool {
    let is_other =
        own.buckets.iter().any(|bucket| bucket.id != id && bucket.local_aliases.iter().any(|a| a == name));
    let bucket = own.buckets.iter().find(|bucket| bucket.id == id);
    let level = bucket.and_then(|bucket| Level::of(&bucket.permissions.permissions()));
    level == Some(Level::Owner) && !is_other
}
