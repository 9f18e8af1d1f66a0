//! What the spec takes away: access, and only what it names.

use std::collections::BTreeSet;

use super::found::Found;
use crate::change::{Grantee, IdentityChange};
use crate::desired::{Desired, User};
use crate::observed::{Observed, SeenUser};

pub(super) fn taken_away(desired: &Desired, observed: &Observed, found: &mut Found) {
    let unwanted = desired.absent.users.keys().filter(|user| observed.unwanted_users.contains(*user));
    found.changes(unwanted.map(|user| IdentityChange::RemoveUser { user: user.clone() }));
    let unwanted = desired.absent.keys.keys().filter(|key| observed.unwanted_keys.contains(*key));
    found.changes(unwanted.map(|key| IdentityChange::RemoveAccessKey { access_key: key.clone() }));
    for (name, wanted) in &desired.users {
        let policies = detached(wanted, observed.users.get(name));
        if !policies.is_empty() {
            found.change(IdentityChange::DetachPolicies { of: Grantee::User(name.clone()), policies });
        }
    }
    for (name, wanted) in &desired.groups {
        let Some(seen) = observed.groups.get(name) else { continue };
        let members = common(&wanted.removed, &seen.members);
        if !members.is_empty() {
            found.change(IdentityChange::RemoveMembers { group: name.clone(), members });
        }
        let policies = common(&wanted.detached, &seen.policies);
        if !policies.is_empty() {
            found.change(IdentityChange::DetachPolicies { of: Grantee::Group(name.clone()), policies });
        }
    }
}

/// The policies that are taken from a user.
pub(super) fn detached(wanted: &User, seen: Option<&SeenUser>) -> BTreeSet<String> {
    seen.map(|seen| common(&wanted.detached, &seen.policies)).unwrap_or_default()
}

fn common<T: Ord + Clone>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> BTreeSet<T> {
    one.intersection(other).cloned().collect()
}
