//! Tiers and replication, which refer to other servers, are known from MinIO alone.

use crate::desired::Desired;
use crate::error::Error;
use crate::wire::client::Client;

/// Fails when the spec has tiers, rules that move objects to them, or replication for a server that is not MinIO.
pub(super) fn check_supported(client: &Client, desired: &Desired) -> Result<(), Error> {
    let tier = desired.tiers.keys().next().map(|name| (format!("tiers.{name}"), "tiers"));
    let transition = desired
        .transitions()
        .next()
        .map(|(bucket, id, _)| (format!("buckets.{bucket}.lifecycle, rule {id}"), "transitionTo"));
    let mut buckets = desired.buckets.iter();
    let replicated = buckets
        .find(|(_, bucket)| !bucket.replication.rules.is_empty())
        .map(|(name, _)| (format!("buckets.{name}.replication"), "replication"));
    let Some((at, feature)) = tier.or(transition).or(replicated) else { return Ok(()) };
    let why = "it is not MinIO, and the calls for this are known from MinIO alone".to_owned();
    Err(Error::Unsupported { at, feature, endpoint: client.endpoint().clone(), why })
}
