//! The admin API of Garage as the spec names it.

use init_core::{SecretRef, Size};
use schemars::JsonSchema;
use serde::Deserialize;

use super::patterns::ENDPOINT;

/// The admin API of Garage, which has its keys, their permissions on buckets, quotas and the layout.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Garage {
    /// `http://NAME:PORT` or `https://NAME:PORT` of the admin API, followed by the path prefix that a proxy strips, if
    /// there is one.
    #[schemars(regex(pattern = ENDPOINT))]
    pub admin_endpoint: String,
    /// The admin token.
    pub admin_token: SecretRef,
    /// The role of a single node that has no layout yet. A layout that exists is left alone. Default: none is made.
    pub layout: Option<Layout>,
}

/// The role of a single node in its first layout.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The capacity of the node: `100GB`, `1TiB`, or a number of bytes.
    pub capacity: Size,
    /// The zone of the node. Default: `dc1`.
    #[schemars(regex(pattern = "^[A-Za-z0-9._-]+$"))]
    pub zone: Option<String>,
}
