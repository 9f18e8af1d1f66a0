//! Reads the declared buckets, and those of their properties that the spec declares.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::Secrets;
use serde_json::Value;

use super::{anonymous, replication, supported};
use crate::desired::document::Document;
use crate::desired::{Accounts, Bucket, Desired, Size};
use crate::error::Error;
use crate::observed::ObservedBucket;
use crate::wire::admin::Quota;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

type Seen = (BTreeMap<String, ObservedBucket>, BTreeSet<String>);

/// The existence and the owner of a declared bucket.
enum Presence {
    Own,
    OtherOwner,
    Absent,
}

pub(super) async fn observe(client: &Client, desired: &Desired, secrets: &Secrets) -> Result<Seen, Error> {
    if desired.buckets.is_empty() {
        return Ok(Seen::default());
    }
    // Any bucket of the account can show what the server supports, also before the first declared one exists.
    let any = RefCell::new(None);
    let own = client
        .list_buckets(|name| {
            any.borrow_mut().get_or_insert_with(|| name.to_owned());
            desired.buckets.contains_key(name)
        })
        .await?;
    let reads = desired.buckets.iter().map(async |(name, wanted)| {
        let presence = if own.contains(name) { Presence::Own } else { presence(client, name).await? };
        let existing = match presence {
            Presence::Own => {
                let mut existing = bucket(client, name, wanted).await?;
                let versioning = existing.versioning;
                existing.replication =
                    replication::observe(client, desired, secrets, (name, wanted), versioning).await?;
                Some(existing)
            }
            Presence::OtherOwner | Presence::Absent => None,
        };
        Ok((name, existing, matches!(presence, Presence::OtherOwner)))
    });
    let mut found = Seen::default();
    let read = all(reads).await?;
    let absent = read
        .iter()
        .filter(|(_, existing, owned_by_others)| existing.is_none() && !owned_by_others)
        .map(|(name, ..)| *name);
    supported::check(client, desired, &absent.collect::<Vec<_>>(), any.into_inner().as_ref()).await?;
    for (name, existing, owned_by_others) in read {
        if let Some(existing) = existing {
            found.0.insert(name.clone(), existing);
        }
        if owned_by_others {
            found.1.insert(name.clone());
        }
    }
    Ok(found)
}

/// Looks for a bucket that is not in the account's list: the account may still have access to it, or it may belong to
/// another account.
async fn presence(client: &Client, name: &str) -> Result<Presence, Error> {
    // HEAD is not used, because its answer has no body with the code for a wrong region.
    let call = Call::get(format!("look for bucket {name}"))
        .bucket(name)
        .query("list-type", "2")
        .query("max-keys", "1");
    let action = call.action().to_owned();
    match client.send(call).await {
        Ok(answer) => {
            let xml = Element::parse(&answer.body).map_err(|problem| client.unreadable(&action, &problem))?;
            // A server that answers every request with success is found out by the name in the listing.
            if xml.name() == "ListBucketResult" && xml.value(&["Name"]) == Some(name) {
                return Ok(Presence::Own);
            }
            let problem = format!("it is <{}> and no listing of this bucket", xml.name());
            Err(client.unreadable(&action, &problem))
        }
        Err(Error::Refused(refusal)) if refusal.status == 404 => Ok(Presence::Absent),
        // MinIO has one owner of all buckets: there 403 means that the account may not list this one. Other servers
        // have only the code right in some cases.
        Err(Error::Refused(refusal)) if refusal.is_forbidden() && !client.is_minio() => {
            Ok(Presence::OtherOwner)
        }
        Err(other) => Err(other),
    }
}

/// Reads each declared property with a request of its own. They are sent one after another, because buckets are read
/// in parallel already.
pub(super) async fn bucket(client: &Client, name: &str, wanted: &Bucket) -> Result<ObservedBucket, Error> {
    let read = async |subresource| client.read_xml(name, subresource).await;
    let mut existing = ObservedBucket::default();
    if wanted.region.is_some() {
        existing.region = client.read_region(name).await?;
    }
    if wanted.versioning.is_some() {
        existing.versioning = read(Subresource::Versioning).await?.as_ref().and_then(s3::versioning);
    }
    if wanted.lock.is_some() {
        existing.lock = read(Subresource::ObjectLock).await?.as_ref().and_then(s3::lock);
    }
    if wanted.encryption.is_some() {
        existing.encryption = read(Subresource::Encryption).await?.as_ref().and_then(s3::encryption);
    }
    if wanted.quota.is_some() {
        existing.quota = quota(client, name).await?;
    }
    if !wanted.tags.is_empty() {
        existing.tags = read(Subresource::Tagging).await?.as_ref().map(s3::tags).unwrap_or_default();
        existing.tags.retain(|key, _| wanted.tags.contains_key(key));
    }
    if !wanted.lifecycle.is_empty() {
        let xml = read(Subresource::Lifecycle).await?;
        existing.lifecycle = xml.as_ref().map(s3::lifecycle).unwrap_or_default();
        existing.lifecycle.retain(|id, _| wanted.lifecycle.contains_key(id));
    }
    if wanted.access.is_some() {
        existing.policy = match client.read_policy(name).await {
            // A server without bucket policies allows nothing without credentials.
            Err(Error::Unsupported { .. }) if !wanted.declares(Subresource::Policy) => None,
            read => read?,
        };
        if let Some(access) = wanted.access.as_ref().filter(|access| access.document == existing.policy)
            && !client.is_minio()
        {
            anonymous::check_applied(client, access).await?;
        }
    }
    if !wanted.notifications.is_empty() {
        let xml = read(Subresource::Notification).await?;
        existing.notifications = xml.as_ref().map(s3::notifications).unwrap_or_default();
        existing.notifications.retain(|route, _| wanted.notifications.contains_key(route));
    }
    if wanted.cors.is_some() {
        existing.cors = read(Subresource::Cors).await?.as_ref().map(s3::cors).unwrap_or_default();
    }
    Ok(existing)
}

async fn quota(client: &Client, name: &str) -> Result<Option<Size>, Error> {
    if client.accounts() == Accounts::AdminOps {
        return Ok(client.rgw_bucket(name).await?.and_then(|bucket| bucket.limit()).map(Size));
    }
    let bytes = client.read_quota(name).await?.map(|quota| quota.size.max(quota.limit));
    Ok(bytes.filter(|bytes| *bytes > 0).map(Size))
}

impl Client {
    /// Reads the policy of a bucket, if it has one with statements.
    pub(crate) async fn read_policy(&self, name: &str) -> Result<Option<Document>, Error> {
        let Some(answer) = self.read_subresource(name, Subresource::Policy).await? else {
            return Ok(None);
        };
        let action = format!("read the policy of bucket {name}");
        let json: Value = self.json(&action, &answer.body)?;
        let document = Document::read(&json).ok_or_else(|| {
            self.unreadable(&action, &"it is no policy document, or one of too many permissions")
        })?;
        Ok(Some(document).filter(|document| !document.is_empty()))
    }

    /// Reads the limits of a bucket, if it has any.
    pub(crate) async fn read_quota(&self, name: &str) -> Result<Option<Quota>, Error> {
        let call = Call::admin(Method::GET, "get-bucket-quota", format!("read the quota of bucket {name}"))
            .query("bucket", name);
        let quota = self.find::<Option<Quota>>("quotas", "XMinioAdminNoSuchQuotaConfiguration", call).await?;
        Ok(quota.flatten())
    }
}
