//! Checks before the first write whether MinIO would suspend the versioning of a bucket: one with object lock or with
//! replication keeps it enabled (`PutBucketVersioningHandler` in its cmd/bucket-versioning-handler.go).

use crate::change::{BucketChange, Change};
use crate::desired::Versioning;
use crate::error::Error;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;
use crate::wire::s3::{self, Subresource};

/// The index of each change that the server would refuse, with the error.
pub(super) async fn refused(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let suspended = changes.iter().enumerate().filter_map(|(index, change)| match change {
        Change::Bucket(BucketChange::SetVersioning { bucket, versioning })
            if versioning.to == Versioning::Suspended =>
        {
            Some((index, bucket))
        }
        Change::Bucket(_) | Change::Identity(_) | Change::Config(_) | Change::Notifications(_) => None,
    });
    let checks = suspended.map(async |(index, bucket)| {
        match check(client, bucket).await {
            Ok(()) => Ok(None),
            // The account may not ask; then the write reports it.
            Err(Error::Refused(refusal)) if refusal.is_forbidden() => Ok(None),
            Err(error) => Ok::<_, Error>(Some((index, error))),
        }
    });
    all(checks).await.into_iter().flatten().flatten().collect()
}

async fn check(client: &Client, bucket: &str) -> Result<(), Error> {
    let kept_by = if has_lock(client, bucket).await? {
        "object lock"
    } else if has_replication(client, bucket).await? {
        "replication"
    } else {
        return Ok(());
    };
    Err(Error::Unsupported {
        at: format!("buckets.{bucket}.versioning"),
        feature: "`suspended`",
        endpoint: client.endpoint().clone(),
        why: format!("the bucket has {kept_by}, which needs versioning: leave it out"),
    })
}

async fn has_lock(client: &Client, bucket: &str) -> Result<bool, Error> {
    Ok(client.read_xml(bucket, Subresource::ObjectLock).await?.as_ref().and_then(s3::lock).is_some())
}

async fn has_replication(client: &Client, bucket: &str) -> Result<bool, Error> {
    let call = Call::get(format!("read the replication of bucket {bucket}")).bucket(bucket);
    match client.send(call.query("replication", "")).await {
        Ok(_) => Ok(true),
        Err(refused) if refused.code() == "ReplicationConfigurationNotFoundError" => Ok(false),
        Err(other) => Err(other),
    }
}
