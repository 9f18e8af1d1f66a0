//! Garage, whose users are keys with permissions on buckets.

use std::collections::BTreeSet;
use std::fmt;

use init_core::{Endpoint, SecretRef};
use init_net::Tls;
use serde::Serialize;

use super::size::Size;

/// The admin API of Garage.
pub(crate) struct Garage {
    pub(crate) endpoint: Endpoint,
    /// The path prefix that a proxy strips, without a slash at its end.
    pub(crate) prefix: String,
    /// The TLS settings; `None` is plain HTTP.
    pub(crate) tls: Option<Tls>,
    pub(crate) token: SecretRef,
    /// The role of a single node without a layout; `None` makes none.
    pub(crate) layout: Option<Layout>,
}

/// The role of a single node in its first layout.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Layout {
    pub(crate) zone: String,
    pub(crate) capacity: Size,
}

/// A permission of a key on a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// List the bucket and get its objects.
    Read,
    /// Put and delete objects.
    Write,
    /// Change the settings of the bucket, and delete it.
    Owner,
}

/// The permissions of a key on one bucket.
pub(crate) type Permissions = BTreeSet<Permission>;

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Owner => "owner",
        })
    }
}
