//! Plans users that own buckets, on a server without policies of users.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath, Text};

use super::absent;
use super::findings::Findings;
use crate::change::{BucketChange, IdentityChange};
use crate::desired::{Desired, Level, Status, User};
use crate::observed::{Observed, ObservedAccounts, ObservedOwner};

type Owners = BTreeMap<String, ObservedOwner>;

/// Plans the users, the owners of buckets, and the removals.
pub(super) fn accounts(desired: &Desired, existing: &Owners, observed: &Observed, findings: &mut Findings) {
    users(desired, observed, findings);
    owners(desired, existing, findings);
    absent::removals(desired, observed, findings);
}

fn users(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, wanted) in &desired.users {
        let (user, secret) = (name.clone(), wanted.secret.clone());
        if observed.used_otherwise.contains(name) {
            let at = SpecPath::root().key("users").key(&wanted.label);
            let problem = "on the server this is the name of root: choose another one";
            findings.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        match observed.users.get(name) {
            None => findings.change(IdentityChange::CreateUser {
                user,
                status: Status::Enabled,
                secret,
                temporarily_enabled: false,
            }),
            Some(existing) if existing.secret_differs => {
                findings.change(IdentityChange::AlterUser {
                    user,
                    rotate_secret: true,
                    status: None,
                    secret,
                });
            }
            Some(_) => {}
        }
    }
}

pub(super) fn owners(desired: &Desired, existing: &Owners, findings: &mut Findings) {
    let mut wanted: BTreeMap<&String, &Text> = BTreeMap::new();
    for (name, user) in &desired.users {
        let at = SpecPath::root().key("users").key(&user.label).key("access");
        let mut conflict = |problem: String| findings.conflicts.push(Conflict::new(at.clone(), problem));
        for (bucket, _) in user.access.iter().filter(|(_, level)| **level == Level::Owner) {
            if let Some(other) = wanted.insert(bucket, name) {
                conflict(format!("a bucket has one owner on this server, and {bucket} is also for {other}"));
            }
            match existing.get(bucket).filter(|existing| existing.owner != *name) {
                Some(existing) => lost(desired, bucket, existing).into_iter().for_each(&mut conflict),
                None if !desired.buckets.contains_key(bucket) && !existing.contains_key(bucket) => {
                    conflict(format!("the bucket {bucket} is neither declared here nor on the server"));
                }
                None => {}
            }
        }
    }
    for (bucket, owner) in wanted {
        let from = existing.get(bucket).map(|existing| existing.owner.clone());
        let owner = Drift::between(from, owner.clone());
        findings.changes(owner.map(|owner| BucketChange::SetOwner { bucket: bucket.clone(), owner }));
    }
}

/// The parts of a bucket that the server removes with its owner and that the spec does not have.
fn lost(desired: &Desired, bucket: &str, existing: &ObservedOwner) -> Vec<String> {
    let declared = desired.buckets.get(bucket).is_some_and(|bucket| bucket.access.is_some());
    let policy = format!(
        "the server removes the bucket policy of {bucket} with its owner: declare it in `buckets.{bucket}.policy`, so that it is set again"
    );
    let grants = format!(
        "the server removes the grants in the ACL of {bucket} with its owner: make a bucket policy of them, and remove them first"
    );
    let lost = [(existing.has_policy && !declared, policy), (existing.has_grants, grants)];
    lost.into_iter().filter(|(lost, _)| *lost).map(|(_, problem)| problem).collect()
}

/// True when a bucket gets another owner, with whom it loses its policy.
pub(super) fn changes_owner(desired: &Desired, observed: &Observed, bucket: &str) -> bool {
    let ObservedAccounts::Owners(owners) = &observed.accounts else { return false };
    let Some(existing) = owners.get(bucket) else { return false };
    let given = |(name, user): (&Text, &User)| {
        *name != existing.owner && user.access.get(bucket) == Some(&Level::Owner)
    };
    desired.users.iter().any(given)
}
