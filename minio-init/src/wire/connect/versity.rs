//! The parts of a spec's accounts that Versity's gateway does not have, told before anything is written.

use super::unsupported::Unsupported;
use crate::desired::{Desired, Level, User, access, permissions};

const POLICIES: &str = "its users have no policies: write `access` with the level `owner`, or a bucket policy that names them in Principal";

/// The first part of the spec that a server whose users own buckets does not have.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let policy = desired.policies.keys().find(|name| !permissions::is_made_of_levels(desired, name));
    let policy = policy.map(|name| (format!("policies.{name}"), "a policy of users", POLICIES));
    let group = desired.groups.keys().next();
    let group = group.map(|name| (format!("groups.{name}"), "a group", "it has no groups"));
    let label = desired.keys.values().map(|key| &key.label).chain(desired.absent.keys.values()).next();
    let why = "a user has one secret key there, and no access keys beside it";
    let key = label.map(|label| (format!("accessKeys.{label}"), "an access key", why));
    policy.or(group).or(key).or_else(|| desired.users.values().find_map(of_user))
}

fn of_user(user: &User) -> Option<Unsupported> {
    let at = |field: &str| format!("users.{}.{field}", user.label);
    let own = access::policy_name(&user.label);
    if user.policies.iter().chain(&user.detached).any(|policy| *policy != own) {
        return Some((at("policies"), "a policy of users", POLICIES));
    }
    if user.status.is_some() {
        return Some((at("status"), "status", "its users cannot be disabled: write `state: absent`"));
    }
    let (bucket, _) = user.access.iter().find(|(_, level)| **level != Level::Owner)?;
    let why =
        "a bucket has one owner there, and others get in by a bucket policy that names them in Principal";
    Some((at(&format!("access, bucket {bucket}")), "a level other than `owner`", why))
}
