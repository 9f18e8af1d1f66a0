//! The policies of a user on a server where each user has policies of its own (inline policies), as on Ceph's gateway.

use std::collections::{BTreeMap, BTreeSet};

use super::document::Document;
use super::{Desired, Level, User, access};

/// The name of the policy of a user's levels. It does not have the name of the user, because a policy's name there has
/// fewer characters than that of a user.
pub(crate) const OF_LEVELS: &str = "dayzero-access";

impl User {
    /// The policies that the user should have. A document is `None` where the spec has none, so that a policy of this
    /// name has to be there. A bucket that belongs to the user needs none.
    pub(crate) fn inline(&self, desired: &Desired) -> BTreeMap<String, Option<Document>> {
        let named = self.policies.iter().filter(|policy| !self.is_of_levels(policy));
        let named = named.map(|policy| (policy.clone(), desired.policies.get(policy).cloned()));
        let levels = self.levels_without_owner();
        // A part of levels that have been checked as a whole has room in a policy, too.
        let levels = (!levels.is_empty()).then(|| (OF_LEVELS.to_owned(), access::policy(&levels).ok()));
        named.chain(levels).collect()
    }

    /// The policies that are removed from the user.
    pub(crate) fn not_inline(&self) -> BTreeSet<String> {
        let (levels, named): (BTreeSet<_>, BTreeSet<_>) =
            self.detached.iter().cloned().partition(|policy| self.is_of_levels(policy));
        let declares_levels = !levels.is_empty() || !self.access.is_empty();
        let none = declares_levels && self.levels_without_owner().is_empty();
        named.into_iter().chain(none.then(|| OF_LEVELS.to_owned())).collect()
    }

    /// True for a user of which the spec says something about its policies.
    pub(crate) fn has_inline(&self) -> bool {
        !self.policies.is_empty() || !self.detached.is_empty() || !self.access.is_empty()
    }

    /// True for a user that gets a bucket as its owner.
    pub(crate) fn owns_buckets(&self) -> bool {
        self.access.values().any(|level| *level == Level::Owner)
    }

    fn is_of_levels(&self, policy: &str) -> bool {
        policy == access::policy_name(&self.label)
    }

    fn levels_without_owner(&self) -> BTreeMap<String, Level> {
        let levels = self.access.iter().filter(|(_, level)| **level != Level::Owner);
        levels.map(|(bucket, level)| (bucket.clone(), *level)).collect()
    }
}
