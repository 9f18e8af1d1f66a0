//! The levels of access of users as permissions on Garage, and the properties of buckets for which the provisioning
//! account needs permissions there.

use std::collections::{BTreeMap, BTreeSet};

use super::garage::{Permission, Permissions};
use super::{Bucket, Desired, Level, User, access};

/// True when a policy of the spec is that of a user's levels.
pub(crate) fn is_made_of_levels(desired: &Desired, name: &str) -> bool {
    desired.users.values().any(|user| !user.access.is_empty() && access::policy_name(&user.label) == name)
}

impl Level {
    /// The permissions that are this level on Garage.
    pub(crate) fn permissions(self) -> Permissions {
        match self {
            Self::Read => BTreeSet::from([Permission::Read]),
            Self::Write => BTreeSet::from([Permission::Read, Permission::Write]),
            Self::Owner => BTreeSet::from([Permission::Read, Permission::Write, Permission::Owner]),
        }
    }

    /// The level that is these permissions on Garage, if one is.
    pub(crate) fn of(permissions: &Permissions) -> Option<Self> {
        [Self::Read, Self::Write, Self::Owner].into_iter().find(|level| level.permissions() == *permissions)
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
