//! What the server can judge without doing it: MinIO reads a policy whole before it looks at its name, so one without a name
//! is judged and never stored. An action or a condition that the server does not know is told before the first write.

use http::Method;
use serde_json::Value;

use crate::change::{BucketChange, Change, IdentityChange, ShownPolicy};
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;

/// The index of each change whose policy the server does not take, and what it says.
pub(crate) async fn check(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    if !client.is_minio() {
        return Vec::new();
    }
    let judged = changes.iter().enumerate().filter_map(|(index, change)| Some((index, policy(change)?)));
    let verdicts = all(judged.map(async |(index, (doing, document))| {
        Ok::<_, Error>(judge(client, doing, document).await.err().map(|refused| (index, refused)))
    }));
    verdicts.await.into_iter().flatten().flatten().collect()
}

/// The policy of a change. That of a bucket says to whom beside what, which is judged when it is written.
fn policy(change: &Change) -> Option<(String, String)> {
    match change {
        Change::Identity(IdentityChange::CreatePolicy { policy, document }) => {
            Some((format!("have policy {policy} judged"), document.text()))
        }
        Change::Identity(IdentityChange::AlterPolicy { policy, document }) => {
            Some((format!("have policy {policy} judged"), document.to.text()))
        }
        Change::Bucket(BucketChange::SetBucketPolicy { bucket, access, document: Some(document) })
            if matches!(access.to, ShownPolicy::Document(_)) =>
        {
            Some((
                format!("have the policy of bucket {bucket} judged"),
                without_principals(&document.text())?,
            ))
        }
        Change::Identity(
            IdentityChange::CreateUser { .. }
            | IdentityChange::EnableUserTemporarily { .. }
            | IdentityChange::AlterUser { .. }
            | IdentityChange::CreateGroup { .. }
            | IdentityChange::AddMembers { .. }
            | IdentityChange::AlterGroup { .. }
            | IdentityChange::AttachPolicies { .. }
            | IdentityChange::CreateAccessKey(_)
            | IdentityChange::AlterAccessKey(_)
            | IdentityChange::DetachPolicies { .. }
            | IdentityChange::RemoveMembers { .. }
            | IdentityChange::RemoveAccessKey { .. }
            | IdentityChange::RemoveUser { .. }
            | IdentityChange::DisableUser { .. },
        )
        | Change::Bucket(
            BucketChange::CreateBucket { .. }
            | BucketChange::SetVersioning { .. }
            | BucketChange::SetObjectLock { .. }
            | BucketChange::SetEncryption { .. }
            | BucketChange::SetQuota { .. }
            | BucketChange::SetTags { .. }
            | BucketChange::SetLifecycle { .. }
            | BucketChange::SetBucketPolicy { .. }
            | BucketChange::SetNotifications { .. }
            | BucketChange::SetCors { .. },
        ) => None,
    }
}

fn without_principals(document: &str) -> Option<String> {
    let mut json: Value = serde_json::from_str(document).ok()?;
    for statement in json.get_mut("Statement")?.as_array_mut()? {
        statement.as_object_mut()?.remove("Principal");
    }
    Some(json.to_string())
}

async fn judge(client: &Client, doing: String, document: String) -> Result<(), Error> {
    let call = Call::admin(Method::PUT, "add-canned-policy", doing).query("name", "").body(document);
    match client.send(call).await {
        Err(Error::Refused(refusal)) if MALFORMED.contains(&refusal.code.as_str()) => {
            Err(Error::Refused(refusal))
        }
        // It was understood, or the account may not have policies judged: then the write says what is wrong.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// What MinIO says of a policy that it does not take.
const MALFORMED: [&str; 2] = ["XMinioMalformedIAMPolicy", "MalformedPolicy"];
