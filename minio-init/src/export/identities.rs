//! Every policy, user, group and access key (service account). Where the admin API has a list, the list is asked for: it
//! is one request, and one answer to open, for any number.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::export::Scope;
use init_core::{Secrets, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::found::Found;
use crate::desired::document::Document;
use crate::desired::{Status, names};
use crate::error::Error;
use crate::observe::{self, Names};
use crate::observed::SeenUser;
use crate::wire::admin::{AccessKeys, OwnAccessKeys, UNKNOWN_CALL, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::connect;
use crate::wire::parallel::all;

/// Thousands of policies, users or access keys.
const LISTING: usize = 16 << 20;

pub(super) async fn read(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    if !["policies", "users", "groups", "accessKeys"].into_iter().any(|section| scope.has(section)) {
        return Ok(());
    }
    connect::enough_memory()?;
    // First, as MinIO answers this when it has read its identities, and others also before.
    let there = group_names(client).await?;
    // Who a policy is attached to and what an access key is restricted to is said by the policy's name.
    policies(client, found).await?;
    if ["users", "groups", "accessKeys"].into_iter().any(|section| scope.has(section)) {
        users(client, names, found).await?;
    }
    if scope.has("groups") {
        let read = all(there.iter().map(|name| observe::group(client, names, name))).await?;
        found.server.groups.extend(read.into_iter().flatten());
    }
    if scope.has("accessKeys") {
        keys(client, secrets, names, scope, found).await?;
    }
    Ok(())
}

async fn policies(client: &Client, found: &mut Found) -> Result<(), Error> {
    let doing = "list the policies";
    let call = Call::admin(Method::GET, "list-canned-policies", doing).limit(LISTING);
    let texts: BTreeMap<String, Value> = client.json(doing, &client.ask("policies", call).await?)?;
    for (name, json) in texts {
        match Document::read(&json) {
            Some(document) => match document.beyond_minio().filter(|_| client.is_minio()) {
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
    let call = |doing: &'static str| Call::admin(Method::GET, "list-users", doing);
    let there: BTreeMap<String, UserInfo> = sealed(client, "list the users", call).await?;
    for (name, info) in there {
        let seen =
            SeenUser { status: Status::read(&info.status), policies: info.policies, secret_differs: false };
        found.server.users.insert(names.label(&name), seen);
    }
    Ok(())
}

async fn group_names(client: &Client) -> Result<BTreeSet<String>, Error> {
    let doing = "list the groups";
    let body = client.ask("groups", Call::admin(Method::GET, "groups", doing).limit(LISTING)).await?;
    let there: Option<BTreeSet<String>> = client.json(doing, &body)?;
    Ok(there.unwrap_or_default())
}

async fn keys(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    let listed = listed(client, found).await?;
    let mut there = BTreeSet::new();
    for key in listed.into_iter().filter(|key| scope.takes("accessKeys", key)) {
        match names::access_key(&key) {
            Ok(()) => drop(there.insert(names.label(&key))),
            Err(problem) => found.note("accessKeys", &key, format!("this access key: {problem}")),
        }
    }
    let reads = there.iter().map(async |name| Ok((name, observe::key(client, secrets, names, name).await?)));
    for (name, key) in all(reads).await? {
        // One that is not there was removed meanwhile.
        let Some(key) = key else { continue };
        let problem = match key.until {
            Some(until) => Some(format!("which ends at {until}: one of a spec has no end")),
            None => key.is_unreadable.then(|| "whose policy cannot be read".to_owned()),
        };
        match problem.filter(|_| *name != found.own) {
            Some(problem) => {
                found.note("accessKeys", &name.to_string(), format!("this access key, {problem}"));
            }
            None => drop(found.server.keys.insert(name.clone(), key.seen)),
        }
    }
    Ok(())
}

/// The names of all access keys.
async fn listed(client: &Client, found: &Found) -> Result<BTreeSet<String>, Error> {
    let call = |doing: &'static str| {
        let call = Call::admin(Method::GET, "list-access-keys-bulk", doing);
        call.query("listType", "svcacc-only").query("all", "true")
    };
    match sealed::<BTreeMap<String, OwnAccessKeys>>(client, "list the access keys", call).await {
        Ok(of_users) => Ok(of_users.into_values().flat_map(OwnAccessKeys::names).collect()),
        Err(refused) if is_unknown(&refused) => one_by_one(client, found).await,
        Err(refused) => Err(refused),
    }
}

/// A release that has no such list refuses the call in its own way.
fn is_unknown(refused: &Error) -> bool {
    refused.code() == UNKNOWN_CALL
        || matches!(refused, Error::Refused(refusal) if [404, 405, 501].contains(&refusal.status))
}

/// Of an older release, the account's own and those of each user.
async fn one_by_one(client: &Client, found: &Found) -> Result<BTreeSet<String>, Error> {
    let plain = |name: &Text| match name {
        Text::Plain(name) => Some(name.clone()),
        Text::Secret(_) => None,
    };
    let users = found.server.users.keys().filter(|name| **name != found.own).filter_map(plain).map(Some);
    let lists = all([None].into_iter().chain(users).map(async |user| {
        let call = |doing: &'static str| {
            let call = Call::admin(Method::GET, "list-service-accounts", doing);
            user.iter().fold(call, |call, user| call.query("user", user))
        };
        sealed::<AccessKeys>(client, "list the access keys", call).await
    }))
    .await?;
    Ok(lists.into_iter().flat_map(AccessKeys::names).collect())
}

/// A list that crosses sealed.
async fn sealed<T: DeserializeOwned>(
    client: &Client,
    doing: &'static str,
    call: impl FnOnce(&'static str) -> Call<'static>,
) -> Result<T, Error> {
    let answer = client.ask_sealed("users", call(doing).limit(LISTING)).await?;
    client.json(doing, &client.open(doing, answer).await?)
}
