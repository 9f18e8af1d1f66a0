//! Reads policies, users, groups and access keys.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::{SecretRef, Secrets, Text};
use serde_json::Value;

use super::lookup::{self, Lookup};
use super::names::Names;
use crate::desired::document::Document;
use crate::desired::{AccessKey, Desired, Status, User};
use crate::error::Error;
use crate::observed::{Observed, ObservedAccessKey, ObservedGroup, ObservedUser};
use crate::wire::admin::{AccessKeyInfo, GroupInfo, PolicyInfo, SecretKeyCheck};
use crate::wire::client::{Call, Client};
use crate::wire::credential::{check_new_key, credential};
use crate::wire::parallel::all;

/// Reads everything except buckets.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
) -> Result<Observed, Error> {
    let (policies, users, groups, keys) = tokio::try_join!(
        all(referred_policies(desired).into_iter().map(|name| policy(
            client,
            name,
            desired.policies.contains_key(name)
        ))),
        all(referred_users(desired)
            .into_iter()
            .map(async |name| Ok((name.clone(), user(client, desired, secrets, name).await?)))),
        all(desired.groups.keys().map(|name| group(client, names, name))),
        all(desired.keys.iter().map(async |(name, key)| {
            let of = (name, key, desired.compare_secrets);
            Ok((name.clone(), access_key(client, secrets, names, of).await?))
        })),
    )?;
    let (unwanted_users, unwanted_keys) = tokio::try_join!(
        all(desired
            .absent
            .users
            .keys()
            .map(async |name| { Ok((name.clone(), lookup::user(client, secrets, name).await?)) })),
        all(desired
            .absent
            .keys
            .keys()
            .map(async |name| { Ok((name.clone(), lookup::access_key(client, secrets, name).await?)) })),
    )?;
    let mut observed = Observed {
        policies: policies.into_iter().flatten().collect(),
        groups: groups.into_iter().flatten().collect(),
        unwanted_users: split(unwanted_users).0.into_keys().collect(),
        unwanted_keys: split(unwanted_keys).0.into_keys().collect(),
        ..Observed::default()
    };
    (observed.users, observed.used_otherwise) = split(users);
    let (keys, used_otherwise) = split(keys);
    observed.keys = keys;
    observed.used_otherwise.extend(used_otherwise);
    Ok(observed)
}

pub(super) fn split<T>(lookups: Vec<(Text, Lookup<T>)>) -> (BTreeMap<Text, T>, BTreeSet<Text>) {
    let (mut existing, mut used_otherwise) = (BTreeMap::new(), BTreeSet::new());
    for (name, what) in lookups {
        match what {
            Lookup::Found(what) => drop(existing.insert(name, what)),
            Lookup::UsedOtherwise => drop(used_otherwise.insert(name)),
            Lookup::Absent => {}
        }
    }
    (existing, used_otherwise)
}

/// The declared policies, and those that the spec refers to.
pub(super) fn referred_policies(desired: &Desired) -> BTreeSet<&String> {
    let users = desired.users.values().flat_map(|user| &user.policies);
    let groups = desired.groups.values().flat_map(|group| &group.policies);
    let keys = desired.keys.values().filter_map(|key| key.policy.as_ref());
    let ldap = desired.ldap.policies();
    desired.policies.keys().chain(users).chain(groups).chain(keys).chain(ldap).collect()
}

pub(super) async fn policy(
    client: &Client,
    name: &str,
    declared: bool,
) -> Result<Option<(String, Document)>, Error> {
    let action = format!("read policy {name}");
    let call =
        Call::admin(Method::GET, "info-canned-policy", action.as_str()).query("name", name).query("v", "2");
    let info = match client.find::<PolicyInfo>("policies", "XMinioAdminNoSuchPolicy", call).await {
        // MinIO has stored a policy that it cannot read. It counts as missing, because writing it again repairs it.
        Err(refused) if declared && refused.code() == "InternalError" => return Ok(None),
        found => found?,
    };
    let Some(PolicyInfo { policy }) = info else {
        return Ok(None);
    };
    let document = Document::read(&policy).ok_or_else(|| {
        client.unreadable(&action, &"it is no policy document, or one of too many permissions")
    })?;
    Ok(Some((name.to_owned(), document)))
}

/// The declared users, and those that the spec refers to.
pub(super) fn referred_users(desired: &Desired) -> BTreeSet<&Text> {
    let members = desired.groups.values().flat_map(|group| &group.members);
    let parents = desired.keys.values().filter_map(|key| key.user.as_ref());
    let parents = parents.filter(|user| desired.ldap.user(user).is_none());
    let own = &desired.server.access_key;
    desired.users.keys().chain(members).chain(parents).filter(|name| *name != own).collect()
}

