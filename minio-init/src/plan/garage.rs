//! Plans the layout of Garage, its keys and their permissions on buckets.

use std::collections::BTreeMap;

use init_core::{Conflict, SpecPath, Text};

use super::findings::Findings;
use crate::change::{BucketChange, DeletedKey, GarageChange};
use crate::desired::{Desired, Level, Permissions, User};
use crate::observed::{Observed, ObservedGarage, ObservedLayout};

/// The display name of the key that provisions, where this program makes it.
const OWN_NAME: &str = "minio-init";

pub(super) fn accounts(
    desired: &Desired,
    existing: &ObservedGarage,
    observed: &Observed,
    findings: &mut Findings,
) {
    layout(desired, existing, findings);
    keys(desired, observed, existing, findings);
    let missing = existing.without_alias.iter().filter(|bucket| desired.buckets.contains_key(*bucket));
    findings.changes(missing.map(|bucket| BucketChange::AddAlias { bucket: bucket.clone() }));
    hidden(desired, existing, findings);
    own_permissions(desired, existing, findings);
    for (name, user) in &desired.users {
        check_buckets(desired, existing, user, findings);
        if let Some(wanted) = user.permissions() {
            permissions(name, &wanted, existing, findings);
        }
    }
}

fn layout(desired: &Desired, existing: &ObservedGarage, findings: &mut Findings) {
    let at = || SpecPath::root().key("garage").key("layout");
    match (&existing.layout, desired.garage_layout()) {
        (ObservedLayout::Missing, Some(layout)) => {
            findings.change(GarageChange::AssignLayout(layout.clone()));
        }
        (ObservedLayout::Unusable(problem), Some(_)) => {
            findings.conflicts.push(Conflict::new(at(), problem.clone()));
        }
        // A layout that exists is left as it is, and without one the connection is not ready.
        (ObservedLayout::Assigned, _) | (_, None) => {}
    }
}

fn keys(desired: &Desired, observed: &Observed, existing: &ObservedGarage, findings: &mut Findings) {
    let import = |key: &Text, name: &str, secret: &init_core::SecretRef| GarageChange::ImportKey {
        key: key.clone(),
        name: name.to_owned(),
        secret: secret.clone(),
    };
    if !existing.has_own_key {
        findings.change(import(&desired.server.access_key, OWN_NAME, &desired.server.secret_key));
    }
    for (name, wanted) in &desired.users {
        match observed.users.get(name) {
            None => findings.change(import(name, &wanted.label, &wanted.secret)),
            Some(existing) if existing.secret_differs => {
                let at = SpecPath::root().key("users").key(&wanted.label).key("secretKey");
                findings.conflicts.push(Conflict::new(at, SECRET));
            }
            Some(_) => {}
        }
    }
    let unwanted = desired.absent.users.keys().filter(|key| observed.unwanted_users.contains(*key));
    findings.changes(unwanted.map(|key| DeletedKey { key: key.clone() }));
}

const SECRET: &str = "the key has another secret key on the server, and Garage changes no secret key: declare a new access key with the \
     new secret key, and this one with `state: absent` when nothing uses it any more";

/// A bucket that the provisioning account cannot reach, because it has another one by the same name.
fn hidden(desired: &Desired, existing: &ObservedGarage, findings: &mut Findings) {
    for (bucket, _) in desired.buckets.iter().filter(|(name, _)| existing.hidden.contains(*name)) {
        let problem = "the provisioning account has another bucket of this name for itself: take that name away with `garage bucket unalias --local`, \
                       or choose another";
        findings.conflicts.push(Conflict::new(SpecPath::root().key("buckets").key(bucket), problem));
    }
}

/// The provisioning account needs all permissions on the buckets whose properties are read and written by S3.
fn own_permissions(desired: &Desired, existing: &ObservedGarage, findings: &mut Findings) {
    let own = &desired.server.access_key;
    for (bucket, _) in desired.buckets.iter().filter(|(_, bucket)| bucket.needs_s3()) {
        allow(bucket, own, &Level::Owner.permissions(), existing.permissions(own, bucket), findings);
    }
}

fn check_buckets(desired: &Desired, existing: &ObservedGarage, user: &User, findings: &mut Findings) {
    let is_known =
        |bucket: &String| desired.buckets.contains_key(bucket) || existing.buckets.contains(bucket);
    for bucket in user.access.keys().filter(|bucket| !is_known(bucket)) {
        let at = SpecPath::root().key("users").key(&user.label).key("access");
        let problem = format!("the bucket {bucket} is neither declared here nor on the server");
        findings.conflicts.push(Conflict::new(at, problem));
    }
}

/// Gives a key what the spec says, and takes away all other permissions, because `access` is the whole of them.
fn permissions(
    key: &Text,
    wanted: &BTreeMap<&String, Permissions>,
    existing: &ObservedGarage,
    findings: &mut Findings,
) {
    for (bucket, wanted) in wanted {
        allow(bucket, key, wanted, existing.permissions(key, bucket), findings);
    }
    for (bucket, now) in existing.access.get(key).into_iter().flatten() {
        let nothing = Permissions::new();
        let permissions: Permissions =
            now.difference(wanted.get(&bucket).unwrap_or(&nothing)).copied().collect();
        if !permissions.is_empty() {
            let (bucket, key) = (bucket.clone(), key.clone());
            findings.change(BucketChange::DenyKey { bucket, key, permissions });
        }
    }
}

fn allow(bucket: &str, key: &Text, wanted: &Permissions, now: Option<&Permissions>, findings: &mut Findings) {
    let nothing = Permissions::new();
    let permissions: Permissions = wanted.difference(now.unwrap_or(&nothing)).copied().collect();
    if !permissions.is_empty() {
        let (bucket, key) = (bucket.to_owned(), key.clone());
        findings.change(BucketChange::AllowKey { bucket, key, permissions });
    }
}
