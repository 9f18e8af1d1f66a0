//! The state of what the spec declares, as it was read from the server, in the types of `desired`.

mod accounts;

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use crate::desired::document::Document;
use crate::desired::{Cors, Expiry, Lock, Place, Route, Rule, Section, Size, Status, Versioning};
use crate::desired::{ReplicaRoute, ReplicaRule};

pub(crate) use accounts::{ObservedAccounts, ObservedGarage, ObservedLayout, ObservedOps, ObservedOwner};

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
    /// The users and groups of the LDAP directory.
    pub(crate) ldap: ObservedLdap,
    pub(crate) accounts: ObservedAccounts,
    /// The declared tiers.
    pub(crate) tiers: BTreeMap<String, ObservedTier>,
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

/// The state on the server of the declared users and groups of the LDAP directory, by their names in the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ObservedLdap {
    /// The attached policies of each user.
    pub(crate) users: BTreeMap<String, BTreeSet<String>>,
    /// The attached policies of each group.
    pub(crate) groups: BTreeMap<String, BTreeSet<String>>,
    /// The access keys (service accounts) of each user that declared ones belong to.
    pub(crate) keys: BTreeMap<String, BTreeSet<String>>,
    /// The users that declared access keys belong to and the directory does not have.
    pub(crate) unknown: BTreeSet<String>,
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

impl ObservedAccessKey {
    /// An enabled access key with nothing but a secret key.
    pub(crate) fn bare(parent: Text, secret_differs: bool) -> Self {
        Self {
            parent,
            status: Status::Enabled,
            policy: None,
            name: String::new(),
            description: String::new(),
            expires: Expiry::Never,
            secret_differs,
        }
    }
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
