//! Reads every policy, user, group and access key (service account). Where the admin API has a list, the list is
//! read: it is one request, and one response to decrypt, for any number of items.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::export::Scope;
use init_core::{Secrets, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::found::Found;
use super::ldap;
use crate::desired::document::Document;
use crate::desired::{Status, names};
use crate::error::Error;
use crate::observe::{self, Names};
use crate::observed::ObservedUser;
use crate::wire::admin::{AccessKeys, OwnAccessKeys, UNKNOWN_CALL, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::connect;
use crate::wire::parallel::all;

/// The largest list, in bytes; it has thousands of policies, users or access keys.
const LISTING: usize = 16 << 20;

pub(super) async fn read(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    let any = |sections: &[&str]| sections.iter().any(|section| scope.includes_section(section));
    if !any(&["policies", "users", "groups", "ldap", "accessKeys"]) {
        return Ok(());
    }
    connect::enough_memory()?;
    // This request comes first, because MinIO answers it only when it has read its identities.
    let group_names = group_names(client).await?;
    // Policies are read first, because the other sections refer to them by name.
    policies(client, found).await?;
    let has_ldap = client.is_minio() && client.has_ldap().await;
    if any(&["users", "groups", "ldap", "accessKeys"]) {
        users(client, names, found).await?;
    }
    if has_ldap {
        let users = std::mem::take(&mut found.server.users);
        ldap::take_users(users, found);
        ldap::groups(client, &group_names, found).await?;
    } else if scope.includes_section("groups") {
        let read = all(group_names.iter().map(|name| observe::group(client, names, name))).await?;
        found.server.groups.extend(read.into_iter().flatten());
    }
    if scope.includes_section("accessKeys") {
        let mut all = listed(client, found).await?;
        if has_ldap {
            all.extend(client.ldap_users_access_keys().await?);
        }
        keys(client, secrets, names, (scope, all), found).await?;
        if has_ldap {
            ldap::name_owners(client, found).await?;
        }
    }
    Ok(())
}

async fn policies(client: &Client, found: &mut Found) -> Result<(), Error> {
    let action = "list the policies";
    let call = Call::admin(Method::GET, "list-canned-policies", action).limit(LISTING);
    let texts: BTreeMap<String, Value> = client.json(action, &client.send_admin("policies", call).await?)?;
    for (name, json) in texts {
        match Document::read(&json) {
            Some(document) => match document.unusable_by_minio().filter(|_| client.is_minio()) {
                None => drop(found.server.policies.insert(name, document)),
                Some(problem) => found.note("policies", &name, format!("this policy: {problem}")),
            },
            None => {
                found.note("policies", &name, "this policy, which has no statement or too many permissions");
            }
        }
    }
    Ok(())
}

async fn users(client: &Client, names: &Names, found: &mut Found) -> Result<(), Error> {
    let call = |action: &'static str| Call::admin(Method::GET, "list-users", action);
    let users: BTreeMap<String, UserInfo> = read_sealed_list(client, "list the users", call).await?;
    for (name, info) in users {
        let existing = ObservedUser {
            status: Status::read(&info.status),
            policies: info.policies,
            secret_differs: false,
        };
        found.server.users.insert(names.label(&name), existing);
    }
    Ok(())
}

async fn group_names(client: &Client) -> Result<BTreeSet<String>, Error> {
    let action = "list the groups";
    let body = client.send_admin("groups", Call::admin(Method::GET, "groups", action).limit(LISTING)).await?;
    let group_names: Option<BTreeSet<String>> = client.json(action, &body)?;
    Ok(group_names.unwrap_or_default())
}

async fn keys(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    (scope, listed): (&Scope, BTreeSet<String>),
    found: &mut Found,
) -> Result<(), Error> {
    let mut labels = BTreeSet::new();
    for key in listed.into_iter().filter(|key| scope.includes("accessKeys", key)) {
        match names::access_key(&key) {
            Ok(()) => drop(labels.insert(names.label(&key))),
            Err(problem) => found.note("accessKeys", &key, format!("this access key: {problem}")),
        }
    }
    let reads = labels.iter().map(async |name| Ok((name, observe::key(client, secrets, names, name).await?)));
    for (name, key) in all(reads).await? {
        // The access key was removed meanwhile.
        let Some(key) = key else { continue };
        if key.is_unreadable && *name != found.own {
            let problem = "this access key, whose policy cannot be read";
            found.note("accessKeys", &name.to_string(), problem);
        } else {
            found.server.keys.insert(name.clone(), key.existing);
        }
    }
    Ok(())
}

/// Lists the names of all access keys.
async fn listed(client: &Client, found: &Found) -> Result<BTreeSet<String>, Error> {
    let call = |action: &'static str| {
        let call = Call::admin(Method::GET, "list-access-keys-bulk", action);
        call.query("listType", "svcacc-only").query("all", "true")
    };
    match read_sealed_list::<BTreeMap<String, OwnAccessKeys>>(client, "list the access keys", call).await {
        Ok(of_users) => Ok(of_users.into_values().flat_map(OwnAccessKeys::names).collect()),
        Err(refused) if is_unknown(&refused) => list_by_user(client, found).await,
        Err(refused) => Err(refused),
    }
}

/// True when the refusal means that the release does not have the call.
fn is_unknown(refused: &Error) -> bool {
    refused.code() == UNKNOWN_CALL
        || matches!(refused, Error::Refused(refusal) if [404, 405, 501].contains(&refusal.status))
}

/// Lists the access keys of an older release: those of the provisioning account, and those of each user.
async fn list_by_user(client: &Client, found: &Found) -> Result<BTreeSet<String>, Error> {
    let plain = |name: &Text| match name {
        Text::Plain(name) => Some(name.clone()),
        Text::Secret(_) => None,
    };
    let users = found.server.users.keys().filter(|name| **name != found.own).filter_map(plain).map(Some);
    let lists = all([None].into_iter().chain(users).map(async |user| {
        let call = |action: &'static str| {
            let call = Call::admin(Method::GET, "list-service-accounts", action);
            user.iter().fold(call, |call, user| call.query("user", user))
        };
        read_sealed_list::<AccessKeys>(client, "list the access keys", call).await
    }))
    .await?;
    Ok(lists.into_iter().flat_map(AccessKeys::names).collect())
}

/// Reads a list whose response is encrypted.
async fn read_sealed_list<T: DeserializeOwned>(
    client: &Client,
    action: &'static str,
    call: impl FnOnce(&'static str) -> Call<'static>,
) -> Result<T, Error> {
    let answer = client.send_admin_sealed("users", call(action).limit(LISTING)).await?;
    client.json(action, &client.open(action, answer).await?)
}
