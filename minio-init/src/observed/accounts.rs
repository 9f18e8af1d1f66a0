//! The part of the observed state that only one model of accounts has. Users are in `Observed` for all of them.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use crate::desired::Permissions;
use crate::desired::document::Document;

/// The model of accounts that the server has, with what is read for it alone. It has a variant for each of `Accounts`
/// that is planned in its own way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ObservedAccounts {
    /// Users with policies, or no accounts. The policies, groups and access keys are in `Observed`.
    #[default]
    Policies,
    /// The owner of each bucket.
    Owners(BTreeMap<String, ObservedOwner>),
    /// The owners of buckets and the policies of users on Ceph's gateway.
    AdminOps(ObservedOps),
    /// Users with policies, with the users of the spec that are in the server's own configuration, which its API does
    /// not change.
    Iam(BTreeSet<Text>),
    /// The layout, keys and permissions of Garage.
    Keys(ObservedGarage),
}

impl ObservedAccounts {
    /// True for a user of the server's own configuration.
    pub(crate) fn is_fixed(&self, user: &Text) -> bool {
        match self {
            Self::Iam(fixed) => fixed.contains(user),
            Self::Policies | Self::Owners(_) | Self::AdminOps(_) | Self::Keys(_) => false,
        }
    }

    /// True when policies and access keys of a disabled user can be changed.
    pub(crate) fn change_disabled_users(&self) -> bool {
        match self {
            Self::Iam(_) => true,
            Self::Policies | Self::Owners(_) | Self::AdminOps(_) | Self::Keys(_) => false,
        }
    }
}

/// The owner of a bucket, and what the server removes with the owner, read where the spec names another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedOwner {
    pub(crate) owner: Text,
    pub(crate) has_policy: bool,
    /// True when its ACL has grants to others.
    pub(crate) has_grants: bool,
}

/// The owners of buckets and the policies of users on Ceph's gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedOps {
    /// The owner of each existing bucket that the spec gives to a user.
    pub(crate) owners: BTreeMap<String, ObservedOwner>,
    /// Those of them that have objects, and that would get another owner.
    pub(crate) with_objects: BTreeSet<String>,
    /// The policies of each declared user. A document is read where the spec declares it, and is `None` for one that is
    /// no policy.
    pub(crate) policies: BTreeMap<Text, BTreeMap<String, Option<Document>>>,
    /// The buckets of each user that the spec declares absent.
    pub(crate) buckets_of: BTreeMap<Text, BTreeSet<String>>,
}

/// The layout, keys and permissions of Garage. The default is a node without a layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedGarage {
    pub(crate) layout: ObservedLayout,
    /// True when the key of the provisioning account exists.
    pub(crate) has_own_key: bool,
    /// The buckets that exist of those that the spec names.
    pub(crate) buckets: BTreeSet<String>,
    /// The buckets that have their name for the provisioning account alone, as those that it made by S3.
    pub(crate) without_alias: BTreeSet<String>,
    /// The buckets for whose name the provisioning account has another bucket of its own.
    pub(crate) hidden: BTreeSet<String>,
    /// The permissions of the declared keys and of the provisioning account on all buckets.
    pub(crate) access: BTreeMap<Text, BTreeMap<String, Permissions>>,
}

/// The layout of a Garage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum ObservedLayout {
    /// There is none, and one node that could get one.
    #[default]
    Missing,
    Assigned,
    /// There is none, and a reason why none can be made.
    Unusable(String),
}

impl ObservedGarage {
    pub(crate) fn permissions(&self, key: &Text, bucket: &str) -> Option<&Permissions> {
        self.access.get(key)?.get(bucket)
    }
}
