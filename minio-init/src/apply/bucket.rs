//! Creates buckets and sets their properties.

use http::Method;
use init_core::diff::Drift;
use init_core::{Secrets, Text};
use serde_json::json;

use super::shared::Tags;
use super::{ceph, encryption, garage, lifecycle, owners, shared, stored};
use crate::change::BucketChange;
use crate::desired::document::Document;
use crate::desired::{Accounts, REGION, Size};
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::garage::Grant;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

/// The code for a new bucket in another region than that of the request.
const OTHER_REGION: &str = "IllegalLocationConstraintException";

pub(super) async fn apply(client: &Client, change: &BucketChange, secrets: &Secrets) -> Result<(), Error> {
    match change {
        BucketChange::CreateBucket { bucket, object_lock, region } => {
            create(client, bucket, *object_lock, region.as_deref()).await
        }
        BucketChange::SetOwner { bucket, owner } => set_owner(client, bucket, &owner.to, secrets).await,
        BucketChange::AddAlias { bucket } => client.add_garage_alias(bucket).await,
        BucketChange::AllowKey { bucket, key, permissions } => {
            garage::set_permissions(client, Grant::Allow, (bucket, key), permissions, secrets).await
        }
        BucketChange::DenyKey { bucket, key, permissions } => {
            garage::set_permissions(client, Grant::Deny, (bucket, key), permissions, secrets).await
        }
        BucketChange::SetQuota { bucket, quota } => set_quota(client, bucket, quota.to).await,
        BucketChange::SetVersioning { bucket, versioning: Drift { to, .. } } => {
            let now = client.read_xml(bucket, Subresource::Versioning).await?;
            let body = s3::versioning_xml(*to, now.as_ref());
            let kept = |now: Option<&Element>| now.and_then(s3::versioning) == Some(*to);
            stored::set(client, bucket, Subresource::Versioning, body, "status", kept).await
        }
        BucketChange::SetObjectLock { bucket, lock: Drift { to, .. } } => {
            let kept = |now: Option<&Element>| now.and_then(s3::lock) == Some(*to);
            stored::set(client, bucket, Subresource::ObjectLock, s3::lock_xml(*to), "default retention", kept)
                .await
        }
        BucketChange::SetEncryption { bucket, encryption, algorithm } => {
            encryption::set(client, bucket, *encryption, &algorithm.to).await
        }
        BucketChange::SetTags { bucket, tags } => {
            let declared = Tags(tags.iter().map(|(key, drift)| (key, &drift.to)).collect());
            shared::update(client, bucket, Subresource::Tagging, &declared).await
        }
        BucketChange::SetLifecycle { bucket, rules } => {
            let rules = rules.iter().map(|(id, drift)| (id.clone(), drift.to.clone())).collect();
            lifecycle::update(client, bucket, &rules).await
        }
        BucketChange::SetBucketPolicy { bucket, document, .. } => {
            let body = document.as_ref().map(Document::text);
            client.write_subresource(bucket, Subresource::Policy, body).await?;
            stored::policy(client, bucket, document.as_ref()).await
        }
        BucketChange::SetCors { bucket, rules: Drift { to, .. } } => {
            let body = (!to.is_empty()).then(|| s3::cors_xml(to));
            client.write_subresource(bucket, Subresource::Cors, body).await?;
            stored::document(client, bucket, Subresource::Cors, |now| stored::missing_cors_field(to, now))
                .await
        }
    }
}

async fn create(client: &Client, bucket: &str, object_lock: bool, region: Option<&str>) -> Result<(), Error> {
    match client.accounts() {
        Accounts::Keys => client.create_garage_bucket(bucket).await,
        Accounts::Policies | Accounts::Owners | Accounts::AdminOps | Accounts::Iam | Accounts::None => {
            create_by_s3(client, bucket, object_lock, region.unwrap_or(client.region())).await
        }
    }
}

async fn create_by_s3(client: &Client, bucket: &str, object_lock: bool, region: &str) -> Result<(), Error> {
    let call = || {
        let call = Call::put(format!("create bucket {bucket}")).bucket(bucket);
        // Without a location a bucket is created in this region, and naming this region is an error.
        let call = if region == REGION { call } else { call.body(s3::location_xml(region)) };
        if object_lock { call.header("x-amz-bucket-object-lock-enabled", "true") } else { call }
    };
    let created = match client.send(call()).await {
        // Some servers create a bucket only in the region that the request is signed for.
        Err(refused) if refused.code() == OTHER_REGION && region != client.region() => {
            client.send(call().signed_for(region)).await
        }
        done => done,
    };
    match created {
        // Another run was faster. The next observation shows the properties of its bucket.
        Err(refused) if refused.code() == "BucketAlreadyOwnedByYou" => Ok(()),
        done => done.map(drop),
    }
}

async fn set_owner(client: &Client, bucket: &str, owner: &Text, secrets: &Secrets) -> Result<(), Error> {
    match client.accounts() {
        Accounts::AdminOps => ceph::set_owner(client, bucket, owner, secrets).await,
        Accounts::Policies | Accounts::Owners | Accounts::Keys | Accounts::Iam | Accounts::None => {
            owners::set(client, bucket, owner, secrets).await
        }
    }
}

async fn set_quota(client: &Client, bucket: &str, quota: Size) -> Result<(), Error> {
    match client.accounts() {
        Accounts::Keys => garage::set_quota(client, bucket, quota).await,
        Accounts::AdminOps => client.set_rgw_quota(bucket, quota).await,
        Accounts::Policies | Accounts::Owners | Accounts::Iam | Accounts::None => {
            set_minio_quota(client, bucket, quota).await
        }
    }
}

async fn set_minio_quota(client: &Client, bucket: &str, Size(bytes): Size) -> Result<(), Error> {
    // `quota` is the older name of `size`; servers of any release read one of them.
    let now = client.read_quota(bucket).await?.unwrap_or_default();
    let body = json!({
        "quota": bytes, "size": bytes, "quotatype": "hard", "rate": now.rate, "requests": now.requests,
    });
    let call = Call::admin(Method::PUT, "set-bucket-quota", format!("set the quota of bucket {bucket}"))
        .query("bucket", bucket)
        .body(body.to_string());
    client.send_admin("quotas", call).await?;
    stored::quota(client, bucket, Size(bytes)).await
}
