//! Policies, users, groups and access keys.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::{SecretRef, Secrets, Text};
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

/// What MinIO says of an access key (service account) that is not there.
const NO_SUCH_KEY: [&str; 2] = ["XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"];

/// What a server has under a name.
enum Named<T> {
    Seen(T),
    /// It is root, or an access key (service account) where a user is meant, or the reverse.
    Taken,
    Absent,
}

impl<T> Named<T> {
    /// Something signs in under the name: when it is not this, it is something else.
    fn or_taken(self) -> Self {
        match self {
            Self::Absent => Self::Taken,
            seen => seen,
        }
    }

    fn nothing<U>(&self) -> Named<U> {
        match self {
            Self::Taken => Named::Taken,
            Self::Seen(_) | Self::Absent => Named::Absent,
        }
    }
}

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
        all(named(desired)
            .into_iter()
            .map(async |name| Ok((name.clone(), user(client, desired, secrets, name).await?)))),
        all(desired.groups.keys().map(|name| group(client, names, name))),
        all(desired.keys.iter().map(async |(name, key)| {
            let of = (name, key, desired.compare_secrets);
            Ok((name.clone(), access_key(client, secrets, names, of).await?))
        })),
    )?;
    let (leaving, unwanted_keys) = tokio::try_join!(
        all(desired
            .absent
            .users
            .keys()
            .map(async |name| { Ok((name.clone(), user_info(client, secrets, name).await?)) })),
        all(desired
            .absent
            .keys
            .keys()
            .map(async |name| { Ok((name.clone(), key_info(client, secrets, name).await?)) })),
    )?;
    let mut observed = Observed {
        policies: policies.into_iter().flatten().collect(),
        groups: groups.into_iter().flatten().collect(),
        unwanted_users: sorted(leaving).0.into_keys().collect(),
        unwanted_keys: sorted(unwanted_keys).0.into_keys().collect(),
        ..Observed::default()
    };
    (observed.users, observed.taken) = sorted(users);
    let (keys, taken) = sorted(keys);
    observed.keys = keys;
    observed.taken.extend(taken);
    Ok(observed)
}

