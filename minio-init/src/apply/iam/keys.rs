//! Makes, replaces and removes access keys.

use init_core::{SecretRef, Secrets, Text};

use crate::change::{AccessKeyDrift, NewAccessKey};
use crate::desired::Status;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::{iam_secret_key, resolve_name};

/// Replaces the access key of a user by one with the same name and the secret key of the spec, because an access key
/// keeps its secret key. A run that is cut between the two requests leaves the user without it, and the next one makes
/// it.
pub(super) async fn replace(
    client: &Client,
    user: &Text,
    secret: &SecretRef,
    secrets: &Secrets,
) -> Result<(), Error> {
    let (label, name) = (user.to_string(), resolve_name(secrets, user)?);
    replace_of(client, &label, (&name, &name), (secret, secrets)).await
}

async fn replace_of(
    client: &Client,
    label: &str,
    names: (&str, &str),
    (secret, secrets): (&SecretRef, &Secrets),
) -> Result<(), Error> {
    let secret = iam_secret_key(secrets, secret)?;
    client.remove_iam_key(label, names).await?;
    client.create_iam_key(label, names, secret).await
}

pub(super) async fn create(client: &Client, key: &NewAccessKey, secrets: &Secrets) -> Result<(), Error> {
    let (label, name) = (key.access_key.to_string(), resolve_name(secrets, &key.access_key)?);
    let user = resolve_name(secrets, &key.user)?;
    client.create_iam_key(&label, (&user, &name), iam_secret_key(secrets, &key.secret)?).await?;
    match key.status {
        Some(Status::Disabled) => client.set_iam_key_status(&label, (&user, &name), Status::Disabled).await,
        Some(Status::Enabled) | None => Ok(()),
    }
}

pub(super) async fn alter(client: &Client, key: &AccessKeyDrift, secrets: &Secrets) -> Result<(), Error> {
    let (label, name) = (key.access_key.to_string(), resolve_name(secrets, &key.access_key)?);
    let Some(user) = client.iam_owners_of_keys().await?.remove(&name) else { return Ok(()) };
    if key.rotate_secret {
        replace_of(client, &label, (&user, &name), (&key.secret, secrets)).await?;
    }
    match &key.status {
        Some(status) => client.set_iam_key_status(&label, (&user, &name), status.to).await,
        None => Ok(()),
    }
}

/// Another run may have removed it already.
pub(super) async fn remove(client: &Client, key: &Text, secrets: &Secrets) -> Result<(), Error> {
    let name = resolve_name(secrets, key)?;
    match client.iam_owners_of_keys().await?.remove(&name) {
        Some(user) => client.remove_iam_key(&key.to_string(), (&user, &name)).await,
        None => Ok(()),
    }
}
