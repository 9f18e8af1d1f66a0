//! Policies, users, groups and access keys.

use std::collections::BTreeSet;

use http::Method;
use init_core::{Secrets, Text};
use serde_json::{Map, Value, json};

use crate::admin::sealed::unknown_secret;
use crate::admin::unsealed;
use crate::change::{AccessKeyDrift, Grantee, IdentityChange, NewAccessKey};
use crate::client::{Call, Client};
use crate::credential::{secret, value};
use crate::desired::Status;
use crate::document::Document;
use crate::error::Error;

/// The server says so when a change changes nothing: another run was faster.
const ALREADY: [&str; 2] = ["XMinioAdminPolicyChangeAlreadyApplied", "XMinioPolicyAlreadyAttached"];

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreatePolicy { policy, document } => put_policy(client, policy, document).await,
        IdentityChange::AlterPolicy { policy, document } => put_policy(client, policy, &document.to).await,
        IdentityChange::CreateUser { user, temporarily_enabled: true, .. }
        | IdentityChange::EnableUserTemporarily { user } => enable_temporarily(client, user, secrets).await,
        IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false } => {
            put_user(client, user, &self::secret(secrets, secret)?, *status, secrets).await
        }
        IdentityChange::AlterUser { user, secret, .. } => {
            put_user(client, user, &self::secret(secrets, secret)?, Status::Enabled, secrets).await
        }
        IdentityChange::DisableUser { user, secret } => {
            put_user(client, user, &self::secret(secrets, secret)?, Status::Disabled, secrets).await
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
        IdentityChange::CreateAccessKey(key) => create_key(client, key, secrets).await,
        IdentityChange::AlterAccessKey(key) => alter_key(client, key, secrets).await,
    }
}

async fn put_policy(client: &Client, policy: &str, document: &Document) -> Result<(), Error> {
    let call = Call::admin(Method::PUT, "add-canned-policy", format!("put policy {policy}"))
        .query("name", policy)
        .body(document.text());
    client.ask("policies", call).await.map(drop)
}

/// Secret and status are set together: the server has no way to set one of them alone and right.
async fn put_user(
    client: &Client,
    user: &Text,
    secret: &str,
    status: Status,
    secrets: &Secrets,
) -> Result<(), Error> {
    let doing = format!("put user {user}");
    let body = client.seal(&doing, &json!({"secretKey": secret, "status": status}))?;
    let call =
        Call::admin(Method::PUT, "add-user", doing).query("accessKey", &value(secrets, user)?).body(body);
    client.ask("users", call).await.map(drop)
}

/// Enabled, with a random secret key that is dropped here, so that nobody can sign in as the user.
async fn enable_temporarily(client: &Client, user: &Text, secrets: &Secrets) -> Result<(), Error> {
    let unknown = unknown_secret().map_err(|error| unsealed(&format!("put user {user}"), &error))?;
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
        // The other run has closed the user again, which this one has just opened.
        done => done.map(drop).map_err(|refused| refused.raced(&["XMinioAdminNoSuchUser"])),
    }
}

async fn create_key(client: &Client, key: &NewAccessKey, secrets: &Secrets) -> Result<(), Error> {
    let NewAccessKey { access_key, user, policy: _, name, description, status, secret, document } = key;
    let doing = format!("create access key {access_key}");
    let (wanted, key) = (self::secret(secrets, secret)?, value(secrets, access_key)?);
    // One that is to be disabled is never open: it begins with a secret that nobody knows.
    let held = *status == Some(Status::Disabled);
    let first =
        if held { unknown_secret().map_err(|error| unsealed(&doing, &error))? } else { wanted.clone() };
    let mut body = Map::from_iter([
        ("accessKey".to_owned(), json!(key)),
        ("secretKey".to_owned(), json!(first)),
        ("targetUser".to_owned(), json!(value(secrets, user)?)),
    ]);
    add_texts(&mut body, [("name", name.as_ref()), ("description", description.as_ref())]);
    add_policy(&mut body, "policy", document.as_ref());
    let body = client.seal(&doing, &Value::Object(body))?;
    let call = Call::admin(Method::PUT, "add-service-account", doing).body(body);
    let created = client.ask_sealed("access keys", call).await;
    created
        .map_err(|refused| refused.raced(&["XMinioIAMServiceAccountNotAllowed", "XMinioAdminNoSuchUser"]))?;
    if !held {
        return Ok(());
    }
    let mut update =
        Map::from_iter([("newSecretKey".to_owned(), json!(wanted)), ("newStatus".to_owned(), json!("off"))]);
    add_policy(&mut update, "newPolicy", document.as_ref());
    update_key(client, access_key, update, secrets).await
}

async fn alter_key(client: &Client, key: &AccessKeyDrift, secrets: &Secrets) -> Result<(), Error> {
    let AccessKeyDrift { access_key, rotate_secret, policy: _, name, description, status, secret, document } =
        key;
    let mut body = Map::new();
    if *rotate_secret {
        body.insert("newSecretKey".to_owned(), json!(self::secret(secrets, secret)?));
    }
    if let Some(status) = status {
        let word = if status.to == Status::Enabled { "on" } else { "off" };
        body.insert("newStatus".to_owned(), json!(word));
    }
    let texts = [("newName", name), ("newDescription", description)];
    add_texts(&mut body, texts.map(|(field, drift)| (field, drift.as_ref().map(|drift| &drift.to))));
    add_policy(&mut body, "newPolicy", document.as_ref());
    update_key(client, access_key, body, secrets).await
}

async fn update_key(
    client: &Client,
    access_key: &Text,
    body: Map<String, Value>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let doing = format!("alter access key {access_key}");
    let body = client.seal(&doing, &Value::Object(body))?;
    let call = Call::admin(Method::POST, "update-service-account", doing)
        .query("accessKey", &value(secrets, access_key)?)
        .body(body);
    client.ask("access keys", call).await.map(drop)
}

fn add_texts<'a>(
    body: &mut Map<String, Value>,
    texts: impl IntoIterator<Item = (&'a str, Option<&'a String>)>,
) {
    for (field, text) in texts {
        if let Some(text) = text {
            body.insert(field.to_owned(), json!(text));
        }
    }
}

fn add_policy(body: &mut Map<String, Value>, field: &str, document: Option<&Document>) {
    if let Some(document) = document {
        body.insert(field.to_owned(), document.json().clone());
    }
}
