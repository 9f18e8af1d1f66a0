//! Remote tiers as they are written.

use init_core::{SecretRef, Text};
use schemars::JsonSchema;
use serde::Deserialize;

use super::patterns::{BUCKET, REGION, URL};
use crate::desired::TierType;

/// A remote tier: a bucket, or a prefix in it, at another server. Everything but its credentials is fixed once it
/// exists, because objects may be in it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tier {
    /// The protocol of the other server: `minio`, or `s3` for any server that speaks S3.
    #[serde(rename = "type")]
    pub kind: TierType,
    /// The other server as MinIO reaches it: `http://NAME:PORT` or `https://NAME`.
    #[schemars(regex(pattern = URL))]
    pub endpoint: String,
    /// The access key at the other server.
    pub access_key: Text,
    /// Its secret key.
    pub secret_key: SecretRef,
    /// The bucket at the other server, which exists and is empty below the prefix.
    #[schemars(regex(pattern = BUCKET))]
    pub bucket: String,
    /// The prefix of the objects in that bucket. Default: unchanged, and none for a new tier.
    pub prefix: Option<String>,
    /// The region of that bucket. Default: unchanged, and found out by MinIO for a new tier.
    #[schemars(regex(pattern = REGION))]
    pub region: Option<String>,
    /// The storage class of the objects at the other server, for the type `s3`. Default: unchanged, and that of the
    /// other server for a new tier.
    pub storage_class: Option<String>,
}
