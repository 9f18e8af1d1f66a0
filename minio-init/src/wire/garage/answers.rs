//! The answers of the admin API, as far as they are used.

use serde::{Deserialize, Serialize};

use crate::desired::{Permission, Permissions};

/// The state of the nodes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClusterStatus {
    /// The version of the layout; 0 is none.
    pub(crate) layout_version: u64,
    pub(crate) nodes: Vec<Node>,
}

#[derive(Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
}

/// The layout, as far as it is not applied yet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClusterLayout {
    pub(super) staged_role_changes: Vec<StagedRole>,
}

/// A role that is staged and not applied. One that is removed has neither a zone nor a capacity.
#[derive(Deserialize)]
pub(super) struct StagedRole {
    pub(super) id: String,
    pub(super) zone: Option<String>,
    pub(super) capacity: Option<u64>,
}

/// A preview of the staged layout: the reason why it cannot be applied, if there is one.
#[derive(Deserialize)]
pub(super) struct Preview {
    pub(super) error: Option<String>,
}

/// A key in the list of all keys.
#[derive(Deserialize)]
pub(crate) struct ListedKey {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) name: String,
}

/// A bucket in the list of all buckets.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListedBucket {
    pub(crate) id: String,
    pub(crate) global_aliases: Vec<String>,
}

/// A key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyInfo {
    /// The end of the key, if it has one.
    #[serde(default)]
    pub(crate) expiration: Option<String>,
    #[serde(default)]
    pub(crate) permissions: KeyPermissions,
    /// True when the key has had an end, which has passed.
    #[serde(default)]
    pub(crate) expired: bool,
    pub(crate) buckets: Vec<KeyBucket>,
}

/// The permissions of a key beside those on buckets.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct KeyPermissions {
    pub(crate) create_bucket: bool,
}

/// A bucket on which a key has permissions, or for which it has a name.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyBucket {
    pub(crate) id: String,
    pub(crate) global_aliases: Vec<String>,
    pub(crate) local_aliases: Vec<String>,
    pub(crate) permissions: Flags,
}

/// A bucket.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BucketInfo {
    pub(crate) id: String,
    pub(crate) quotas: Quotas,
    #[serde(default)]
    pub(crate) website_access: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Quotas {
    pub(crate) max_size: Option<u64>,
    pub(crate) max_objects: Option<u64>,
}

/// Permissions as the admin API has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Flags {
    read: bool,
    write: bool,
    owner: bool,
}

impl Flags {
    pub(crate) fn of(permissions: &Permissions) -> Self {
        let has = |permission| permissions.contains(&permission);
        Self { read: has(Permission::Read), write: has(Permission::Write), owner: has(Permission::Owner) }
    }

    pub(crate) fn permissions(self) -> Permissions {
        let all =
            [(self.read, Permission::Read), (self.write, Permission::Write), (self.owner, Permission::Owner)];
        all.into_iter().filter(|(has, _)| *has).map(|(_, permission)| permission).collect()
    }
}

/// A change of the permissions of a key.
#[derive(Clone, Copy)]
pub(crate) enum Grant {
    Allow,
    Deny,
}
