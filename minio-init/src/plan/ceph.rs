//! Plans users with policies and keys that own buckets, on Ceph's gateway.

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath, Text};

use super::findings::Findings;
use super::{absent, identity, inline, owners};
use crate::change::IdentityChange;
use crate::desired::{Desired, Level, Status, User};
use crate::observed::{Observed, ObservedOps, ObservedUser};

/// Plans the users, their policies and keys, the owners of buckets, and the removals.
pub(super) fn accounts(
    desired: &Desired,
    existing: &ObservedOps,
    observed: &Observed,
    findings: &mut Findings,
) {
    users(desired, observed, findings);
    inline::policies(desired, existing, findings);
    owners::owners(desired, &existing.owners, findings);
    objects(desired, existing, observed, findings);
    identity::keys(desired, observed, findings);
    absent::removals(desired, observed, findings);
    kept_users(desired, existing, observed, findings);
}

fn users(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, wanted) in &desired.users {
        if observed.used_otherwise.contains(name) {
            let at = SpecPath::root().key("users").key(&wanted.label);
            let problem = "on the server this is the provisioning account, or the access key of another user: choose another one";
            findings.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        match observed.users.get(name) {
            None => findings.change(IdentityChange::CreateUser {
                user: name.clone(),
                status: wanted.status.unwrap_or(Status::Enabled),
                secret: wanted.secret.clone(),
                temporarily_enabled: false,
            }),
            Some(existing) => findings.changes(altered(name, wanted, existing)),
        }
    }
}

fn altered(name: &Text, wanted: &User, existing: &ObservedUser) -> Option<IdentityChange> {
    let status = wanted.status.and_then(|status| Drift::between(Some(existing.status), status));
    let rotate_secret = existing.secret_differs;
    (rotate_secret || status.is_some()).then(|| IdentityChange::AlterUser {
        user: name.clone(),
        rotate_secret,
        status,
        secret: wanted.secret.clone(),
    })
}

/// Adds a conflict for each bucket with objects that gets another owner. The objects keep theirs, so that the new owner
/// of the bucket could not read them.
fn objects(desired: &Desired, existing: &ObservedOps, observed: &Observed, findings: &mut Findings) {
    for (name, user) in &desired.users {
        let first = if observed.users.contains_key(name) {
            ""
        } else {
            "make the user first, in a run without this `access`; then "
        };
        let at = SpecPath::root().key("users").key(&user.label).key("access");
        let owned = user.access.iter().filter(|(_, level)| **level == Level::Owner).map(|(bucket, _)| bucket);
        for bucket in owned.filter(|bucket| existing.with_objects.contains(*bucket)) {
            if existing.owners.get(bucket).is_some_and(|existing| existing.owner != *name) {
                let problem = format!(
                    "the bucket {bucket} has objects, which keep their owner: {first}give them away too, with `radosgw-admin bucket link` \
                     and `radosgw-admin bucket chown`, each with --bucket={bucket} --uid={}",
                    user.label
                );
                findings.conflicts.push(Conflict::new(at.clone(), problem));
            }
        }
    }
}

/// Adds a conflict for each user that the gateway would not remove, or that the run needs.
fn kept_users(desired: &Desired, existing: &ObservedOps, observed: &Observed, findings: &mut Findings) {
    for (name, label) in &desired.absent.users {
        let at = SpecPath::root().key("users").key(label).key("state");
        if observed.used_otherwise.contains(name) {
            let problem = "on the server this is the provisioning account";
            findings.conflicts.push(Conflict::new(at.clone(), problem));
        }
        if let Some(buckets) = existing.buckets_of.get(name) {
            let buckets: Vec<_> = buckets.iter().map(String::as_str).collect();
            let problem = format!(
                "a user that owns buckets is not removed, and this one owns {}: give them to another user in a run before",
                buckets.join(", ")
            );
            findings.conflicts.push(Conflict::new(at, problem));
        }
    }
}
