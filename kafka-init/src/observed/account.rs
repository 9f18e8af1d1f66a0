//! The account that connects: what it may do, and by which ACLs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::desired::{Binding, Operation, Resource};

/// The account that connects, and what the authorizer says of it.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its principal, where it is known.
    pub principal: Option<Principal>,
    /// What it may do with the cluster.
    pub cluster: Operations,
    /// What it may do with each declared topic that is there.
    pub topics: BTreeMap<String, Operations>,
    /// The ACLs of everybody on the cluster and on the declared topics.
    pub acls: BTreeSet<Binding>,
    /// A resource without ACLs may be everybody's: no broker says that it is not.
    pub may_be_everybody: bool,
}

/// Who connects. A name may come from a secret, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal(pub String);

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Principal(…)")
    }
}

/// Operations as Kafka's answers hold them: one bit for each, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Operations(pub i32);

impl Operations {
    /// What a broker answers that was not asked, or cannot say.
    pub(crate) const UNKNOWN: i32 = i32::MIN;

    /// Whether the broker says that an operation is not allowed.
    pub(crate) fn lacks(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && !self.has(operation)
    }

    pub(crate) fn has(self, operation: Operation) -> bool {
        self.0 != Self::UNKNOWN && self.0 & (1 << operation.number()) != 0
    }

    /// Everything that there is to do with such a resource, as a super user may.
    pub(crate) fn is_all(self, resource: Resource) -> bool {
        let all = resource.operations().iter().filter(|operation| **operation != Operation::All);
        self.0 == Self::UNKNOWN || all.into_iter().all(|operation| self.has(*operation))
    }
}
