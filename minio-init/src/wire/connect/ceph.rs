//! The rights that a run needs on Ceph's gateway, and the parts of a spec that it does not have, told before anything is
//! written.

use super::unsupported::Unsupported;
use crate::desired::{AccessKey, Desired, User, names, permissions};
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
    let is_admin = own.as_ref().is_some_and(RgwUser::is_admin);
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
    let gives = desired.users.values().find(|user| user.owns_buckets());
    match gives.filter(|_| !is_admin) {
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
        || desired.users.values().any(User::owns_buckets)
        || !desired.absent.users.is_empty();
    // An admin gets at the policies of users without it, and who gives buckets away has to be one.
    let is_admin = own.is_some_and(RgwUser::is_admin) || desired.users.values().any(User::owns_buckets);
    let policies = desired.users.values().any(User::has_inline) && !is_admin;
    [
        ("users", "users=*", desired.names().next().is_some()),
        ("buckets", "buckets=*", buckets),
        ("metadata", "metadata=*", sets_keys),
        ("user-policy", "user-policy=*", policies),
    ]
    .into_iter()
    .filter(|(kind, _, needed)| *needed && !own.is_some_and(|own| own.may(kind)))
    .map(|(_, capability, _)| capability)
    .collect()
}

/// The first part of the spec that the gateway does not have.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let group = desired.groups.keys().next();
    let group = group.map(|name| (format!("groups.{name}"), "a group", "it has no groups"));
    let section = desired.config.keys().next();
    let why = "the configuration of Ceph is set with `ceph config set`";
    let section = section.map(|section| (format!("config.{section}"), "config", why));
    let key = || desired.keys.values().find_map(of_key);
    let policy = || desired.policies.keys().find_map(|name| of_policy(desired, name));
    group.or_else(|| of_labels(desired)).or_else(key).or_else(policy).or(section)
}

/// A uid with a tenant, whose users see the buckets of the tenant alone.
fn of_labels(desired: &Desired) -> Option<Unsupported> {
    let labels = desired.users.values().map(|user| &user.label).chain(desired.absent.users.values());
    let with_tenant = labels.into_iter().find(|label| label.contains('$'))?;
    let why = "a `$` parts the tenant from the uid there, and users of a tenant have buckets of their own";
    Some((format!("users.{with_tenant}"), "this name", why))
}

fn of_policy(desired: &Desired, name: &str) -> Option<Unsupported> {
    if permissions::is_made_of_levels(desired, name) {
        return None;
    }
    let at = format!("policies.{name}");
    if let Err(problem) = names::rgw_policy(name) {
        return Some((at, "this name", problem));
    }
    let has_user = desired.users.values().any(|user| user.policies.contains(name));
    let why = "a policy is a part of a user there: name it in `policies` of a user";
    (!has_user).then_some((at, "a policy without a user", why))
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
