//! Creates and alters access keys, which MinIO also calls service accounts.

use http::Method;
use init_core::{Secrets, Text};
use serde::Serialize;

use super::late_fields::{self, LateFields};
use super::removal::remove;
use crate::change::{AccessKeyDrift, NewAccessKey};
use crate::desired::document::Document;
use crate::desired::{Expiry, Status};
use crate::error::Error;
use crate::wire::admin::seal_error;
use crate::wire::client::{Call, Client};
use crate::wire::credential::{SecretKey, resolve_name, secret_key};
use crate::wire::sealed::random_secret;

/// The body of `add-service-account`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Creation<'a> {
    access_key: &'a str,
    secret_key: SecretKey<'a>,
    target_user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

/// The body of `update-service-account`. An absent field is unchanged, except for the policy: an update without it
/// removes the restriction.
#[derive(Default, Serialize)]
struct Update<'a> {
    #[serde(rename = "newSecretKey", skip_serializing_if = "Option::is_none")]
    secret_key: Option<SecretKey<'a>>,
    #[serde(rename = "newStatus", skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(rename = "newName", skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "newDescription", skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(rename = "newPolicy", skip_serializing_if = "Option::is_none")]
    policy: Option<&'a Document>,
    #[serde(rename = "newExpiration", skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

pub(super) async fn create(client: &Client, key: &NewAccessKey, secrets: &Secrets) -> Result<(), Error> {
    let action = format!("create access key {}", key.access_key);
    let wanted = secret_key(secrets, &key.secret)?;
    let (access_key, user) = (resolve_name(secrets, &key.access_key)?, resolve_name(secrets, &key.user)?);
    // A disabled key is created with a random secret key, so that nobody can use it before it is disabled. Neither can
    // anybody use one with an end before the server is known to have stored that.
    let disabled = key.status == Some(Status::Disabled);
    let closed = disabled || key.expires.is_some();
    let random =
        if closed { Some(random_secret().map_err(|error| seal_error(&action, &error))?) } else { None };
    let body = Creation {
        access_key: &access_key,
        secret_key: SecretKey(random.as_ref().unwrap_or(wanted)),
        target_user: &user,
        name: key.name.as_deref(),
        description: key.description.as_deref(),
        policy: key.document.as_ref(),
        expiration: key.expires.map(Expiry::sent),
    };
    let body = client.seal(&action, &body)?;
    let call = Call::admin(Method::PUT, "add-service-account", action).body(body);
    let created = client.send_admin_sealed("access keys", call).await;
    created.map_err(|refused| {
        refused.caused_by_concurrent_run(&["XMinioIAMServiceAccountNotAllowed", "XMinioAdminNoSuchUser"])
    })?;
    if let Err(dropped) = late_fields::check_stored(client, &LateFields::of_new(key), secrets).await {
        remove(client, "delete-service-account", "access key", &key.access_key, secrets).await?;
        return Err(dropped);
    }
    if !closed {
        return Ok(());
    }
    let complete = Update {
        secret_key: Some(SecretKey(wanted)),
        status: disabled.then(|| status_word(Status::Disabled)),
        policy: key.document.as_ref(),
        ..Update::default()
    };
    update(client, &key.access_key, &complete, secrets).await
}

pub(super) async fn alter(client: &Client, key: &AccessKeyDrift, secrets: &Secrets) -> Result<(), Error> {
    let secret_key =
        if key.rotate_secret { Some(SecretKey(secret_key(secrets, &key.secret)?)) } else { None };
    let body = Update {
        secret_key,
        status: key.status.as_ref().map(|status| status_word(status.to)),
        name: key.name.as_ref().map(|name| name.to.as_str()),
        description: key.description.as_ref().map(|text| text.to.as_str()),
        policy: key.document.as_ref(),
        expiration: key.expires.as_ref().map(|expires| expires.to.sent()),
    };
    update(client, &key.access_key, &body, secrets).await?;
    late_fields::check_stored(client, &LateFields::of_drift(key), secrets).await
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Enabled => "on",
        Status::Disabled => "off",
    }
}

async fn update(client: &Client, key: &Text, body: &Update<'_>, secrets: &Secrets) -> Result<(), Error> {
    let action = format!("alter access key {key}");
    let body = client.seal(&action, body)?;
    let call = Call::admin(Method::POST, "update-service-account", action)
        .query("accessKey", &resolve_name(secrets, key)?)
        .body(body);
    client.send_admin("access keys", call).await.map(drop)
}
