//! Writes documents of a bucket that several writers change and that S3 replaces as a whole: tags and notifications.
//!
//! The document is read just before it is written with the declared parts in it, and read again afterwards. Where the
//! server gave an `ETag`, the write depends on it. Another run that has read before this write and writes after it
//! removes the declared parts again. The reading at the end of the run shows that (see
//! `SharedWrites::wait_for_others`), and the pass starts again.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::{Instant, sleep};

use crate::change::RouteDrift;
use crate::desired::Route;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::shared_writes::jitter;
use crate::wire::xml::Element;

/// The most writes while the declared parts do not stay.
const TRIES: u32 = 8;
/// The declared parts of a document.
pub(super) trait DeclaredPart {
    /// The name of a declared part that is missing or different.
    fn missing_part(&self, now: Option<&Element>) -> Option<String>;
    /// The document with the declared parts in it.
    fn merged(&self, now: Option<&Element>) -> String;
}

pub(super) struct Tags<'a>(pub(super) BTreeMap<&'a String, &'a String>);

impl DeclaredPart for Tags<'_> {
    fn missing_part(&self, now: Option<&Element>) -> Option<String> {
        let now = now.map(s3::tags).unwrap_or_default();
        let missing_part = self.0.iter().find(|(key, value)| now.get(**key) != Some(**value));
        missing_part.map(|(key, _)| format!("tag {key}"))
    }

    fn merged(&self, now: Option<&Element>) -> String {
        let now = now.map(s3::tags).unwrap_or_default();
        let kept = now.iter().filter(|(key, _)| !self.0.contains_key(key));
        s3::tags_xml(kept.chain(self.0.iter().map(|(key, value)| (*key, *value))))
    }
}

impl DeclaredPart for &[RouteDrift] {
    fn missing_part(&self, now: Option<&Element>) -> Option<String> {
        let now = now.map(s3::notifications).unwrap_or_default();
        let missing_part = self.iter().find(|routed| now.get(&routed.route) != Some(&routed.events.to));
        missing_part.map(|routed| format!("notification to {}", routed.route))
    }

    fn merged(&self, now: Option<&Element>) -> String {
        let routes: BTreeSet<&Route> = self.iter().map(|routed| &routed.route).collect();
        let kept = s3::other_notifications(now, &routes);
        s3::notifications_xml(kept, self.iter().map(|routed| (&routed.route, &routed.events.to)))
    }
}

/// Writes the declared parts into the document until they stay.
pub(super) async fn update(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    declared: &impl DeclaredPart,
) -> Result<(), Error> {
    let _turn = client.shared().permit().await;
    let mut missing_part = String::new();
    for tried in 0..TRIES {
        // The first reading after a write comes at once, because one write is usually enough.
        if tried > 1 {
            sleep(jitter(8 << tried)).await;
        }
        let began = Instant::now();
        let (now, etag) = client.read_xml_with_etag(bucket, subresource).await?;
        match declared.missing_part(now.as_ref()) {
            None => {
                // The parts may also be from another run, whose writes may still go on.
                client.shared().record_write(began);
                return Ok(());
            }
            Some(name) => missing_part = name,
        }
        if write(client, bucket, subresource, declared.merged(now.as_ref()), etag.as_deref()).await? {
            client.shared().record_write(began);
        }
    }
    let (now, _) = client.read_xml_with_etag(bucket, subresource).await?;
    match declared.missing_part(now.as_ref()) {
        None => Ok(()),
        Some(_) => Err(client.dropped_error(bucket, subresource.feature(), &missing_part)),
    }
}

/// Writes the document; false when it has changed since it was read, so that nothing was written.
pub(super) async fn write(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    body: String,
    etag: Option<&str>,
) -> Result<bool, Error> {
    match client.write_if_unchanged(bucket, subresource, Some(body), etag).await {
        Err(Error::Refused(refusal)) if refusal.status == 412 || refusal.code == "PreconditionFailed" => {
            Ok(false)
        }
        done => done.map(|()| true),
    }
}

impl Client {
    /// The error for a server that accepts something and does not store it.
    pub(super) fn dropped_error(&self, bucket: &str, feature: &'static str, what: &str) -> Error {
        Error::Unsupported {
            at: format!("buckets.{bucket}.{feature}"),
            feature,
            endpoint: self.endpoint().clone(),
            why: format!("it accepts the {what} and does not keep it"),
        }
    }
}