fn sorted<T>(named: Vec<(Text, Named<T>)>) -> (BTreeMap<Text, T>, BTreeSet<Text>) {
    let (mut seen, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for (name, what) in named {
        match what {
            Named::Seen(what) => drop(seen.insert(name, what)),
            Named::Taken => drop(taken.insert(name)),
            Named::Absent => {}
        }
    }
    (seen, taken)
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
) -> Result<Named<SeenUser>, Error> {
    let declared = desired.users.get(name).filter(|_| desired.compare_secrets);
    let info = match (user_info(client, secrets, name).await?, declared) {
        (Named::Absent, Some(user)) if signs_in(client, secrets, name, &user.secret).await? => {
            // Another run may have made it meanwhile.
            user_info(client, secrets, name).await?.or_taken()
        }
        (info, _) => info,
    };
    let Named::Seen(info) = info else { return Ok(info.nothing()) };
    let status = Status::read(&info.status);
    let secret_differs = match declared.filter(|user| probed(user, status)) {
        Some(user) => {
            let check = client
                .check_secret_key(&format!("user {name}"), &credential(secrets, name, &user.secret)?)
                .await?;
            check == SecretKeyCheck::Differs
        }
        None => false,
    };
    Ok(Named::Seen(SeenUser { status, policies: info.policies, secret_differs }))
}

async fn user_info(client: &Client, secrets: &Secrets, name: &Text) -> Result<Named<UserInfo>, Error> {
    let call = Call::admin(Method::GET, "user-info", format!("read user {name}"))
        .query("accessKey", &value(secrets, name)?);
    match client.find::<UserInfo>("users", "XMinioAdminNoSuchUser", call).await {
        // An access key (service account) is no user.
        Err(refused) if refused.code() == "XMinioIAMActionNotAllowed" => Ok(Named::Taken),
        found => Ok(found?.map_or(Named::Absent, Named::Seen)),
    }
}

/// Whether the server has an account of this name that can sign in, whatever it is and whatever its secret key.
async fn signs_in(
    client: &Client,
    secrets: &Secrets,
    name: &Text,
    secret: &SecretRef,
) -> Result<bool, Error> {
    let account = credential(secrets, name, secret)?;
    Ok(client.check_secret_key(&name.to_string(), &account).await? != SecretKeyCheck::Unknown)
}

/// A disabled user says the same to any secret, and one that is to be disabled has none to keep.
fn probed(user: &User, status: Status) -> bool {
    user.status != Some(Status::Disabled) && status == Status::Enabled
}

pub(crate) async fn group(
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
    (name, wanted, compare): (&Text, &AccessKey, bool),
) -> Result<Named<SeenKey>, Error> {
    let info = match key_info(client, secrets, name).await? {
        Named::Absent if compare && signs_in(client, secrets, name, &wanted.secret).await? => {
            // Another run may have made it meanwhile.
            key_info(client, secrets, name).await?.or_taken()
        }
        info => info,
    };
    let Named::Seen(info) = info else {
        if !compare {
            return Ok(info.nothing());
        }
        // It is to be made, and for that MinIO has limits that it does not have for one that is there.
        return new_key(secrets, name, &wanted.secret).map(|()| info.nothing());
    };
    let mut seen = seen_key(names, info);
    if seen.status == Status::Enabled && compare {
        let account = credential(secrets, name, &wanted.secret)?;
        let check = client.check_secret_key(&format!("access key {name}"), &account).await?;
        seen.secret_differs = check == SecretKeyCheck::Differs;
    }
    Ok(Named::Seen(seen))
}

fn seen_key(names: &Names, info: AccessKeyInfo) -> SeenKey {
    let policy = serde_json::from_str::<Value>(&info.policy).ok();
    let policy = policy.as_ref().filter(|_| !info.implied_policy).and_then(Document::read);
    SeenKey {
        parent: names.label(&info.parent_user),
        status: Status::read(&info.account_status),
        policy: policy.filter(|policy| !policy.is_empty()),
        name: info.name,
        description: info.description,
        secret_differs: false,
    }
}

/// An access key (service account), and what of it a spec cannot say.
pub(crate) struct WholeKey {
    pub(crate) seen: SeenKey,
    /// When it ends, if it does.
    pub(crate) until: Option<String>,
    /// It is restricted by something that cannot be read.
    pub(crate) is_unreadable: bool,
}

/// Everything about an access key (service account), where there is one.
pub(crate) async fn key(
    client: &Client,
    secrets: &Secrets,
    names: &Names,
    name: &Text,
) -> Result<Option<WholeKey>, Error> {
    match key_info(client, secrets, name).await? {
        Named::Seen(mut info) => {
            let until = info.expiration.take();
            let is_restricted = !info.implied_policy && !info.policy.is_empty();
            let seen = seen_key(names, info);
            let is_unreadable = is_restricted && seen.policy.is_none();
            Ok(Some(WholeKey { seen, until, is_unreadable }))
        }
        Named::Taken | Named::Absent => Ok(None),
    }
}

async fn key_info(client: &Client, secrets: &Secrets, name: &Text) -> Result<Named<AccessKeyInfo>, Error> {
    let doing = format!("read access key {name}");
    let call = Call::admin(Method::GET, "info-service-account", doing.as_str())
        .query("accessKey", &value(secrets, name)?);
    match client.ask_sealed("access keys", call).await {
        Ok(sealed) => Ok(Named::Seen(client.json(&doing, &client.open(&doing, sealed).await?)?)),
        Err(refused) if client.kind().says_absent(refused.code(), &NO_SUCH_KEY) => Ok(Named::Absent),
        // MinIO says the same of a user's name and of an access key that our account may not read.
        Err(refused) if refused.code() == "AccessDenied" => match user_info(client, secrets, name).await {
            Ok(Named::Seen(_)) => Ok(Named::Taken),
            Ok(Named::Taken | Named::Absent) | Err(_) => Err(refused),
        },
        Err(refused) => Err(refused),
    }
}
