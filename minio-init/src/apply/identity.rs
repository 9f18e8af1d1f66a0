//! Policies, users, groups and access keys.

use std::collections::BTreeSet;

use http::Method;
use init_core::{Secret, Secrets, Text};
use serde::Serialize;
use serde_json::json;

use super::attachment::Attachment;
use super::{access_key, attachment};
use crate::change::IdentityChange;
use crate::desired::Status;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::admin::unsealed;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{SecretKey, secret, value};
use crate::wire::sealed::random_secret;

/// What MinIO says of a user or an access key that is not there.
const NO_SUCH_ACCOUNT: [&str; 3] =
    ["XMinioAdminNoSuchUser", "XMinioInvalidIAMCredentials", "XMinioAdminServiceAccountNotFound"];

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreatePolicy { policy, document } => put_policy(client, policy, document).await,
        IdentityChange::AlterPolicy { policy, document } => put_policy(client, policy, &document.to).await,
        IdentityChange::CreateUser { user, temporarily_enabled: true, .. }
        | IdentityChange::EnableUserTemporarily { user } => enable_temporarily(client, user, secrets).await,
        IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false } => {
            put_user(client, user, self::secret(secrets, secret)?, *status, secrets).await
        }
        IdentityChange::AlterUser { user, secret, .. } => {
            put_user(client, user, self::secret(secrets, secret)?, Status::Enabled, secrets).await
        }
        IdentityChange::DisableUser { user, secret } => {
            put_user(client, user, self::secret(secrets, secret)?, Status::Disabled, secrets).await
        }
        IdentityChange::CreateGroup { group, members } => {
            set_members(client, group, members, Membership::OfNewGroup, secrets).await
        }
        IdentityChange::AddMembers { group, members } => {
            set_members(client, group, members, Membership::Added, secrets).await
        }
        IdentityChange::RemoveMembers { group, members } => {
            set_members(client, group, members, Membership::Removed, secrets).await
        }
        IdentityChange::RemoveAccessKey { access_key } => {
            remove(client, "delete-service-account", "access key", access_key, secrets).await
        }
        IdentityChange::RemoveUser { user } => remove(client, "remove-user", "user", user, secrets).await,
        IdentityChange::AlterGroup { group, status } => {
            let call =
                Call::admin(Method::PUT, "set-group-status", format!("set the status of group {group}"))
                    .query("group", group)
                    .query("status", status.to.as_str());
            client.ask("groups", call).await.map(drop)
        }
        IdentityChange::AttachPolicies { to, policies } => {
            attachment::change(client, Attachment::Attach, to, policies, secrets).await
        }
        IdentityChange::DetachPolicies { of, policies } => {
            attachment::change(client, Attachment::Detach, of, policies, secrets).await
        }
        IdentityChange::CreateAccessKey(key) => access_key::create(client, key, secrets).await,
        IdentityChange::AlterAccessKey(key) => access_key::alter(client, key, secrets).await,
    }
}

async fn put_policy(client: &Client, policy: &str, document: &Document) -> Result<(), Error> {
    let call = Call::admin(Method::PUT, "add-canned-policy", format!("put policy {policy}"))
        .query("name", policy)
        .body(document.text());
    client.ask("policies", call).await.map(drop)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody<'a> {
    secret_key: SecretKey<'a>,
    status: Status,
}

/// Secret key and status are set together: the server has no way to set one of them alone and right.
async fn put_user(
    client: &Client,
    user: &Text,
    secret: &Secret,
    status: Status,
    secrets: &Secrets,
) -> Result<(), Error> {
    let doing = format!("put user {user}");
    let body = client.seal(&doing, &UserBody { secret_key: SecretKey(secret), status })?;
    let call =
        Call::admin(Method::PUT, "add-user", doing).query("accessKey", &value(secrets, user)?).body(body);
    client.ask("users", call).await.map(drop)
}

/// Enabled, with a random secret key that is dropped here, so that nobody can sign in as the user.
async fn enable_temporarily(client: &Client, user: &Text, secrets: &Secrets) -> Result<(), Error> {
    let unknown = random_secret().map_err(|error| unsealed(&format!("put user {user}"), &error))?;
    put_user(client, user, &unknown, Status::Enabled, secrets).await
}

/// What becomes of members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Membership {
    OfNewGroup,
    Added,
    Removed,
}

/// `members` is never empty where it is removed: MinIO would remove the group.
async fn set_members(
    client: &Client,
    group: &str,
    members: &BTreeSet<Text>,
    membership: Membership,
    secrets: &Secrets,
) -> Result<(), Error> {
    let members = members.iter().map(|member| value(secrets, member)).collect::<Result<Vec<_>, _>>()?;
    let is_remove = membership == Membership::Removed;
    let mut body = json!({"group": group, "members": members, "isRemove": is_remove});
    if let Some(body) = body.as_object_mut().filter(|_| membership == Membership::OfNewGroup) {
        body.insert("groupStatus".to_owned(), json!("enabled"));
    }
    let doing = if is_remove { "remove members of" } else { "add members to" };
    let call = Call::admin(Method::PUT, "update-group-members", format!("{doing} group {group}"))
        .body(body.to_string());
    client.ask("groups", call).await.map(drop)
}

/// An account by its access key. Another run may have removed it already.
async fn remove(
    client: &Client,
    call: &str,
    what: &str,
    name: &Text,
    secrets: &Secrets,
) -> Result<(), Error> {
    let call = Call::admin(Method::DELETE, call, format!("remove {what} {name}"))
        .query("accessKey", &value(secrets, name)?);
    match client.ask("users", call).await {
        Err(refused) if client.kind().says_absent(refused.code(), &NO_SUCH_ACCOUNT) => Ok(()),
        done => done.map(drop),
    }
}
