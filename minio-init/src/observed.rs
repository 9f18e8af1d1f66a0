//! The state of what the spec declares, as it was read from the server, in the types of `desired`.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use crate::desired::document::Document;
use crate::desired::{
    Cors, Expiry, Lock, Permissions, Place, Route, Rule, Section, Size, Status, Versioning,
};
use crate::desired::{ReplicaRoute, ReplicaRule};

/// The observed state of a server. The default is an empty server.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The canned policies that the spec declares or refers to.
    pub(crate) policies: BTreeMap<String, Document>,
    /// The declared users, and those that the spec refers to.
    pub(crate) users: BTreeMap<Text, ObservedUser>,
    pub(crate) groups: BTreeMap<String, ObservedGroup>,
    pub(crate) keys: BTreeMap<Text, ObservedAccessKey>,
    /// The users and access keys that exist although the spec declares them absent.
    pub(crate) unwanted_users: BTreeSet<Text>,
    pub(crate) unwanted_keys: BTreeSet<Text>,
    /// The names of declared users and access keys that the server uses for something else: root, an access key
    /// (service account) in the place of a user, or a user in the place of an access key.
    pub(crate) used_otherwise: BTreeSet<Text>,
    /// The owner of each bucket, on a server whose users own buckets and have no policies.
    pub(crate) owners: Option<BTreeMap<String, ObservedOwner>>,
    /// The declared tiers.
    pub(crate) tiers: BTreeMap<String, ObservedTier>,
    /// The layout, keys and permissions of Garage, where the spec has its admin API.
    pub(crate) garage: Option<ObservedGarage>,
    pub(crate) buckets: BTreeMap<String, ObservedBucket>,
    /// The declared buckets that belong to another account.
    pub(crate) owned_by_others: BTreeSet<String>,
    /// The declared sections of the server's configuration.
    pub(crate) config: BTreeMap<Section, ObservedSection>,
    /// The rights of the provisioning account, read only when the plan could take some of them; `None` for root too.
    pub(crate) account: Option<ObservedAccount>,
    /// True when a bucket policy also applies to signed requests. On MinIO it applies only to requests without a
    /// signature.
    pub(crate) bucket_policies_bind_accounts: bool,
}

/// The user whose rights the provisioning account has, and the policies and groups that they come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedAccount {
    /// The provisioning account itself, or the parent user of the access key (service account) that it is.
    pub(crate) user: Text,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) groups: BTreeMap<String, ObservedGroup>,
    /// The document of each policy of the user and of its groups.
    pub(crate) documents: BTreeMap<String, Document>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedUser {
    pub(crate) status: Status,
    pub(crate) policies: BTreeSet<String>,
    /// True when a request that is signed with the declared secret key is refused.
    pub(crate) secret_differs: bool,
}

/// The owner of a bucket, and what the server removes with the owner, read where the spec names another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedOwner {
    pub(crate) owner: Text,
    pub(crate) has_policy: bool,
    /// True when its ACL has grants to others.
    pub(crate) has_grants: bool,
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

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedGroup {
    pub(crate) status: Status,
    pub(crate) members: BTreeSet<Text>,
    pub(crate) policies: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedAccessKey {
    pub(crate) parent: Text,
    pub(crate) status: Status,
    /// The policy that restricts it; `None` leaves it the rights of its user.
    pub(crate) policy: Option<Document>,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) expires: Expiry,
    pub(crate) secret_differs: bool,
}

/// An existing tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ObservedTier {
    Known {
        place: Place,
        access_key: Text,
        /// True when the other server refuses the credentials that this server has.
        secret_refused: bool,
    },
    /// A tier of a type that a spec cannot express, by its name in MinIO.
    OtherType(String),
}

/// An existing bucket, with only those tags, rules and routes that the spec declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedBucket {
    /// The region.
    pub(crate) region: Option<String>,
    pub(crate) versioning: Option<Versioning>,
    pub(crate) lock: Option<Lock>,
    pub(crate) encryption: Option<String>,
    pub(crate) quota: Option<Size>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) lifecycle: BTreeMap<String, ObservedRule>,
    pub(crate) policy: Option<Document>,
    pub(crate) notifications: BTreeMap<Route, BTreeSet<String>>,
    pub(crate) replication: ObservedReplication,
    pub(crate) cors: Vec<Cors>,
}

/// An existing lifecycle rule: its status, and its content unless a spec cannot express it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedRule {
    pub(crate) status: Status,
    pub(crate) rule: Option<Rule>,
}

/// The replication of an existing bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedReplication {
    /// The targets by the URL of their server.
    pub(crate) targets: BTreeMap<String, ObservedTarget>,
    pub(crate) rules: BTreeMap<ReplicaRoute, ReplicaRule>,
    /// The priorities of rules that the spec does not declare.
    pub(crate) other_priorities: BTreeSet<u32>,
}

/// An existing target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObservedTarget {
    pub(crate) bucket: String,
    pub(crate) access_key: Text,
    /// True when the other server refuses the credentials that this server has.
    pub(crate) refused: bool,
}

/// An existing section of the server's configuration, compared with the declared keys. Its values are not kept, because
/// any of them may be a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedSection {
    /// The declared keys that have other values.
    pub(crate) differing: BTreeSet<String>,
    /// The declared keys that a variable of the server's environment sets.
    pub(crate) environment: BTreeMap<String, EnvironmentSetting>,
    /// True when the section is configured and switched off.
    pub(crate) disabled: bool,
}

/// A variable of the server's environment, which is in effect whatever is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvironmentSetting {
    pub(crate) variable: String,
    /// True when its value is not the declared one.
    pub(crate) differs: bool,
}
