//! Plans removals: users, access keys, memberships and attached policies that the spec declares absent.

use std::collections::BTreeSet;

use super::findings::Findings;
use crate::change::{Grantee, IdentityChange};
use crate::desired::{Desired, User};
use crate::observed::{Observed, ObservedUser};

pub(super) fn removals(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    let unwanted = desired.absent.users.keys().filter(|user| observed.unwanted_users.contains(*user));
    findings.changes(unwanted.map(|user| IdentityChange::RemoveUser { user: user.clone() }));
    let unwanted = desired.absent.keys.keys().filter(|key| observed.unwanted_keys.contains(*key));
    findings.changes(unwanted.map(|key| IdentityChange::RemoveAccessKey { access_key: key.clone() }));
    for (name, wanted) in &desired.users {
        let policies = detached(wanted, observed.users.get(name));
        if !policies.is_empty() {
            findings.change(IdentityChange::DetachPolicies { of: Grantee::User(name.clone()), policies });
        }
    }
    for (name, wanted) in &desired.groups {
        let Some(existing) = observed.groups.get(name) else { continue };
        let members = common(&wanted.removed, &existing.members);
        if !members.is_empty() {
            findings.change(IdentityChange::RemoveMembers { group: name.clone(), members });
        }
        let policies = common(&wanted.detached, &existing.policies);
        if !policies.is_empty() {
            findings.change(IdentityChange::DetachPolicies { of: Grantee::Group(name.clone()), policies });
        }
    }
}

/// The policies that are detached from a user.
pub(super) fn detached(wanted: &User, existing: Option<&ObservedUser>) -> BTreeSet<String> {
    existing.map(|existing| common(&wanted.detached, &existing.policies)).unwrap_or_default()
}

fn common<T: Ord + Clone>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> BTreeSet<T> {
    one.intersection(other).cloned().collect()
}
