//! Changes of memberships.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{Show, detail, details_text};
use crate::desired::Membership;

/// The role and the member of a membership.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Members {
    /// The role that has members.
    pub role: String,
    /// The member.
    pub member: String,
}

/// A new membership.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantRole {
    /// The role and the member.
    pub of: Members,
    /// The options, as far as they are declared.
    pub options: Membership,
}

/// A membership whose options differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterMembership {
    /// The role and the member.
    pub of: Members,
    /// The options that differ.
    pub options: Membership<Drift<bool>>,
    /// The grantors whose grants of the membership are altered.
    pub grantors: BTreeSet<String>,
}

impl Members {
    /// The subject of the change: the member, within the role.
    fn subject(&self) -> Subject {
        Subject::new("membership", &self.member).within(&self.role)
    }
}

impl Display for GrantRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = details_text(&options(&self.options));
        write!(f, "grant role {} to {}{details}", self.of.role, self.of.member)
    }
}

impl Show for GrantRole {
    fn subject(&self) -> Subject {
        self.of.subject()
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .to_some("admin", self.options.admin)
            .to_some("inherit", self.options.inherit)
            .to_some("set", self.options.set)
    }
}

impl Display for AlterMembership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = details_text(&options(&self.options));
        write!(f, "alter membership of {} in {}{details}", self.of.member, self.of.role)
    }
}

impl Show for AlterMembership {
    fn subject(&self) -> Subject {
        self.of.subject()
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .drifts("admin", self.options.admin.as_ref())
            .drifts("inherit", self.options.inherit.as_ref())
            .drifts("set", self.options.set.as_ref())
    }
}

fn options<B: Display>(Membership { admin, inherit, set }: &Membership<B>) -> Vec<String> {
    let all =
        [detail("admin", admin.as_ref()), detail("inherit", inherit.as_ref()), detail("set", set.as_ref())];
    all.into_iter().flatten().collect()
}
