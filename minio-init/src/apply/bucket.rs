//! Buckets and their properties.

use http::Method;
use serde_json::json;

use super::shared::Tags;
use super::{lifecycle, shared};
use crate::change::BucketChange;
use crate::desired::REGION;
use crate::desired::Size;
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::s3::{self, Sub};

pub(super) async fn apply(client: &Client, change: &BucketChange) -> Result<(), Error> {
    let (bucket, sub, body) = match change {
        BucketChange::CreateBucket { bucket, object_lock } => {
            return create(client, bucket, *object_lock).await;
        }
        BucketChange::SetQuota { bucket, quota } => return set_quota(client, bucket, quota.to).await,
        BucketChange::SetVersioning { bucket, versioning } => {
            let now = client.read_xml(bucket, Sub::Versioning).await?;
            (bucket, Sub::Versioning, Some(s3::versioning_xml(versioning.to, now.as_ref())))
        }
        BucketChange::SetObjectLock { bucket, lock } => {
            (bucket, Sub::ObjectLock, Some(s3::lock_xml(lock.to)))
        }
        BucketChange::SetEncryption { bucket, encryption, .. } => {
            (bucket, Sub::Encryption, Some(s3::encryption_xml(*encryption)))
        }
        BucketChange::SetTags { bucket, tags } => {
            let ours = Tags(tags.iter().map(|(key, drift)| (key, &drift.to)).collect());
            return shared::update(client, bucket, Sub::Tagging, &ours).await;
        }
        BucketChange::SetLifecycle { bucket, rules } => {
            let rules = rules.iter().map(|(id, drift)| (id.clone(), drift.to.clone())).collect();
            return lifecycle::update(client, bucket, &rules).await;
        }
        BucketChange::SetBucketPolicy { bucket, document, .. } => {
            (bucket, Sub::Policy, document.as_ref().map(crate::desired::document::Document::text))
        }
        BucketChange::SetNotifications { bucket, routes } => {
            return shared::update(client, bucket, Sub::Notification, &routes.as_slice()).await;
        }
        BucketChange::SetCors { bucket, rules } => {
            (bucket, Sub::Cors, (!rules.to.is_empty()).then(|| s3::cors_xml(&rules.to)))
        }
    };
    client.write_sub(bucket, sub, body).await
}

async fn create(client: &Client, bucket: &str, object_lock: bool) -> Result<(), Error> {
    let mut call = Call::put(format!("create bucket {bucket}")).path(format!("/{bucket}"));
    // Where nothing is said, a bucket is made in this region, and this region is not to be said.
    if client.region() != REGION {
        call = call.body(s3::location_xml(client.region()));
    }
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
    let now = client.read_quota(bucket).await?.unwrap_or_default();
    let body = json!({
        "quota": bytes, "size": bytes, "quotatype": "hard", "rate": now.rate, "requests": now.requests,
    });
    let call = Call::admin(Method::PUT, "set-bucket-quota", format!("set the quota of bucket {bucket}"))
        .query("bucket", bucket)
        .body(body.to_string());
    client.ask("quotas", call).await.map(drop)
}
