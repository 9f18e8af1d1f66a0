//! Every bucket with all its properties.

use init_core::export::Scope;
use serde_json::Value;

use super::found::Found;
use crate::desired::document::Document;
use crate::desired::{Size, names};
use crate::error::Error;
use crate::observed::SeenBucket;
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
    let there = client.list_buckets(|name| scope.takes("buckets", name)).await?;
    let (said, unsaid): (Vec<_>, Vec<_>) = there.into_iter().partition(|name| names::bucket(name).is_ok());
    for name in unsaid {
        let problem = names::bucket(&name).err().unwrap_or_default();
        found.note("buckets", &name, format!("this bucket: {problem}"));
    }
    let reads = said.iter().map(async |name| Ok((name.clone(), bucket(client, region, name).await?)));
    for (name, (seen, unsaid)) in all(reads).await? {
        for text in unsaid {
            found.note("buckets", &name, text);
        }
        found.server.buckets.insert(name, seen);
    }
    Ok(())
}

/// One bucket, and what of it a spec cannot say.
async fn bucket(client: &Client, region: &str, name: &str) -> Result<(SeenBucket, Vec<String>), Error> {
    let mut unsaid = Vec::new();
    let mut seen = SeenBucket::default();
    // All buckets of a MinIO are in its one region.
    if !client.is_minio() {
        seen.region = client.read_region(name).await?.filter(|there| there != region);
    }
    if let Some(xml) = known(client.read_xml(name, Subresource::Versioning).await)? {
        seen.versioning = s3::versioning(&xml);
        if xml.children().iter().any(|child| child.name().starts_with("Exclude")) {
            unsaid.push("the prefixes and folders that its versioning leaves out".to_owned());
        }
    }
    seen.lock = known(client.read_xml(name, Subresource::ObjectLock).await)?.as_ref().and_then(s3::lock);
    seen.encryption =
        known(client.read_xml(name, Subresource::Encryption).await)?.as_ref().and_then(s3::encryption);
    seen.tags =
        known(client.read_xml(name, Subresource::Tagging).await)?.as_ref().map(s3::tags).unwrap_or_default();
    if let Some(xml) = known(client.read_xml(name, Subresource::Lifecycle).await)? {
        lifecycle(&xml, &mut seen, &mut unsaid);
    }
    if let Some(xml) = known(client.read_xml(name, Subresource::Notification).await)? {
        notifications(&xml, &mut seen, &mut unsaid);
    }
    // MinIO has CORS for the whole server only.
    if !client.is_minio() {
        seen.cors =
            known(client.read_xml(name, Subresource::Cors).await)?.as_ref().map(s3::cors).unwrap_or_default();
    }
    policy(client, name, &mut seen, &mut unsaid).await?;
    if client.kind().has_admin_api() {
        quota(client, name, &mut seen, &mut unsaid).await?;
    }
    Ok((seen, unsaid))
}

/// A server that has no such property at all has none to export.
fn known<T>(read: Result<Option<T>, Error>) -> Result<Option<T>, Error> {
    match read {
        Err(Error::Unsupported { .. }) => Ok(None),
        read => read,
    }
}

fn lifecycle(xml: &Element, seen: &mut SeenBucket, unsaid: &mut Vec<String>) {
    let rules = s3::lifecycle(xml);
    let without_id = xml.all("Rule").count().saturating_sub(rules.len());
    if without_id > 0 {
        unsaid.push(format!("{without_id} lifecycle rules without an id of their own"));
    }
    let (said, others) = rules.into_iter().partition(|(_, seen)| seen.rule.is_some());
    seen.lifecycle = said;
    unsaid.extend(
        others.into_keys().map(|id| {
            format!("the lifecycle rule {id}, which has a condition or an action that no spec says")
        }),
    );
}

fn notifications(xml: &Element, seen: &mut SeenBucket, unsaid: &mut Vec<String>) {
    seen.notifications = s3::notifications(xml);
    let said = seen.notifications.keys().collect();
    let others = s3::other_notifications(Some(xml), &said).count();
    if others > 0 {
        unsaid.push(format!("{others} notifications in a form that no spec says"));
    }
}

async fn policy(
    client: &Client,
    name: &str,
    seen: &mut SeenBucket,
    unsaid: &mut Vec<String>,
) -> Result<(), Error> {
    let Some(answer) = known(client.read_subresource(name, Subresource::Policy).await)? else {
        return Ok(());
    };
    let doing = format!("read the policy of bucket {name}");
    let json: Value = client.json(&doing, &answer.body)?;
    match Document::read(&json) {
        Some(document) if document.is_empty() => {}
        Some(document) => match document.beyond_minio().filter(|_| client.is_minio()) {
            None => seen.policy = Some(document),
            Some(problem) => unsaid.push(format!("its policy: {problem}")),
        },
        None => unsaid.push("its policy, which has no statement or too many permissions".to_owned()),
    }
    Ok(())
}

async fn quota(
    client: &Client,
    name: &str,
    seen: &mut SeenBucket,
    unsaid: &mut Vec<String>,
) -> Result<(), Error> {
    // RustFS may have users and no quotas.
    let quota = match client.read_quota(name).await {
        Err(Error::NoAdminApi { .. }) => return Ok(()),
        read => read?,
    };
    if let Some(quota) = quota {
        seen.quota = Some(quota.size.max(quota.limit)).filter(|bytes| *bytes > 0).map(Size);
        if quota.rate > 0 || quota.requests > 0 {
            unsaid.push("its limits of bandwidth and of requests".to_owned());
        }
    }
    Ok(())
}
