//! Applies changes of users and their keys, and of the owners of buckets, by the admin ops API of Ceph's gateway.

use init_core::{SecretRef, Secrets, Text};

use crate::change::{AccessKeyDrift, IdentityChange, NewAccessKey};
use crate::desired::Status;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::{resolve_name, secret_key};

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreateUser { user, status, secret, .. } => {
            let uid = client.rgw_uid(secrets, user).await?;
            client.create_rgw_user(&uid, *status).await?;
            set_key(client, secrets, &uid, (user, secret)).await
        }
        IdentityChange::AlterUser { user, rotate_secret, status, secret } => {
            let secret = rotate_secret.then_some(secret);
            alter_user(client, secrets, user, status.as_ref().map(|drift| drift.to), secret).await
        }
        IdentityChange::CreateAccessKey(NewAccessKey { access_key, user, secret, .. }) => {
            let uid = client.rgw_uid(secrets, user).await?;
            set_key(client, secrets, &uid, (access_key, secret)).await
        }
        IdentityChange::AlterAccessKey(AccessKeyDrift { access_key, secret, .. }) => {
            match parent(client, secrets, access_key).await? {
                Some(uid) => set_key(client, secrets, &uid, (access_key, secret)).await,
                None => Err(client.unreadable("write an access key", &"it is no longer there")),
            }
        }
        IdentityChange::RemoveAccessKey { access_key } => match parent(client, secrets, access_key).await? {
            Some(uid) => {
                let id = resolve_name(secrets, access_key)?;
                client.remove_rgw_key(&format!("remove access key {access_key}"), &uid, &id).await
            }
            None => Ok(()),
        },
        IdentityChange::RemoveUser { user } => {
            client.remove_rgw_user(&client.rgw_uid(secrets, user).await?).await
        }
        // No plan for this server has them.
        IdentityChange::CreatePolicy { .. }
        | IdentityChange::AlterPolicy { .. }
        | IdentityChange::EnableUserTemporarily { .. }
        | IdentityChange::CreateGroup { .. }
        | IdentityChange::AddMembers { .. }
        | IdentityChange::AlterGroup { .. }
        | IdentityChange::AttachPolicies { .. }
        | IdentityChange::DetachPolicies { .. }
        | IdentityChange::RemoveMembers { .. }
        | IdentityChange::DisableUser { .. } => Err(Error::NoAdminApi {
            endpoint: client.endpoint().clone(),
            kind: client.kind(),
            needed: "more than users and access keys",
        }),
    }
}

/// Closes a user before its key is set, and opens it after that.
async fn alter_user(
    client: &Client,
    secrets: &Secrets,
    user: &Text,
    status: Option<Status>,
    secret: Option<&SecretRef>,
) -> Result<(), Error> {
    let uid = client.rgw_uid(secrets, user).await?;
    if status == Some(Status::Disabled) {
        client.set_rgw_status(&uid, Status::Disabled).await?;
    }
    if let Some(secret) = secret {
        set_key(client, secrets, &uid, (user, secret)).await?;
    }
    if status == Some(Status::Enabled) {
        client.set_rgw_status(&uid, Status::Enabled).await?;
    }
    Ok(())
}

async fn set_key(
    client: &Client,
    secrets: &Secrets,
    uid: &str,
    (name, secret): (&Text, &SecretRef),
) -> Result<(), Error> {
    let (action, id) = (format!("write access key {name} of user {uid}"), resolve_name(secrets, name)?);
    client.set_rgw_key(&action, uid, (&id, secret_key(secrets, secret)?)).await
}

/// The uid of the user that an access key belongs to.
async fn parent(client: &Client, secrets: &Secrets, name: &Text) -> Result<Option<String>, Error> {
    let action = format!("look for the access key {name}");
    let user = client.rgw_user_by_key(&action, &resolve_name(secrets, name)?).await?;
    Ok(user.map(|user| user.user_id))
}

/// Gives a bucket to a user.
pub(super) async fn set_owner(
    client: &Client,
    bucket: &str,
    owner: &Text,
    secrets: &Secrets,
) -> Result<(), Error> {
    client.link_rgw_bucket(bucket, &client.rgw_uid(secrets, owner).await?).await
}
