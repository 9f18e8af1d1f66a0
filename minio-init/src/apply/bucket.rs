//! Buckets and their properties.

use http::Method;
use serde_json::json;

use crate::change::Change;
use crate::client::{Call, Client};
use crate::desired::Size;
use crate::error::Error;
use crate::s3::{self, Sub};

pub(super) async fn apply(client: &Client, change: &Change) -> Result<(), Error> {
    let (bucket, sub, body) = match change {
        Change::CreateBucket { bucket, object_lock } => return create(client, bucket, *object_lock).await,
        Change::SetQuota { bucket, quota } => return set_quota(client, bucket, quota.to).await,
        Change::SetVersioning { bucket, versioning } => {
            (bucket, Sub::Versioning, Some(s3::versioning_xml(versioning.to)))
        }
        Change::SetObjectLock { bucket, lock } => (bucket, Sub::ObjectLock, Some(s3::lock_xml(lock.to))),
        Change::SetEncryption { bucket, encryption, .. } => {
            (bucket, Sub::Encryption, Some(s3::encryption_xml(*encryption)))
        }
        Change::SetTags { bucket, tags, keep } => {
            let ours = tags.iter().map(|(key, drift)| (key, &drift.to));
            (bucket, Sub::Tagging, Some(s3::tags_xml(keep.iter().chain(ours))))
        }
        Change::SetLifecycle { bucket, rules, keep } => {
            let ours = rules.iter().map(|(id, drift)| (id, &drift.to));
            (bucket, Sub::Lifecycle, Some(s3::lifecycle_xml(keep, ours)))
        }
        Change::SetBucketPolicy { bucket, document, .. } => {
            (bucket, Sub::Policy, document.as_ref().map(crate::document::Document::text))
        }
        Change::SetNotifications { bucket, routes, keep } => {
            let ours = routes.iter().map(|routed| (&routed.route, &routed.events.to));
            (bucket, Sub::Notification, Some(s3::notifications_xml(keep, ours)))
        }
        Change::SetCors { bucket, rules } => {
            (bucket, Sub::Cors, (!rules.to.is_empty()).then(|| s3::cors_xml(&rules.to)))
        }
        _ => return Ok(()),
    };
    client.write_sub(bucket, sub, body).await
}

async fn create(client: &Client, bucket: &str, object_lock: bool) -> Result<(), Error> {
    let mut call = Call::put(format!("create bucket {bucket}")).path(format!("/{bucket}"));
    if object_lock {
        call = call.header("x-amz-bucket-object-lock-enabled", "true");
    }
    match client.send(call).await {
        // Another run was faster. What it is like shows at the next reading.
        Err(refused) if refused.code() == "BucketAlreadyOwnedByYou" => Ok(()),
        done => done.map(drop),
    }
}

async fn set_quota(client: &Client, bucket: &str, Size(bytes): Size) -> Result<(), Error> {
    // `quota` is the older name of `size`: servers of either age understand.
    let body = json!({"quota": bytes, "size": bytes, "quotatype": "hard"}).to_string();
    let call = Call::admin(Method::PUT, "set-bucket-quota", format!("set the quota of bucket {bucket}"))
        .query("bucket", bucket)
        .body(body);
    client.ask("quotas", call).await.map(drop)
}
