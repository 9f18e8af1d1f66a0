//! Reads the rights of the provisioning account, only when the plan could take some of them.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use super::identity;
use super::names::Names;
use crate::desired::{Accounts, Desired};
use crate::error::{Error, TransportError};
use crate::observed::{Observed, ObservedAccount};
use crate::plan::{may_take_permissions, plan};
use crate::wire::admin::{AccountInfo, UserInfo};
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;

/// The largest answer, which has some hundred bytes for each bucket.
const LISTING: usize = 16 << 20;

/// The rights; `None` for root, to which no policy applies, and for an account that may not read its own rights.
pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    names: &Names,
    observed: &Observed,
) -> Result<Option<ObservedAccount>, Error> {
    let has_policies = client.accounts() == Accounts::Policies;
    if !has_policies || !may_take_permissions(plan(desired, observed).changes()) {
        return Ok(None);
    }
    match account(client, names).await {
        Err(Error::Refused(refusal)) if (400..500).contains(&refusal.status) => Ok(None),
        Err(
            Error::UnreadableResponse { .. }
            | Error::NoAdminApi { .. }
            // Its groups are of LDAP, which keeps who is in them.
            | Error::Unsupported { .. }
            | Error::NoResponse { source: TransportError::TooLong(_), .. },
        ) => Ok(None),
        read => read,
    }
}

async fn account(client: &Client, names: &Names) -> Result<Option<ObservedAccount>, Error> {
    let own = names.own_value();
    // RustFS fails when it is asked for an access key (service account) as a user.
    if client.is_minio()
        && let Some(info) = user(client, own).await?
    {
        return rights(client, names, own, info).await;
    }
    // An access key (service account) has the rights of its user.
    let action = "read the provisioning account";
    let call = Call::admin(Method::GET, "accountinfo", action).limit(LISTING);
    let body = client.send_admin("policies", call).await?;
    let AccountInfo { account_name } = client.json(action, &body)?;
    match user(client, &account_name).await? {
        Some(info) => rights(client, names, &account_name, info).await,
        None => Ok(None),
    }
}

async fn user(client: &Client, name: &str) -> Result<Option<UserInfo>, Error> {
    let call = Call::admin(Method::GET, "user-info", "read the rights of the provisioning account")
        .query("accessKey", name);
    match client.find::<UserInfo>("users", "XMinioAdminNoSuchUser", call).await {
        Err(refused) if refused.code() == "XMinioIAMActionNotAllowed" => Ok(None),
        found => found,
    }
}

/// The rights of a user; `None` when a part of them cannot be read, because its effect is then unknown.
async fn rights(
    client: &Client,
    names: &Names,
    name: &str,
    info: UserInfo,
) -> Result<Option<ObservedAccount>, Error> {
    let groups = all(info.groups.iter().map(|name| identity::group(client, names, name))).await?;
    let groups: BTreeMap<_, _> = groups.into_iter().flatten().collect();
    let attached = info.policies.iter().chain(groups.values().flat_map(|group| &group.policies));
    let attached: BTreeSet<_> = attached.collect();
    let documents = all(attached.iter().map(|name| identity::policy(client, name, false))).await?;
    let documents = documents.into_iter().flatten().collect();
    Ok(Some(ObservedAccount { user: names.label(name), policies: info.policies, groups, documents }))
}
