//! Applies changes of policies, users, groups and access keys.

use std::collections::BTreeSet;

use http::Method;
use init_core::{Secret, Secrets, Text};
use serde::Serialize;
use serde_json::json;

use super::attachment::Attachment;
use super::removal::remove;
use super::{access_key, attachment};
use crate::change::IdentityChange;
use crate::desired::Status;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::admin::seal_error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{SecretKey, resolve_name, secret_key};
use crate::wire::sealed::random_secret;

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreatePolicy { policy, document } => put_policy(client, policy, document).await,
        IdentityChange::AlterPolicy { policy, document } => put_policy(client, policy, &document.to).await,
        IdentityChange::CreateUser { user, temporarily_enabled: true, .. }
        | IdentityChange::EnableUserTemporarily { user } => enable_temporarily(client, user, secrets).await,
        IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false } => {
            put_user(client, user, secret_key(secrets, secret)?, *status, secrets).await
        }
        IdentityChange::AlterUser { user, secret, .. } => {
            put_user(client, user, secret_key(secrets, secret)?, Status::Enabled, secrets).await
        }
        IdentityChange::DisableUser { user, secret } => {
            put_user(client, user, secret_key(secrets, secret)?, Status::Disabled, secrets).await
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
            client.send_admin("groups", call).await.map(drop)
        }
        IdentityChange::AttachPolicies { to, policies } => {
            attachment::change(client, Attachment::Attach, to, policies, secrets).await
        }
        IdentityChange::DetachPolicies { of, policies } => {
            attachment::change(client, Attachment::Detach, of, policies, secrets).await
        }
        // No plan for this server has it.
        IdentityChange::SetUserPolicy { .. } => Err(Error::NoAdminApi {
            endpoint: client.endpoint().clone(),
            kind: client.kind(),
            needed: "a policy that is a part of a user",
        }),
        IdentityChange::CreateAccessKey(key) => access_key::create(client, key, secrets).await,
        IdentityChange::AlterAccessKey(key) => access_key::alter(client, key, secrets).await,
    }
}

async fn put_policy(client: &Client, policy: &str, document: &Document) -> Result<(), Error> {
    let call = Call::admin(Method::PUT, "add-canned-policy", format!("write policy {policy}"))
        .query("name", policy)
        .body(document.text());
    client.send_admin("policies", call).await.map(drop)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserBody<'a> {
    secret_key: SecretKey<'a>,
    status: Status,
}

/// Sets the secret key and the status of a user together, because the server has no reliable call that sets only one
/// of them.
async fn put_user(
    client: &Client,
    user: &Text,
    secret: &Secret,
    status: Status,
    secrets: &Secrets,
) -> Result<(), Error> {
    let action = format!("write user {user}");
    let body = client.seal(&action, &UserBody { secret_key: SecretKey(secret), status })?;
    let call = Call::admin(Method::PUT, "add-user", action)
        .query("accessKey", &resolve_name(secrets, user)?)
        .body(body);
    client.send_admin("users", call).await.map(drop)
}

/// Enables a user with a random secret key that is dropped here, so that nobody can sign requests as the user.
async fn enable_temporarily(client: &Client, user: &Text, secrets: &Secrets) -> Result<(), Error> {
    let unknown = random_secret().map_err(|error| seal_error(&format!("write user {user}"), &error))?;
    put_user(client, user, &unknown, Status::Enabled, secrets).await
}

/// The change of a group's members.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Membership {
    OfNewGroup,
    Added,
    Removed,
}

/// Changes the members of a group. `members` is never empty for a removal, because MinIO would then remove the group.
async fn set_members(
    client: &Client,
    group: &str,
    members: &BTreeSet<Text>,
    membership: Membership,
    secrets: &Secrets,
) -> Result<(), Error> {
    let members =
        members.iter().map(|member| resolve_name(secrets, member)).collect::<Result<Vec<_>, _>>()?;
    let is_remove = membership == Membership::Removed;
    // An empty status leaves the group's as it is, as `mc` sends it. RustFS takes no body without one.
    let status = if membership == Membership::OfNewGroup { "enabled" } else { "" };
    let body = json!({"group": group, "members": members, "groupStatus": status, "isRemove": is_remove});
    let action = if is_remove { "remove members of" } else { "add members to" };
    let call = Call::admin(Method::PUT, "update-group-members", format!("{action} group {group}"))
        .body(body.to_string());
    client.send_admin("groups", call).await.map(drop)
}
