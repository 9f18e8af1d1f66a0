//! Whether a server supports what the spec declares for buckets that do not exist yet.

use crate::desired::{Bucket, Desired};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::all;
use crate::wire::s3::Subresource;

/// What is declared for buckets that are not there yet is asked for at another bucket, or at one that is not there: a server
/// that does not have it says so. Some have no other answer for a bucket that is not there than that it is not.
pub(super) async fn check(
    client: &Client,
    desired: &Desired,
    absent: &[&String],
    any: Option<&String>,
) -> Result<(), Error> {
    // What MinIO does not have is known before.
    if client.is_minio() {
        return Ok(());
    }
    let declared = |subresource: Subresource| {
        let wants =
            |name: &&&String| desired.buckets.get(**name).is_some_and(|wanted| wanted.declares(subresource));
        Some((absent.iter().find(wants)?, subresource))
    };
    all(Subresource::ALL.into_iter().filter_map(declared).map(async |(name, subresource)| {
        match client.probe_subresource(any.unwrap_or(name), subresource).await {
            Err(Error::Unsupported { feature, endpoint, why, .. }) => {
                Err(Error::Unsupported { at: format!("buckets.{name}.{feature}"), feature, endpoint, why })
            }
            // Whatever else it says of that bucket, it knows the question.
            Ok(()) | Err(Error::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }))
    .await
    .map(drop)
}

impl Bucket {
    /// Whether the spec wants this of the bucket. `anonymous: none` wants nothing of a server that has no policies.
    pub(crate) fn declares(&self, subresource: Subresource) -> bool {
        match subresource {
            Subresource::Versioning => self.versioning.is_some(),
            Subresource::ObjectLock => self.lock.is_some(),
            Subresource::Encryption => self.encryption.is_some(),
            Subresource::Tagging => !self.tags.is_empty(),
            Subresource::Lifecycle => !self.lifecycle.is_empty(),
            Subresource::Policy => self.access.as_ref().is_some_and(|access| access.document.is_some()),
            Subresource::Notification => !self.notifications.is_empty(),
            Subresource::Cors => self.cors.as_ref().is_some_and(|rules| !rules.is_empty()),
        }
    }
}
