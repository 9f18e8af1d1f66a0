//! Checks changes before the first write: against the limits and the release of the server, and policies by the
//! server itself. MinIO parses a policy before it checks the policy's name, so a policy without a name is validated
//! and never stored. An unknown action or condition is reported before anything is written.

use http::Method;
use serde_json::Value;

use super::{iam, late_fields, ldap, limits, rustfs, suspension, targets};
use crate::change::{BucketChange, Change, IdentityChange, ShownPolicy};
use crate::desired::{Accounts, ServerKind};
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;

/// The index of each change that the server would refuse, with the refusal.
pub(crate) async fn check(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    if client.accounts() == Accounts::Iam {
        return iam::check(client, changes).await;
    }
    if client.kind() == ServerKind::RustFs {
        return rustfs::refused(client, changes);
    }
    if !client.is_minio() {
        return Vec::new();
    }
    let indexed = changes.iter().enumerate();
    let mut refused: Vec<_> =
        indexed.filter_map(|(index, change)| Some((index, limits::exceeded(client, change)?))).collect();
    let policies = changes.iter().enumerate().filter_map(|(index, change)| Some((index, policy_of(change)?)));
    let refusals = all(policies.map(async |(index, (action, document))| {
        Ok::<_, Error>(validate_policy(client, action, document).await.err().map(|refused| (index, refused)))
    }));
    refused.extend(refusals.await.into_iter().flatten().flatten());
    refused.extend(ldap::refused(client, changes).await);
    refused.extend(late_fields::check_release(client, changes).await);
    refused.extend(suspension::refused(client, changes).await);
    refused.extend(targets::missing(client, changes).await);
    refused
}

/// The policy of a change, with the action of its validation. A bucket policy is validated without its principals;
/// those are validated when it is written.
fn policy_of(change: &Change) -> Option<(String, String)> {
    match change {
        Change::Identity(change) => canned_policy(change),
        Change::Bucket(BucketChange::SetBucketPolicy { bucket, access, document: Some(document) })
            if matches!(access.to, ShownPolicy::Document(_)) =>
        {
            Some((format!("validate the policy of bucket {bucket}"), without_principals(&document.text())?))
        }
        Change::Bucket(
            BucketChange::CreateBucket { .. }
            | BucketChange::SetOwner { .. }
            | BucketChange::AddAlias { .. }
            | BucketChange::AllowKey { .. }
            | BucketChange::DenyKey { .. }
            | BucketChange::SetVersioning { .. }
            | BucketChange::SetObjectLock { .. }
            | BucketChange::SetEncryption { .. }
            | BucketChange::SetQuota { .. }
            | BucketChange::SetTags { .. }
            | BucketChange::SetLifecycle { .. }
            | BucketChange::SetBucketPolicy { .. }
            | BucketChange::SetCors { .. },
        )
        | Change::Tier(_)
        | Change::Replication(_)
        | Change::Garage(_)
        | Change::Config(_)
        | Change::Notifications(_)
        | Change::DeletedKey(_) => None,
    }
}

fn canned_policy(change: &IdentityChange) -> Option<(String, String)> {
    match change {
        IdentityChange::CreatePolicy { policy, document } => {
            Some((format!("validate policy {policy}"), document.text()))
        }
        IdentityChange::AlterPolicy { policy, document } => {
            Some((format!("validate policy {policy}"), document.to.text()))
        }
        IdentityChange::CreateUser { .. }
        | IdentityChange::EnableUserTemporarily { .. }
        | IdentityChange::AlterUser { .. }
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
        | IdentityChange::RemoveUser { .. }
        | IdentityChange::DisableUser { .. } => None,
    }
}

fn without_principals(document: &str) -> Option<String> {
    let mut json: Value = serde_json::from_str(document).ok()?;
    for statement in json.get_mut("Statement")?.as_array_mut()? {
        statement.as_object_mut()?.remove("Principal");
    }
    Some(json.to_string())
}

async fn validate_policy(client: &Client, action: String, document: String) -> Result<(), Error> {
    let call = Call::admin(Method::PUT, "add-canned-policy", action).query("name", "").body(document);
    match client.send(call).await {
        Err(Error::Refused(refusal)) if MALFORMED.contains(&refusal.code.as_str()) => {
            Err(Error::Refused(refusal))
        }
        // The policy was parsed, or the account may not create policies; then the write reports what is wrong.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The codes with which MinIO refuses an invalid policy.
const MALFORMED: [&str; 2] = ["XMinioMalformedIAMPolicy", "MalformedPolicy"];