async fn user(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    name: &Text,
) -> Result<Lookup<ObservedUser>, Error> {
    let declared = desired.users.get(name).filter(|_| desired.compare_secrets);
    let info = match (lookup::user(client, secrets, name).await?, declared) {
        (Lookup::Absent, Some(user)) if signs_in(client, secrets, name, &user.secret).await? => {
            // Another run may have created it meanwhile.
            lookup::user(client, secrets, name).await?.or_used_otherwise()
        }
        (info, _) => info,
    };
    let Lookup::Found(info) = info else { return Ok(info.without_value()) };
    let status = Status::read(&info.status);
    let secret_differs = match declared.filter(|user| compares_secret(user, status)) {
        Some(user) => {
            let check = client
                .check_secret_key(&format!("user {name}"), &credential(secrets, name, &user.secret)?)
                .await?;
            check == SecretKeyCheck::Differs
        }
        None => false,
    };
    Ok(Lookup::Found(ObservedUser { status, policies: info.policies, secret_differs }))
}

/// True when the server has an account of this name that can sign requests, with any secret key.
async fn signs_in(
    client: &Client,
    secrets: &Secrets,
    name: &Text,
    secret: &SecretRef,
) -> Result<bool, Error> {
    let account = credential(secrets, name, secret)?;
    Ok(client.check_secret_key(&name.to_string(), &account).await? != SecretKeyCheck::Unknown)
}

/// True when the secret key is compared. A disabled user answers the same to any secret key, and a user that is
/// declared disabled needs no comparison.
fn compares_secret(user: &User, status: Status) -> bool {
    user.status != Some(Status::Disabled) && status == Status::Enabled
}

pub(crate) async fn group(
    client: &Client,
    names: &Names,
    name: &str,
) -> Result<Option<(String, ObservedGroup)>, Error> {
    let call = Call::admin(Method::GET, "group", format!("read group {name}")).query("group", name);
    let info = client.find::<GroupInfo>("groups", "XMinioAdminNoSuchGroup", call).await?;
    // A server that takes its groups from LDAP answers for any name, without a status.
    if info.as_ref().is_some_and(|info| info.status.is_empty()) && client.is_minio() {
        return Err(client.no_own_identities(format!("groups.{name}")));
    }
    Ok(info.map(|info| {
        let members = info.members.iter().map(|member| names.label(member)).collect();
        let existing = ObservedGroup { status: Status::read(&info.status), members, policies: info.policies };
        (name.to_owned(), existing)
    }))
}

async fn access_key(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    (name, wanted, compare): (&Text, &AccessKey, bool),
) -> Result<Lookup<ObservedAccessKey>, Error> {
    let info = match lookup::access_key(client, secrets, name).await? {
        Lookup::Absent if compare && signs_in(client, secrets, name, &wanted.secret).await? => {
            // Another run may have created it meanwhile.
            lookup::access_key(client, secrets, name).await?.or_used_otherwise()
        }
        info => info,
    };
    let Lookup::Found(info) = info else {
        if !compare {
            return Ok(info.without_value());
        }
        // It will be created, and MinIO has limits for new access keys that existing ones need not meet.
        return check_new_key(secrets, name, &wanted.secret).map(|()| info.without_value());
    };
    let mut existing = observed_key(names, info);
    if existing.status == Status::Enabled && compare {
        let account = credential(secrets, name, &wanted.secret)?;
        let check = client.check_secret_key(&format!("access key {name}"), &account).await?;
        existing.secret_differs = check == SecretKeyCheck::Differs;
    }
    Ok(Lookup::Found(existing))
}

fn observed_key(names: &Names, info: AccessKeyInfo) -> ObservedAccessKey {
    let expires = info.expires();
    let policy = serde_json::from_str::<Value>(&info.policy).ok();
    let policy = policy.as_ref().filter(|_| !info.implied_policy).and_then(Document::read);
    ObservedAccessKey {
        parent: names.label(&info.parent_user),
        status: Status::read(&info.account_status),
        policy: policy.filter(|policy| !policy.is_empty()),
        name: info.name,
        description: info.description,
        expires,
        secret_differs: false,
    }
}

/// An access key (service account), with the properties that a spec cannot express.
pub(crate) struct AccessKeyDetails {
    pub(crate) existing: ObservedAccessKey,
    /// True when it is restricted by a policy that cannot be read.
    pub(crate) is_unreadable: bool,
}

/// Reads everything about an access key (service account), if it exists.
pub(crate) async fn key(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    name: &Text,
) -> Result<Option<AccessKeyDetails>, Error> {
    match lookup::access_key(client, secrets, name).await? {
        Lookup::Found(info) => {
            let is_restricted = !info.implied_policy && !info.policy.is_empty();
            let existing = observed_key(names, info);
            let is_unreadable = is_restricted && existing.policy.is_none();
            Ok(Some(AccessKeyDetails { existing, is_unreadable }))
        }
        Lookup::UsedOtherwise | Lookup::Absent => Ok(None),
    }
}
