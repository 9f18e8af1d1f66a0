//! What a server has, in the leaf types of `desired`.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use crate::desired::document::Document;
use crate::desired::{Cors, Lock, Route, Rule, Size, Status, Versioning};

/// What a server has. Its default is one that has nothing.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// All canned policies.
    pub(crate) policies: BTreeMap<String, Document>,
    /// Declared users, and those that the spec refers to.
    pub(crate) users: BTreeMap<Text, SeenUser>,
    pub(crate) groups: BTreeMap<String, SeenGroup>,
    pub(crate) keys: BTreeMap<Text, SeenKey>,
    /// Of those that are to be absent, the users and access keys that are there; an access key with its user.
    pub(crate) unwanted_users: BTreeSet<Text>,
    pub(crate) unwanted_keys: BTreeSet<Text>,
    /// Names of declared users and access keys under which the server has something else: root, an access key (service
    /// account) for a user, or a user for an access key.
    pub(crate) taken: BTreeSet<Text>,
    pub(crate) buckets: BTreeMap<String, SeenBucket>,
    /// Declared buckets that belong to somebody else.
    pub(crate) foreign: BTreeSet<String>,
    /// The account that provisions, read only when the plan could take rights from it; `None` for root too.
    pub(crate) account: Option<SeenAccount>,
    /// A bucket policy also binds accounts that sign. On MinIO it binds only requests without a signature.
    pub(crate) bucket_policies_bind_accounts: bool,
}

/// The user whose rights a run has, with all that gives rights to that user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenAccount {
    /// The provisioning account itself, or the user whose access key (service account) it is.
    pub(crate) user: Text,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) groups: BTreeMap<String, SeenGroup>,
    /// The text of each policy of the user and of its groups.
    pub(crate) documents: BTreeMap<String, Document>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenUser {
    pub(crate) status: Status,
    pub(crate) policies: BTreeSet<String>,
    /// By signing in with the declared one.
    pub(crate) secret_differs: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenGroup {
    pub(crate) status: Status,
    pub(crate) members: BTreeSet<Text>,
    pub(crate) policies: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenKey {
    pub(crate) parent: Text,
    pub(crate) status: Status,
    /// `None` is its user's own rights.
    pub(crate) policy: Option<Document>,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) secret_differs: bool,
}

/// Only what the spec declares is kept, each tag, rule and route of it; the rest is as if unset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeenBucket {
    /// Where it is.
    pub(crate) region: Option<String>,
    pub(crate) versioning: Option<Versioning>,
    pub(crate) lock: Option<Lock>,
    pub(crate) encryption: Option<String>,
    pub(crate) quota: Option<Size>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) lifecycle: BTreeMap<String, SeenRule>,
    pub(crate) policy: Option<Document>,
    pub(crate) notifications: BTreeMap<Route, BTreeSet<String>>,
    pub(crate) cors: Vec<Cors>,
}

/// A rule that a server has: whether it works, and what it means, unless it says more than a spec can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SeenRule {
    pub(crate) status: Status,
    pub(crate) rule: Option<Rule>,
}
