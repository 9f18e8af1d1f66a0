//! The rights that a run needs on Ceph's gateway, and the parts of a spec that it does not have, told before anything is
//! written.

use super::unsupported::Unsupported;
use crate::desired::{AccessKey, Desired, Level, User, access, permissions};
use crate::error::Error;
use crate::wire::ceph::{Own, RgwUser};
use crate::wire::client::Client;

/// True when the spec has something that the admin ops API is needed for.
pub(super) fn needs_admin_ops(desired: &Desired) -> bool {
    desired.names().next().is_some() || desired.buckets.values().any(|bucket| bucket.quota.is_some())
}

/// Fails when the provisioning account lacks a capability, or the access to buckets that it gives away.
pub(super) async fn check_account(client: &Client, desired: &Desired) -> Result<(), Error> {
    if !needs_admin_ops(desired) {
        return Ok(());
    }
    let own = match client.rgw_own().await? {
        Own::Known(own) => Some(own),
        Own::Refused => None,
        Own::NoApi => {
            let endpoint = client.endpoint().clone();
            return Err(Error::NoAdminApi { endpoint, kind: client.kind(), needed: "users or quotas" });
        }
    };
    let missing = missing_capabilities(own.as_ref(), desired);
    let uid = own.as_ref().map_or("UID", |own| own.user_id.as_str());
    let refused = |lacks: String, command: String| Error::NotPermitted {
        endpoint: client.endpoint().clone(),
        lacks,
        remedy: format!("run `radosgw-admin {command}`"),
    };
    if !missing.is_empty() {
        let lacks = format!("the capabilities {}", missing.join(", "));
        return Err(refused(lacks, format!("caps add --uid={uid} --caps='{}'", missing.join(";"))));
    }
    let gives = desired.users.values().find(|user| !user.access.is_empty());
    match gives.filter(|_| !own.as_ref().is_some_and(RgwUser::is_admin)) {
        None => Ok(()),
        Some(user) => {
            let lacks = format!("access to the buckets that users.{}.access gives away", user.label);
            Err(refused(lacks, format!("user modify --uid={uid} --admin")))
        }
    }
}

fn missing_capabilities(own: Option<&RgwUser>, desired: &Desired) -> Vec<&'static str> {
    let sets_keys = !desired.users.is_empty() || !desired.keys.is_empty();
    let buckets = desired.buckets.values().any(|bucket| bucket.quota.is_some())
        || desired.users.values().any(|user| !user.access.is_empty())
        || !desired.absent.users.is_empty();
    [
        ("users", "users=*", desired.names().next().is_some()),
        ("buckets", "buckets=*", buckets),
        ("metadata", "metadata=*", sets_keys),
    ]
    .into_iter()
    .filter(|(kind, _, needed)| *needed && !own.is_some_and(|own| own.may(kind)))
    .map(|(_, capability, _)| capability)
    .collect()
}

const POLICIES: &str = "its users have no policies here: write `access` with the level `owner`, or a bucket policy that names them in Principal (arn:aws:iam:::user/NAME)";

/// The first part of the spec that the gateway does not have.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let policy = desired.policies.keys().find(|name| !permissions::is_made_of_levels(desired, name));
    let policy = policy.map(|name| (format!("policies.{name}"), "a policy of users", POLICIES));
    let group = desired.groups.keys().next();
    let group = group.map(|name| (format!("groups.{name}"), "a group", "it has no groups"));
    let section = desired.config.keys().next();
    let why = "the configuration of Ceph is set with `ceph config set`";
    let section = section.map(|section| (format!("config.{section}"), "config", why));
    let user = || desired.users.values().find_map(of_user);
    let key = || desired.keys.values().find_map(of_key);
    policy.or(group).or_else(user).or_else(key).or(section)
}

fn of_user(user: &User) -> Option<Unsupported> {
    let at = |field: &str| format!("users.{}.{field}", user.label);
    let own = access::policy_name(&user.label);
    if user.policies.iter().chain(&user.detached).any(|policy| *policy != own) {
        return Some((at("policies"), "a policy of users", POLICIES));
    }
    let (bucket, _) = user.access.iter().find(|(_, level)| **level != Level::Owner)?;
    let why = "a bucket has one owner there, and others get in by a bucket policy that names them in Principal (arn:aws:iam:::user/NAME)";
    Some((at(&format!("access, bucket {bucket}")), "a level other than `owner`", why))
}

fn of_key(key: &AccessKey) -> Option<Unsupported> {
    let fields = [
        (key.policy.is_some(), "policy"),
        (key.name.is_some(), "name"),
        (key.description.is_some(), "description"),
        (key.status.is_some(), "status"),
        (key.expires.is_some(), "expires"),
    ];
    let (_, field) = fields.into_iter().find(|(given, _)| *given)?;
    let why = "a key there has a secret key and the rights of its user, and nothing else";
    Some((format!("accessKeys.{}.{field}", key.label), "this field", why))
}
