//! Makes, alters, disables and removes users. A user that is to be disabled is so before it has an access key.

use init_core::{SecretRef, Secrets, Text};

use super::keys;
use crate::desired::Status;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::{iam_secret_key, resolve_name};

pub(super) async fn create(
    client: &Client,
    user: &Text,
    status: Status,
    (secret, secrets): (&SecretRef, &Secrets),
) -> Result<(), Error> {
    let (label, name) = (user.to_string(), resolve_name(secrets, user)?);
    client.create_iam_user(&label, &name).await?;
    if status == Status::Disabled {
        client.set_iam_status(&label, &name, status).await?;
    }
    client.create_iam_key(&label, (&name, &name), iam_secret_key(secrets, secret)?).await
}

pub(super) async fn alter(
    client: &Client,
    user: &Text,
    status: Option<Status>,
    (secret, secrets): (&SecretRef, &Secrets),
) -> Result<(), Error> {
    keys::replace(client, user, secret, secrets).await?;
    match status {
        Some(status) => client.set_iam_status(&user.to_string(), &resolve_name(secrets, user)?, status).await,
        None => Ok(()),
    }
}

pub(super) async fn disable(
    client: &Client,
    user: &Text,
    (secret, secrets): (&SecretRef, &Secrets),
) -> Result<(), Error> {
    let name = resolve_name(secrets, user)?;
    client.set_iam_status(&user.to_string(), &name, Status::Disabled).await?;
    keys::replace(client, user, secret, secrets).await
}

pub(super) async fn remove(client: &Client, user: &Text, secrets: &Secrets) -> Result<(), Error> {
    client.remove_iam_user(&user.to_string(), &resolve_name(secrets, user)?).await
}
