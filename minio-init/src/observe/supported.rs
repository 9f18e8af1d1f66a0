//! Whether a server supports what the spec declares for buckets that do not exist yet.

use crate::desired::{Bucket, Desired};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::parallel::all;
use crate::wire::s3::Sub;

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
    let declared = |sub: Sub| {
        let wants = |name: &&&String| desired.buckets.get(**name).is_some_and(|wanted| wanted.declares(sub));
        Some((absent.iter().find(wants)?, sub))
    };
    all(Sub::ALL.into_iter().filter_map(declared).map(async |(name, sub)| {
        match client.probe_sub(any.unwrap_or(name), sub).await {
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
    pub(crate) fn declares(&self, sub: Sub) -> bool {
        match sub {
            Sub::Versioning => self.versioning.is_some(),
            Sub::ObjectLock => self.lock.is_some(),
            Sub::Encryption => self.encryption.is_some(),
            Sub::Tagging => !self.tags.is_empty(),
            Sub::Lifecycle => !self.lifecycle.is_empty(),
            Sub::Policy => self.access.as_ref().is_some_and(|access| access.document.is_some()),
            Sub::Notification => !self.notifications.is_empty(),
            Sub::Cors => self.cors.as_ref().is_some_and(|rules| !rules.is_empty()),
        }
    }
}
