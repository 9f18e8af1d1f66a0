//! Buckets and those of their properties that the spec declares.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::Value;

use super::{SeenBucket, all};
use crate::admin::Quota;
use crate::client::{Call, Client};
use crate::desired::{Bucket, Desired, Size};
use crate::document::Document;
use crate::error::Error;
use crate::s3::{self, Sub};

type Seen = (BTreeMap<String, SeenBucket>, BTreeSet<String>);

/// Whether a declared bucket is there, and whose it is.
enum Presence {
    Ours,
    Foreign,
    Absent,
}

pub(super) async fn observe(client: &Client, desired: &Desired) -> Result<Seen, Error> {
    if desired.buckets.is_empty() {
        return Ok(Seen::default());
    }
    let own = client.list_buckets().await?;
    let reads = desired.buckets.iter().map(async |(name, wanted)| {
        let presence = if own.contains(name) { Presence::Ours } else { presence(client, name).await? };
        let seen = match presence {
            Presence::Ours => Some(bucket(client, name, wanted).await?),
            Presence::Foreign | Presence::Absent => None,
        };
        Ok((name, seen, matches!(presence, Presence::Foreign)))
    });
    let mut found = Seen::default();
    for (name, seen, foreign) in all(reads).await? {
        if let Some(seen) = seen {
            found.0.insert(name.clone(), seen);
        }
        if foreign {
            found.1.insert(name.clone());
        }
    }
    Ok(found)
}

/// A bucket that is not in our list may still be ours to use, or be somebody else's.
async fn presence(client: &Client, name: &str) -> Result<Presence, Error> {
    // Not HEAD: its answer has no body, so a wrong region could not be named.
    let call = Call::get(format!("look for bucket {name}"))
        .path(format!("/{name}"))
        .query("list-type", "2")
        .query("max-keys", "1");
    match client.send(call).await {
        Ok(_) => Ok(Presence::Ours),
        Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(Presence::Absent),
        // MinIO has one owner: there it means that the account may not look. Some servers have the code alone right.
        Err(Error::Refused(refusal)) if refusal.is_forbidden() && !client.is_minio() => Ok(Presence::Foreign),
        Err(other) => Err(other),
    }
}

/// One request for each declared property, one after another: buckets are read in parallel already.
async fn bucket(client: &Client, name: &str, wanted: &Bucket) -> Result<SeenBucket, Error> {
    let mut seen = SeenBucket::default();
    if wanted.versioning.is_some() {
        seen.versioning = client.read_xml(name, Sub::Versioning).await?.as_ref().and_then(s3::versioning);
    }
    if wanted.lock.is_some() {
        seen.lock = client.read_xml(name, Sub::ObjectLock).await?.as_ref().and_then(s3::lock);
    }
    if wanted.encryption.is_some() {
        seen.encryption = client.read_xml(name, Sub::Encryption).await?.as_ref().and_then(s3::encryption);
    }
    if wanted.quota.is_some() {
        seen.quota = quota(client, name).await?;
    }
    if !wanted.tags.is_empty() {
        seen.tags = client.read_xml(name, Sub::Tagging).await?.as_ref().map(s3::tags).unwrap_or_default();
    }
    if !wanted.lifecycle.is_empty() {
        seen.lifecycle =
            client.read_xml(name, Sub::Lifecycle).await?.as_ref().map(s3::lifecycle).unwrap_or_default();
    }
    if wanted.access.is_some() {
        seen.policy = policy(client, name).await?;
    }
    if !wanted.notifications.is_empty() {
        let xml = client.read_xml(name, Sub::Notification).await?;
        (seen.notifications, seen.other_notifications) =
            xml.as_ref().map(s3::notifications).unwrap_or_default();
    }
    if wanted.cors.is_some() {
        seen.cors = client.read_xml(name, Sub::Cors).await?.as_ref().map(s3::cors).unwrap_or_default();
    }
    Ok(seen)
}

async fn policy(client: &Client, name: &str) -> Result<Option<Document>, Error> {
    let Some(answer) = client.read_sub(name, Sub::Policy).await? else {
        return Ok(None);
    };
    let json: Value = client.json(&format!("read the policy of bucket {name}"), &answer.body)?;
    Ok(Document::read(&json).filter(|document| !document.is_empty()))
}

async fn quota(client: &Client, name: &str) -> Result<Option<Size>, Error> {
    let call = Call::admin(Method::GET, "get-bucket-quota", format!("read the quota of bucket {name}"))
        .query("bucket", name);
    let quota = client.find::<Quota>("quotas", "XMinioAdminNoSuchQuotaConfiguration", call).await?;
    let bytes = quota.map(|quota| quota.size.max(quota.quota));
    Ok(bytes.filter(|bytes| *bytes > 0).map(Size))
}
