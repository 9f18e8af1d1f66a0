//! Garage, whose users are keys with permissions on buckets.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use init_core::{Endpoint, SecretRef};
use init_net::Tls;
use serde::Serialize;

use super::{Bucket, Level, Size, User, access};

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

impl Level {
    /// The permissions that are this level on Garage.
    pub(crate) fn permissions(self) -> Permissions {
        match self {
            Self::Read => BTreeSet::from([Permission::Read]),
            Self::Write => BTreeSet::from([Permission::Read, Permission::Write]),
            Self::Owner => BTreeSet::from([Permission::Read, Permission::Write, Permission::Owner]),
        }
    }
}

impl User {
    /// The permissions for each bucket; `None` for a user whose spec has no `access`.
    pub(crate) fn permissions(&self) -> Option<BTreeMap<&String, Permissions>> {
        let is_empty_list = self.detached.contains(&access::policy_name(&self.label));
        let all = self.access.iter().map(|(bucket, level)| (bucket, level.permissions()));
        (is_empty_list || !self.access.is_empty()).then(|| all.collect())
    }
}

impl Bucket {
    /// True when the spec declares something that is read and written by S3, beside the bucket itself and its quota.
    pub(crate) fn needs_s3(&self) -> bool {
        *self != Self { quota: self.quota, region: self.region.clone(), ..Self::default() }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Owner => "owner",
        })
    }
}
