//! Buckets and those of their properties that the spec declares.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::Value;

use super::{anonymous, supported};
use crate::desired::document::Document;
use crate::desired::{Bucket, Desired, Size};
use crate::error::Error;
use crate::observed::SeenBucket;
use crate::wire::admin::Quota;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

type Seen = (BTreeMap<String, SeenBucket>, BTreeSet<String>);

/// Whether a declared bucket is there, and whose it is.
enum Presence {
    Own,
    Foreign,
    Absent,
}

pub(super) async fn observe(client: &Client, desired: &Desired) -> Result<Seen, Error> {
    if desired.buckets.is_empty() {
        return Ok(Seen::default());
    }
    // Any bucket of the account's shows what the server has, also before the first one of the spec is there.
    let any = RefCell::new(None);
    let own = client
        .list_buckets(|name| {
            any.borrow_mut().get_or_insert_with(|| name.to_owned());
            desired.buckets.contains_key(name)
        })
        .await?;
    let reads = desired.buckets.iter().map(async |(name, wanted)| {
        let presence = if own.contains(name) { Presence::Own } else { presence(client, name).await? };
        let seen = match presence {
            Presence::Own => Some(bucket(client, name, wanted).await?),
            Presence::Foreign | Presence::Absent => None,
        };
        Ok((name, seen, matches!(presence, Presence::Foreign)))
    });
    let mut found = Seen::default();
    let read = all(reads).await?;
    let absent = read.iter().filter(|(_, seen, foreign)| seen.is_none() && !foreign).map(|(name, ..)| *name);
    supported::check(client, desired, &absent.collect::<Vec<_>>(), any.into_inner().as_ref()).await?;
    for (name, seen, foreign) in read {
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
        .bucket(name)
        .query("list-type", "2")
        .query("max-keys", "1");
    let doing = call.doing().to_owned();
    match client.send(call).await {
        Ok(answer) => {
            let xml = Element::parse(&answer.body).map_err(|problem| client.garbled(&doing, &problem))?;
            // Whatever answers yes to everything has no bucket of that name for it.
            if xml.name() == "ListBucketResult" && xml.value(&["Name"]) == Some(name) {
                return Ok(Presence::Own);
            }
            let problem = format!("it is <{}> and no listing of this bucket", xml.name());
            Err(client.garbled(&doing, &problem))
        }
        Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(Presence::Absent),
        // MinIO has one owner: there it means that the account may not look. Some servers have the code alone right.
        Err(Error::Refused(refusal)) if refusal.is_forbidden() && !client.is_minio() => Ok(Presence::Foreign),
        Err(other) => Err(other),
    }
}

/// One request for each declared property, one after another: buckets are read in parallel already.
async fn bucket(client: &Client, name: &str, wanted: &Bucket) -> Result<SeenBucket, Error> {
    let read = async |subresource| client.read_xml(name, subresource).await;
    let mut seen = SeenBucket::default();
    if wanted.region.is_some() {
        seen.region = client.read_region(name).await?;
    }
    if wanted.versioning.is_some() {
        seen.versioning = read(Subresource::Versioning).await?.as_ref().and_then(s3::versioning);
    }
    if wanted.lock.is_some() {
        seen.lock = read(Subresource::ObjectLock).await?.as_ref().and_then(s3::lock);
    }
    if wanted.encryption.is_some() {
        seen.encryption = read(Subresource::Encryption).await?.as_ref().and_then(s3::encryption);
    }
    if wanted.quota.is_some() {
        seen.quota = quota(client, name).await?;
    }
    if !wanted.tags.is_empty() {
        seen.tags = read(Subresource::Tagging).await?.as_ref().map(s3::tags).unwrap_or_default();
        seen.tags.retain(|key, _| wanted.tags.contains_key(key));
    }
    if !wanted.lifecycle.is_empty() {
        let xml = read(Subresource::Lifecycle).await?;
        seen.lifecycle = xml.as_ref().map(s3::lifecycle).unwrap_or_default();
        seen.lifecycle.retain(|id, _| wanted.lifecycle.contains_key(id));
    }
    if wanted.access.is_some() {
        seen.policy = match client.read_policy(name).await {
            // Where there are no policies, nobody without credentials may do anything.
            Err(Error::Unsupported { .. }) if !wanted.declares(Subresource::Policy) => None,
            read => read?,
        };
        if let Some(access) = wanted.access.as_ref().filter(|access| access.document == seen.policy)
            && !client.is_minio()
        {
            anonymous::holds(client, access).await?;
        }
    }
    if !wanted.notifications.is_empty() {
        let xml = read(Subresource::Notification).await?;
        seen.notifications = xml.as_ref().map(s3::notifications).unwrap_or_default();
        seen.notifications.retain(|route, _| wanted.notifications.contains_key(route));
    }
    if wanted.cors.is_some() {
        seen.cors = read(Subresource::Cors).await?.as_ref().map(s3::cors).unwrap_or_default();
    }
    Ok(seen)
}

async fn quota(client: &Client, name: &str) -> Result<Option<Size>, Error> {
    let bytes = client.read_quota(name).await?.map(|quota| quota.size.max(quota.limit));
    Ok(bytes.filter(|bytes| *bytes > 0).map(Size))
}

impl Client {
    /// The policy of a bucket, if it has one that says anything.
    pub(crate) async fn read_policy(&self, name: &str) -> Result<Option<Document>, Error> {
        let Some(answer) = self.read_subresource(name, Subresource::Policy).await? else {
            return Ok(None);
        };
        let doing = format!("read the policy of bucket {name}");
        let json: Value = self.json(&doing, &answer.body)?;
        let document = Document::read(&json).ok_or_else(|| {
            self.garbled(&doing, &"it is no policy document, or one of too many permissions")
        })?;
        Ok(Some(document).filter(|document| !document.is_empty()))
    }

    /// The limits of a bucket, if it has any.
    pub(crate) async fn read_quota(&self, name: &str) -> Result<Option<Quota>, Error> {
        let call = Call::admin(Method::GET, "get-bucket-quota", format!("read the quota of bucket {name}"))
            .query("bucket", name);
        let quota = self.find::<Option<Quota>>("quotas", "XMinioAdminNoSuchQuotaConfiguration", call).await?;
        Ok(quota.flatten())
    }
}
