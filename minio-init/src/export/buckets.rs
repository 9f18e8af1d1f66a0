//! Reads every bucket with all its properties.

use init_core::export::Scope;
use serde_json::Value;

use super::found::Found;
use super::replication;
use crate::desired::document::Document;
use crate::desired::{Accounts, Size, names};
use crate::error::Error;
use crate::observed::{ObservedAccounts, ObservedBucket};
use crate::wire::ceph::RgwBucket;
use crate::wire::client::Client;
use crate::wire::parallel::all;
use crate::wire::s3::{self, Subresource};
use crate::wire::xml::Element;

pub(super) async fn read(
    client: &Client,
    region: &str,
    scope: &Scope,
    found: &mut Found,
) -> Result<(), Error> {
    let mut existing_names = client.list_buckets(|name| scope.includes("buckets", name)).await?;
    // Ceph lists the buckets of the account alone, and those of its users are known from their owners.
    if let ObservedAccounts::AdminOps(ops) = &found.server.accounts {
        existing_names.extend(ops.owners.keys().filter(|name| scope.includes("buckets", name)).cloned());
    }
    let (accepted, refused): (Vec<_>, Vec<_>) =
        existing_names.into_iter().partition(|name| names::bucket(name).is_ok());
    for name in refused {
        let problem = names::bucket(&name).err().unwrap_or_default();
        found.note("buckets", &name, format!("this bucket: {problem}"));
    }
    let reads = accepted.iter().map(async |name| Ok((name.clone(), bucket(client, region, name).await?)));
    for (name, (existing, notes)) in all(reads).await? {
        for text in notes {
            found.note("buckets", &name, text);
        }
        found.server.buckets.insert(name, existing);
    }
    Ok(())
}

/// Reads one bucket, with notes about what a spec cannot express.
pub(super) async fn bucket(
    client: &Client,
    region: &str,
    name: &str,
) -> Result<(ObservedBucket, Vec<String>), Error> {
    let mut notes = Vec::new();
    let mut existing = ObservedBucket::default();
    // All buckets of a MinIO server are in its one region.
    if !client.is_minio() {
        existing.region = client.read_region(name).await?.filter(|existing| existing != region);
    }
    if let Some(xml) = if_supported(client.read_xml(name, Subresource::Versioning).await)? {
        existing.versioning = s3::versioning(&xml);
        if xml.children().iter().any(|child| child.name().starts_with("Exclude")) {
            notes.push("the prefixes and folders that its versioning leaves out".to_owned());
        }
    }
    existing.lock =
        if_supported(client.read_xml(name, Subresource::ObjectLock).await)?.as_ref().and_then(s3::lock);
    existing.encryption =
        if_supported(client.read_xml(name, Subresource::Encryption).await)?.as_ref().and_then(s3::encryption);
    existing.tags = if_supported(client.read_xml(name, Subresource::Tagging).await)?
        .as_ref()
        .map(s3::tags)
        .unwrap_or_default();
    if let Some(xml) = if_supported(client.read_xml(name, Subresource::Lifecycle).await)? {
        lifecycle(&xml, &mut existing, &mut notes);
    }
    if let Some(xml) = if_supported(client.read_xml(name, Subresource::Notification).await)? {
        notifications(&xml, &mut existing, &mut notes);
    }
    if client.is_minio() {
        replication::read(client, name, &mut existing, &mut notes).await?;
    }
    // MinIO has CORS only for the whole server.
    if !client.is_minio() {
        existing.cors = if_supported(client.read_xml(name, Subresource::Cors).await)?
            .as_ref()
            .map(s3::cors)
            .unwrap_or_default();
    }
    policy(client, name, &mut existing, &mut notes).await?;
    match client.accounts() {
        Accounts::Policies => quota(client, name, &mut existing, &mut notes).await?,
        Accounts::AdminOps => of_ceph(client, name, &mut existing, &mut notes).await?,
        // Garage has the quota in the record of the bucket.
        Accounts::Keys | Accounts::Owners | Accounts::Iam | Accounts::None => {}
    }
    Ok((existing, notes))
}

/// Reads nothing from a server that does not support the property.
fn if_supported<T>(read: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match read {
        Err(Error::Unsupported { .. }) => Ok(None),
        read => read,
    }
}

fn lifecycle(xml: &Element, existing: &mut ObservedBucket, notes: &mut Vec<String>) {
    let rules = s3::lifecycle(xml);
    let without_id = xml.all("Rule").count().saturating_sub(rules.len());
    if without_id > 0 {
        notes.push(format!("{without_id} lifecycle rules without an id of their own"));
    }
    let (accepted, others) = rules.into_iter().partition(|(_, existing)| existing.rule.is_some());
    existing.lifecycle = accepted;
    notes.extend(others.into_keys().map(|id| {
        format!("the lifecycle rule {id}, which has a condition or an action that a spec cannot express")
    }));
}

fn notifications(xml: &Element, existing: &mut ObservedBucket, notes: &mut Vec<String>) {
    existing.notifications = s3::notifications(xml);
    let accepted = existing.notifications.keys().collect();
    let others = s3::other_notifications(Some(xml), &accepted).count();
    if others > 0 {
        notes.push(format!("{others} notifications in a form that a spec cannot express"));
    }
}

async fn policy(
    client: &Client,
    name: &str,
    existing: &mut ObservedBucket,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let Some(answer) = if_supported(client.read_subresource(name, Subresource::Policy).await)? else {
        return Ok(());
    };
    let action = format!("read the policy of bucket {name}");
    let json: Value = client.json(&action, &answer.body)?;
    match Document::read(&json) {
        Some(document) if document.is_empty() => {}
        Some(document) => match document.unusable_by_minio().filter(|_| client.is_minio()) {
            None => existing.policy = Some(document),
            Some(problem) => notes.push(format!("its policy: {problem}")),
        },
        None => notes.push("its policy, which has no statement or too many permissions".to_owned()),
    }
    Ok(())
}

/// Reads what Ceph's gateway has in the record of a bucket, and its ACL.
async fn of_ceph(
    client: &Client,
    name: &str,
    existing: &mut ObservedBucket,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    let record = client.rgw_bucket(name).await?;
    existing.quota = record.as_ref().and_then(RgwBucket::limit).map(Size);
    if record.is_some_and(|record| record.limits_objects()) {
        notes.push("its limit of the number of objects".to_owned());
    }
    if client.has_grants_to_others(name).await? {
        notes.push("the grants in its ACL to others".to_owned());
    }
    Ok(())
}

async fn quota(
    client: &Client,
    name: &str,
    existing: &mut ObservedBucket,
    notes: &mut Vec<String>,
) -> Result<(), Error> {
    // RustFS may have users but no quotas.
    let quota = match client.read_quota(name).await {
        Err(Error::NoAdminApi { .. }) => return Ok(()),
        read => read?,
    };
    if let Some(quota) = quota {
        existing.quota = Some(quota.size.max(quota.limit)).filter(|bytes| *bytes > 0).map(Size);
        if quota.rate > 0 || quota.requests > 0 {
            notes.push("its limits of bandwidth and of requests".to_owned());
        }
    }
    Ok(())
}
