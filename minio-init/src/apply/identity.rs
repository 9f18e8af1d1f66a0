//! Policies, users, groups and access keys.

use std::collections::BTreeSet;

use http::Method;
use init_core::{Secret, Secrets, Text};
use serde::Serialize;
use serde_json::json;

use super::access_key;
use crate::change::{Grantee, IdentityChange};
use crate::desired::Status;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::admin::unsealed;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{SecretKey, secret, value};
use crate::wire::sealed::random_secret;

/// The server says so when a change changes nothing: another run was faster.
const ALREADY: [&str; 2] = ["XMinioAdminPolicyChangeAlreadyApplied", "XMinioPolicyAlreadyAttached"];

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
            add_members(client, group, members, true, secrets).await
        }
        IdentityChange::AddMembers { group, members } => {
            add_members(client, group, members, false, secrets).await
        }
        IdentityChange::AlterGroup { group, status } => {
            let call =
                Call::admin(Method::PUT, "set-group-status", format!("set the status of group {group}"))
                    .query("group", group)
                    .query("status", status.to.as_str());
            client.ask("groups", call).await.map(drop)
        }
        IdentityChange::AttachPolicies { to, policies } => attach(client, to, policies, secrets).await,
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

async fn add_members(
    client: &Client,
    group: &str,
    members: &BTreeSet<Text>,
    new: bool,
    secrets: &Secrets,
) -> Result<(), Error> {
    let members = members.iter().map(|member| value(secrets, member)).collect::<Result<Vec<_>, _>>()?;
    let mut body = json!({"group": group, "members": members, "isRemove": false});
    if let Some(body) = body.as_object_mut().filter(|_| new) {
        body.insert("groupStatus".to_owned(), json!("enabled"));
    }
    let call = Call::admin(Method::PUT, "update-group-members", format!("add members to group {group}"))
        .body(body.to_string());
    client.ask("groups", call).await.map(drop)
}

async fn attach(
    client: &Client,
    to: &Grantee,
    policies: &BTreeSet<String>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let doing = format!("attach policies to {to}");
    let body = match to {
        Grantee::User(user) => json!({"policies": policies, "user": value(secrets, user)?}),
        Grantee::Group(group) => json!({"policies": policies, "group": group}),
    };
    let body = client.seal(&doing, &body)?;
    let call = Call::admin(Method::POST, "idp/builtin/policy/attach", doing)
        .header("content-type", "application/octet-stream")
        .body(body);
    match client.ask_sealed("policies", call).await {
        Err(refused) if ALREADY.contains(&refused.code()) => Ok(()),
        // Another run has disabled the user again, which this one has just enabled.
        done => done.map(drop).map_err(|refused| refused.raced(&["XMinioAdminNoSuchUser"])),
    }
}
