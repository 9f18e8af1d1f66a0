//! Applies changes of users, groups, policies and access keys to SeaweedFS.

mod check;
mod keys;
mod sets;
mod users;

use init_core::Secrets;

use crate::change::IdentityChange;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::iam::Step;

pub(super) use check::check;

pub(super) async fn apply(client: &Client, change: &IdentityChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        IdentityChange::CreatePolicy { policy, document } => client.create_iam_policy(policy, document).await,
        IdentityChange::AlterPolicy { policy, document } => {
            client.alter_iam_policy(policy, &document.to).await
        }
        IdentityChange::CreateUser { user, status, secret, .. } => {
            users::create(client, user, *status, (secret, secrets)).await
        }
        IdentityChange::AlterUser { user, status, secret, .. } => {
            let status = status.as_ref().map(|status| status.to);
            users::alter(client, user, status, (secret, secrets)).await
        }
        IdentityChange::DisableUser { user, secret } => users::disable(client, user, (secret, secrets)).await,
        IdentityChange::RemoveUser { user } => users::remove(client, user, secrets).await,
        IdentityChange::CreateGroup { group, members } => {
            client.create_iam_group(group).await?;
            sets::change_members(client, group, members, Step::Add, secrets).await
        }
        IdentityChange::AddMembers { group, members } => {
            sets::change_members(client, group, members, Step::Add, secrets).await
        }
        IdentityChange::RemoveMembers { group, members } => {
            sets::change_members(client, group, members, Step::Remove, secrets).await
        }
        IdentityChange::AttachPolicies { to, policies } => {
            sets::change_attachments(client, to, policies, Step::Add, secrets).await
        }
        IdentityChange::DetachPolicies { of, policies } => {
            sets::change_attachments(client, of, policies, Step::Remove, secrets).await
        }
        IdentityChange::CreateAccessKey(key) => keys::create(client, key, secrets).await,
        IdentityChange::AlterAccessKey(key) => keys::alter(client, key, secrets).await,
        IdentityChange::RemoveAccessKey { access_key } => keys::remove(client, access_key, secrets).await,
        // No plan for this server has them.
        IdentityChange::EnableUserTemporarily { .. }
        | IdentityChange::AlterGroup { .. }
        | IdentityChange::SetUserPolicy { .. } => {
            let (endpoint, kind) = (client.endpoint().clone(), client.kind());
            Err(Error::NoAdminApi {
                endpoint,
                kind,
                needed: "the status of a group, or a policy of one user",
            })
        }
    }
}
