//! Reads the users of Ceph's gateway with their policies and keys, and the owners of buckets.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use super::found::Found;
use crate::desired::document::Document;
use crate::desired::{Status, access, inline, names};
use crate::error::Error;
use crate::observed::{ObservedAccessKey, ObservedAccounts, ObservedOps, ObservedOwner, ObservedUser};
use crate::wire::ceph::{Own, RgwUser};
use crate::wire::client::Client;
use crate::wire::parallel::all;

type Policies = BTreeMap<String, Option<Document>>;

pub(super) async fn read(client: &Client, found: &mut Found) -> Result<(), Error> {
    let uids = client.rgw_uids().await?;
    let reads = uids.iter().map(async |uid| {
        let user = client.rgw_user(uid).await?;
        Ok((uid, user, policies(client, uid).await?, client.rgw_buckets_of(uid).await?))
    });
    let is_admin = matches!(client.rgw_own().await?, Own::Known(own) if own.is_admin());
    let mut ops = ObservedOps::default();
    for (uid, read, policies, buckets) in all(reads).await? {
        let Some(name) = read.and_then(|read| user(client, uid, &read, found)) else { continue };
        match policies {
            Some(policies) => add_policies((&name, uid), policies, found),
            None => found.note(
                "users",
                uid,
                "its policies, which only an account with the capability user-policy=read sees",
            ),
        }
        // Only an admin gets at the buckets of others.
        if !is_admin {
            for bucket in buckets {
                found.note(
                    "buckets",
                    &bucket,
                    format!("this bucket of {uid}, which only an account with --admin reads"),
                );
            }
            continue;
        }
        let owner = ObservedOwner { owner: name, has_policy: false, has_grants: false };
        ops.owners.extend(buckets.into_iter().map(|bucket| (bucket, owner.clone())));
    }
    found.server.accounts = ObservedAccounts::AdminOps(ops);
    Ok(())
}

/// The policies of a user by name, with the documents of those that are one; `None` where the account may not read them.
async fn policies(client: &Client, uid: &str) -> Result<Option<Policies>, Error> {
    let names = match client.rgw_policies(uid).await {
        Err(Error::Refused(refusal)) if refusal.is_forbidden() => return Ok(None),
        names => names?,
    };
    let mut policies = Policies::new();
    for name in names {
        let document = client.rgw_policy(uid, &name).await?;
        policies.insert(name, document);
    }
    Ok(Some(policies))
}

/// Adds the policies of a user. Two users may have policies of one name, of which a spec has one.
fn add_policies((user, uid): (&Text, &str), policies: Policies, found: &mut Found) {
    for (name, document) in policies {
        let levels = document.as_ref().filter(|_| name == inline::OF_LEVELS).and_then(access::levels);
        if let Some(levels) = levels {
            found.levels.insert(user.clone(), levels);
            continue;
        }
        match document.filter(|document| found.server.policies.get(&name).is_none_or(|other| other == document)) {
            Some(document) => {
                found.server.policies.insert(name.clone(), document);
                if let Some(existing) = found.server.users.get_mut(user) {
                    existing.policies.insert(name);
                }
            }
            None => found.note("users", uid, format!("its policy {name}, which a spec cannot express, or which another user has with another content")),
        }
    }
}

/// Adds a user, and its further keys as access keys. Its name in the spec is its own access key: the one with the name
/// of the user, or else the first.
fn user(client: &Client, uid: &str, read: &RgwUser, found: &mut Found) -> Option<Text> {
    let is_own = read.key(client.own_key_id()).is_some();
    if read.is_restricted() {
        found.note("users", uid, "this user, whose requests are restricted by an op_mask");
        return None;
    }
    let (of_subusers, own): (Vec<_>, Vec<_>) = read.keys.iter().partition(|key| key.is_of_subuser());
    for key in of_subusers {
        found.note(
            "accessKeys",
            &key.access_key,
            "this access key of a subuser, which may have fewer rights than the user",
        );
    }
    let (mut keys, others): (Vec<&str>, Vec<&str>) =
        own.into_iter().map(|key| key.access_key.as_str()).partition(|id| names::access_key(id).is_ok());
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
