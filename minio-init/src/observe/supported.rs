//! Checks that a server supports what the spec declares for buckets that do not exist yet.

use crate::desired::{Bucket, Desired};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::all;
use crate::wire::s3::Subresource;

/// Requests each declared sub-resource of an existing bucket, or of one that does not exist: a server that does not
/// support it says so. Some servers answer for a bucket that does not exist only that it does not.
pub(super) async fn check(
    client: &Client,
    desired: &Desired,
    absent: &[&String],
    any: Option<&String>,
) -> Result<(), Error> {
    // For MinIO, unsupported features are found when connecting.
    if client.is_minio() {
        return Ok(());
    }
    let declared = |subresource: Subresource| {
        let wants =
            |name: &&&String| desired.buckets.get(**name).is_some_and(|wanted| wanted.declares(subresource));
        Some((absent.iter().find(wants)?, subresource))
    };
    all(Subresource::ALL.into_iter().filter_map(declared).map(async |(name, subresource)| {
        match client.check_subresource(any.unwrap_or(name), subresource).await {
            Err(Error::Unsupported { feature, endpoint, why, .. }) => {
                Err(Error::Unsupported { at: format!("buckets.{name}.{feature}"), feature, endpoint, why })
            }
            // Any other answer shows that the server knows the sub-resource.
            Ok(()) | Err(Error::Refused(_)) => Ok(()),
            Err(other) => Err(other),
        }
    }))
    .await
    .map(drop)
}

impl Bucket {
    /// True when the spec declares this sub-resource of the bucket. `anonymous: none` needs no support for policies.
    pub(crate) fn declares(&self, subresource: Subresource) -> bool {
        match subresource {
            Subresource::Versioning => self.versioning.is_some(),
            Subresource::ObjectLock => self.lock.is_some(),
            Subresource::Encryption => self.encryption.is_some(),
            Subresource::Tagging => !self.tags.is_empty(),
            Subresource::Lifecycle => !self.lifecycle.is_empty(),
            Subresource::Policy => self.access.as_ref().is_some_and(|access| access.document.is_some()),
            Subresource::Notification => !self.notifications.is_empty(),
            Subresource::Replication => !self.replication.rules.is_empty(),
            Subresource::Cors => self.cors.as_ref().is_some_and(|rules| !rules.is_empty()),
        }
    }
}
