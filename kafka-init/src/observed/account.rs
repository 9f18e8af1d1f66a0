//! The provisioning account: its permissions, and the ACLs that they come from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use init_core::Text;

use crate::desired::{Binding, Operation, Resource};

/// The provisioning account, and the operations that the authorizer allows it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its principal, where that is known.
    pub principal: Option<Principal>,
    /// The operations that it may do on the cluster.
    pub cluster: Operations,
    /// The operations that it may do on each declared topic that exists.
    pub topics: BTreeMap<String, Operations>,
    /// The ACLs of all principals on the cluster and on the declared topics.
    pub acls: BTreeSet<Binding>,
    /// True unless every broker is known not to set `allow.everyone.if.no.acl.found`; without it, a resource without
    /// ACLs is closed.
    pub may_allow_everyone: bool,
}

/// The principal of the provisioning account. The name may come from a secret, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal(pub Text);

impl Principal {
    /// The name of its user.
    pub(crate) fn user(&self) -> Option<Text> {
        match &self.0 {
            Text::Plain(principal) => {
                principal.strip_prefix("User:").map(|name| Text::Plain(name.to_owned()))
            }
            Text::Secret(_) => Some(self.0.clone()),
        }
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Principal(…)")
    }
}

/// A set of operations as Kafka's responses encode it: one bit for each operation, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations(pub i32);

impl Operations {
    /// The value that a broker returns when it was not asked for operations or cannot tell them.
    pub(crate) const UNKNOWN: i32 = i32::MIN;

    /// True when the broker says that an operation is not allowed.
    pub(crate) fn denies(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && !self.has(operation)
    }

    pub(crate) fn has(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && self.0 & (1 << operation.number()) != 0
    }

    /// True when every operation on such a resource is allowed, as it is for a super user.
    pub(crate) fn is_all(self, resource: Resource) -> bool {
        let all = resource.operations().iter().filter(|operation| **operation != Operation::All);
        self.0 == Self::UNKNOWN || all.into_iter().all(|operation| self.has(*operation))
    }
}
