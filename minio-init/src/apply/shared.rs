//! Documents of a bucket that several writers change, and that S3 replaces as a whole: tags and notifications.
//!
//! What is there is read just before it is written, with ours in it, and read again after it. Where the server gave an
//! `ETag`, the write depends on it. Another run that read before this write and writes after it takes ours away again:
//! that shows in the reading at the end of the run (see `SharedWrites::rest`), and the pass begins anew.

use std::collections::{BTreeMap, BTreeSet};

use tokio::time::{Instant, sleep};

use crate::change::RouteDrift;
use crate::desired::Route;
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::shared_writes::jitter;
use crate::wire::xml::Element;

/// How often ours is written while it does not stay.
const TRIES: u32 = 8;
/// What is ours in one document.
pub(super) trait OwnPart {
    /// The spec's word for one of them that is not there as it should be.
    fn lacking(&self, now: Option<&Element>) -> Option<String>;
    /// The document with ours in it.
    fn merged(&self, now: Option<&Element>) -> String;
}

pub(super) struct Tags<'a>(pub(super) BTreeMap<&'a String, &'a String>);

impl OwnPart for Tags<'_> {
    fn lacking(&self, now: Option<&Element>) -> Option<String> {
        let now = now.map(s3::tags).unwrap_or_default();
        let lacking = self.0.iter().find(|(key, value)| now.get(**key) != Some(**value));
        lacking.map(|(key, _)| format!("tag {key}"))
    }

    fn merged(&self, now: Option<&Element>) -> String {
        let now = now.map(s3::tags).unwrap_or_default();
        let kept = now.iter().filter(|(key, _)| !self.0.contains_key(key));
        s3::tags_xml(kept.chain(self.0.iter().map(|(key, value)| (*key, *value))))
    }
}

impl OwnPart for &[RouteDrift] {
    fn lacking(&self, now: Option<&Element>) -> Option<String> {
        let now = now.map(s3::notifications).unwrap_or_default();
        let lacking = self.iter().find(|routed| now.get(&routed.route) != Some(&routed.events.to));
        lacking.map(|routed| format!("notification to {}", routed.route))
    }

    fn merged(&self, now: Option<&Element>) -> String {
        let routes: BTreeSet<&Route> = self.iter().map(|routed| &routed.route).collect();
        let kept = s3::other_notifications(now, &routes);
        s3::notifications_xml(kept, self.iter().map(|routed| (&routed.route, &routed.events.to)))
    }
}

/// Writes ours into the document until it is there and stays.
pub(super) async fn update(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    ours: &impl OwnPart,
) -> Result<(), Error> {
    let _turn = client.shared().turn().await;
    let mut lacking = String::new();
    for tried in 0..TRIES {
        // The first reading after a write is at once: mostly it is all that is needed.
        if tried > 1 {
            sleep(jitter(8 << tried)).await;
        }
        let began = Instant::now();
        let (now, etag) = client.read_tagged(bucket, subresource).await?;
        match ours.lacking(now.as_ref()) {
            None => {
                // Ours, or the same from another run, whose writes may still be under way.
                client.shared().note(began);
                return Ok(());
            }
            Some(name) => lacking = name,
        }
        if write(client, bucket, subresource, ours.merged(now.as_ref()), etag.as_deref()).await? {
            client.shared().note(began);
        }
    }
    let (now, _) = client.read_tagged(bucket, subresource).await?;
    match ours.lacking(now.as_ref()) {
        None => Ok(()),
        Some(_) => Err(client.drops(bucket, subresource.feature(), &lacking)),
    }
}

/// Whether it was written: it is not when the document is another one by now.
pub(super) async fn write(
    client: &Client,
    bucket: &str,
    subresource: Subresource,
    body: String,
    etag: Option<&str>,
) -> Result<bool, Error> {
    match client.write_over(bucket, subresource, Some(body), etag).await {
        Err(Error::Refused(refusal)) if refusal.status == 412 || refusal.code == "PreconditionFailed" => {
            Ok(false)
        }
        done => done.map(|()| true),
    }
}

impl Client {
    /// The server says yes to it and does not show it.
    pub(super) fn drops(&self, bucket: &str, feature: &'static str, what: &str) -> Error {
        Error::Unsupported {
            at: format!("buckets.{bucket}.{feature}"),
            feature,
            endpoint: self.endpoint().clone(),
            why: format!("it accepts the {what} and does not keep it"),
        }
    }
}
