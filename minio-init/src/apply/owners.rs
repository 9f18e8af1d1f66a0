//! Applies changes of users that own buckets, by the admin API of Versity's gateway.

use init_core::{Secrets, Text};

use crate::change::IdentityChange;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::credential::{resolve_name, secret_key};

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreateUser { user, secret, .. } => {
            let (action, name) = (format!("create user {user}"), resolve_name(secrets, user)?);
            client.create_versity_user(&action, &name, secret_key(secrets, secret)?).await
        }
        IdentityChange::AlterUser { user, secret, .. } => {
            let (action, name) = (format!("write user {user}"), resolve_name(secrets, user)?);
            client.alter_versity_user(&action, &name, secret_key(secrets, secret)?).await
        }
        IdentityChange::RemoveUser { user } => {
            client.remove_versity_user(&format!("remove user {user}"), &resolve_name(secrets, user)?).await
        }
        // No plan for this server has them.
        IdentityChange::CreatePolicy { .. }
        | IdentityChange::AlterPolicy { .. }
        | IdentityChange::EnableUserTemporarily { .. }
        | IdentityChange::CreateGroup { .. }
        | IdentityChange::AddMembers { .. }
        | IdentityChange::AlterGroup { .. }
        | IdentityChange::AttachPolicies { .. }
        | IdentityChange::SetUserPolicy { .. }
        | IdentityChange::CreateAccessKey(_)
        | IdentityChange::AlterAccessKey(_)
        | IdentityChange::DetachPolicies { .. }
        | IdentityChange::RemoveMembers { .. }
        | IdentityChange::RemoveAccessKey { .. }
        | IdentityChange::DisableUser { .. } => Err(Error::NoAdminApi {
            endpoint: client.endpoint().clone(),
            kind: client.kind(),
            needed: "more than users",
        }),
    }
}

/// Gives a bucket to a user.
pub(super) async fn set(client: &Client, bucket: &str, owner: &Text, secrets: &Secrets) -> Result<(), Error> {
    let action = format!("set the owner of bucket {bucket}");
    client.change_versity_owner(&action, bucket, &resolve_name(secrets, owner)?).await
}
