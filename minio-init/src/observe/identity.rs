//! Policies, users, groups and access keys.

use std::collections::BTreeSet;

use http::Method;
use init_core::{Secrets, Text};
use serde_json::Value;

use super::names::Names;
use crate::desired::document::Document;
use crate::desired::{AccessKey, Desired, Status, User};
use crate::error::Error;
use crate::observed::{Observed, SeenGroup, SeenKey, SeenUser};
use crate::wire::admin::{AccessKeyInfo, GroupInfo, PolicyInfo, SecretKeyCheck, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::credential::{credential, new_key, value};
use crate::wire::parallel::all;

/// Everything but the buckets.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    names: &Names,
) -> Result<Observed, Error> {
    let (policies, users, groups, keys) = tokio::try_join!(
        all(referred(desired).into_iter().map(|name| policy(
            client,
            name,
            desired.policies.contains_key(name)
        ))),
        all(named(desired).into_iter().map(|name| user(client, desired, secrets, name))),
        all(desired.groups.keys().map(|name| group(client, names, name))),
        all(desired.keys.iter().map(|(name, key)| access_key(client, secrets, names, name, key))),
    )?;
    Ok(Observed {
        policies: policies.into_iter().flatten().collect(),
        users: users.into_iter().flatten().collect(),
        groups: groups.into_iter().flatten().collect(),
        keys: keys.into_iter().flatten().collect(),
        ..Observed::default()
    })
}

/// The declared policies and those that something else refers to.
fn referred(desired: &Desired) -> BTreeSet<&String> {
    let users = desired.users.values().flat_map(|user| &user.policies);
    let groups = desired.groups.values().flat_map(|group| &group.policies);
    let keys = desired.keys.values().filter_map(|key| key.policy.as_ref());
    desired.policies.keys().chain(users).chain(groups).chain(keys).collect()
}

pub(super) async fn policy(
    client: &Client,
    name: &str,
    declared: bool,
) -> Result<Option<(String, Document)>, Error> {
    let doing = format!("read policy {name}");
    let call =
        Call::admin(Method::GET, "info-canned-policy", doing.as_str()).query("name", name).query("v", "2");
    let info = match client.find::<PolicyInfo>("policies", "XMinioAdminNoSuchPolicy", call).await {
        // What MinIO stored and cannot read is as good as not there: writing it again heals it.
        Err(refused) if declared && refused.code() == "InternalError" => return Ok(None),
        found => found?,
    };
    let Some(PolicyInfo { policy }) = info else {
        return Ok(None);
    };
    let document = Document::read(&policy)
        .ok_or_else(|| client.garbled(&doing, &"it is no policy document, or one of too many permissions"))?;
    Ok(Some((name.to_owned(), document)))
}

/// The declared users and those that something else refers to.
fn named(desired: &Desired) -> BTreeSet<&Text> {
    let members = desired.groups.values().flat_map(|group| &group.members);
    let parents = desired.keys.values().filter_map(|key| key.user.as_ref());
    let own = &desired.server.access_key;
    desired.users.keys().chain(members).chain(parents).filter(|name| *name != own).collect()
}

async fn user(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
    name: &Text,
) -> Result<Option<(Text, SeenUser)>, Error> {
    let call = Call::admin(Method::GET, "user-info", format!("read user {name}"))
        .query("accessKey", &value(secrets, name)?);
    let Some(info) = client.find::<UserInfo>("users", "XMinioAdminNoSuchUser", call).await? else {
        return Ok(None);
    };
    let status = Status::read(&info.status);
    let declared = desired.users.get(name).filter(|user| probed(user, status));
    let secret_differs = match declared {
        Some(user) => {
            let check = client
                .check_secret_key(&format!("user {name}"), &credential(secrets, name, &user.secret)?)
                .await?;
            check == SecretKeyCheck::Differs
        }
        None => false,
    };
    Ok(Some((name.clone(), SeenUser { status, policies: info.policies, secret_differs })))
}

/// A disabled user says the same to any secret, and one that is to be disabled has none to keep.
fn probed(user: &User, status: Status) -> bool {
    user.status != Some(Status::Disabled) && status == Status::Enabled
}

pub(super) async fn group(
    client: &Client,
    names: &Names,
    name: &str,
) -> Result<Option<(String, SeenGroup)>, Error> {
    let call = Call::admin(Method::GET, "group", format!("read group {name}")).query("group", name);
    let info = client.find::<GroupInfo>("groups", "XMinioAdminNoSuchGroup", call).await?;
    Ok(info.map(|info| {
        let members = info.members.iter().map(|member| names.label(member)).collect();
        let seen = SeenGroup { status: Status::read(&info.status), members, policies: info.policies };
        (name.to_owned(), seen)
    }))
}

async fn access_key(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    name: &Text,
    wanted: &AccessKey,
) -> Result<Option<(Text, SeenKey)>, Error> {
    let doing = format!("read access key {name}");
    let call = Call::admin(Method::GET, "info-service-account", doing.as_str())
        .query("accessKey", &value(secrets, name)?);
    let sealed = match client.ask_sealed("access keys", call).await {
        Ok(sealed) => sealed,
        Err(refused)
            if ["XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"]
                .contains(&refused.code()) =>
        {
            // It is to be made, and for that MinIO has limits that it does not have for one that is there.
            return new_key(secrets, name, &wanted.secret).map(|()| None);
        }
        Err(refused) => return Err(refused),
    };
    let info: AccessKeyInfo = client.json(&doing, &client.open(&doing, sealed).await?)?;
    let status = Status::read(&info.account_status);
    let secret_differs = status == Status::Enabled && {
        let account = credential(secrets, name, &wanted.secret)?;
        client.check_secret_key(&format!("access key {name}"), &account).await? == SecretKeyCheck::Differs
    };
    let policy = serde_json::from_str::<Value>(&info.policy).ok();
    let policy = policy.as_ref().filter(|_| !info.implied_policy).and_then(Document::read);
    let seen = SeenKey {
        parent: names.label(&info.parent_user),
        status,
        policy: policy.filter(|policy| !policy.is_empty()),
        name: info.name,
        description: info.description,
        secret_differs,
    };
    Ok(Some((name.clone(), seen)))
}
