//! Applies changes of users, their policies and keys, and of the owners of buckets, by the APIs of Ceph's gateway.

use std::collections::BTreeSet;

use init_core::{SecretRef, Secrets, Text};

use crate::change::{AccessKeyDrift, Grantee, IdentityChange, NewAccessKey};
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
            alter_key(client, secrets, access_key, secret).await
        }
        IdentityChange::RemoveAccessKey { access_key } => remove_key(client, secrets, access_key).await,
        IdentityChange::RemoveUser { user } => {
            client.remove_rgw_user(&client.rgw_uid(secrets, user).await?).await
        }
        IdentityChange::SetUserPolicy { user, policy, document } => {
            client.put_rgw_policy(&client.rgw_uid(secrets, user).await?, policy, &document.to).await
        }
        IdentityChange::DetachPolicies { of: Grantee::User(user), policies } => {
            remove_policies(client, secrets, user, policies).await
        }
        // No plan for this server has them.
        IdentityChange::CreatePolicy { .. }
        | IdentityChange::AlterPolicy { .. }
        | IdentityChange::EnableUserTemporarily { .. }
        | IdentityChange::CreateGroup { .. }
        | IdentityChange::AddMembers { .. }
        | IdentityChange::AlterGroup { .. }
        | IdentityChange::AttachPolicies { .. }
        | IdentityChange::DetachPolicies {
            of: Grantee::Group(_) | Grantee::LdapUser(_) | Grantee::LdapGroup(_),
            ..
        }
        | IdentityChange::RemoveMembers { .. }
        | IdentityChange::DisableUser { .. } => Err(Error::NoAdminApi {
            endpoint: client.endpoint().clone(),
            kind: client.kind(),
            needed: "more than users, their policies and access keys",
        }),
    }
}

async fn alter_key(client: &Client, secrets: &Secrets, name: &Text, secret: &SecretRef) -> Result<(), Error> {
    match parent(client, secrets, name).await? {
        Some(uid) => set_key(client, secrets, &uid, (name, secret)).await,
        None => Err(client.unreadable("write an access key", &"it is no longer there")),
    }
}

/// Removes an access key, which another run may have removed already.
async fn remove_key(client: &Client, secrets: &Secrets, name: &Text) -> Result<(), Error> {
    let Some(uid) = parent(client, secrets, name).await? else { return Ok(()) };
    let id = resolve_name(secrets, name)?;
    client.remove_rgw_key(&format!("remove access key {name}"), &uid, &id).await
}

async fn remove_policies(
    client: &Client,
    secrets: &Secrets,
    user: &Text,
    policies: &BTreeSet<String>,
) -> Result<(), Error> {
    let uid = client.rgw_uid(secrets, user).await?;
    for policy in policies {
        client.remove_rgw_policy(&uid, policy).await?;
    }
    Ok(())
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
