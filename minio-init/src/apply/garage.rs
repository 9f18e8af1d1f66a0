//! Applies changes by the admin API of Garage.

use init_core::{Secrets, Text};

use crate::change::{DeletedKey, GarageChange};
use crate::desired::{Permissions, Size};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::{resolve_name, secret_key};
use crate::wire::garage::Grant;

pub(super) async fn apply(client: &Client, change: &GarageChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        GarageChange::AssignLayout(layout) => client.assign_garage_layout(layout).await,
        GarageChange::ImportKey { key, name, secret } => {
            let (id, secret) = (resolve_name(secrets, key)?, secret_key(secrets, secret)?);
            client.import_garage_key(&key.to_string(), (&id, secret), name).await
        }
    }
}

pub(super) async fn delete_key(
    client: &Client,
    DeletedKey { key }: &DeletedKey,
    secrets: &Secrets,
) -> Result<(), Error> {
    client.delete_garage_key(&key.to_string(), &resolve_name(secrets, key)?).await
}

pub(super) async fn set_permissions(
    client: &Client,
    grant: Grant,
    (bucket, key): (&str, &Text),
    permissions: &Permissions,
    secrets: &Secrets,
) -> Result<(), Error> {
    let (label, id) = (key.to_string(), resolve_name(secrets, key)?);
    client.grant_garage_key(grant, bucket, (&label, &id), permissions).await
}

pub(super) async fn set_quota(client: &Client, bucket: &str, quota: Size) -> Result<(), Error> {
    let is_kept = client.set_garage_quota(bucket, quota).await?;
    if is_kept { Ok(()) } else { Err(client.dropped_error(bucket, "quota", "size")) }
}
