//! A server in memory: what a change makes of what is there.

use std::collections::BTreeSet;

use init_core::Text;

use crate::change::{AccessKeyDrift, BucketChange, Change, Grantee, IdentityChange, NewAccessKey};
use crate::desired::{Lock, Status, Versioning};
use crate::observed::{Observed, SeenBucket, SeenGroup, SeenKey, SeenUser};
use crate::wire::s3;
use crate::wire::xml::Element;

/// What a server is like after a change.
pub(crate) fn step(observed: &mut Observed, change: &Change) {
    match change.clone() {
        Change::Identity(change) => step_identity(observed, change),
        Change::Bucket(change) => step_bucket(observed, change),
    }
}

fn step_identity(observed: &mut Observed, change: IdentityChange) {
    match change {
        IdentityChange::CreatePolicy { policy, document } => {
            observed.policies.insert(policy, document);
        }
        IdentityChange::AlterPolicy { policy, document } => {
            observed.policies.insert(policy, document.to);
        }
        IdentityChange::CreateUser { user, status, temporarily_enabled, .. } => {
            let status = if temporarily_enabled { Status::Enabled } else { status };
            let seen = SeenUser { status, policies: BTreeSet::new(), secret_differs: false };
            observed.users.insert(user, seen);
        }
        IdentityChange::EnableUserTemporarily { user } | IdentityChange::AlterUser { user, .. } => {
            set_user(observed, &user, Status::Enabled);
        }
        IdentityChange::DisableUser { user, .. } => set_user(observed, &user, Status::Disabled),
        IdentityChange::CreateGroup { group, members } => {
            let seen = SeenGroup { status: Status::Enabled, members, policies: BTreeSet::new() };
            observed.groups.insert(group, seen);
        }
        IdentityChange::AddMembers { group, members } => {
            observed.groups.get_mut(&group).unwrap().members.extend(members);
        }
        IdentityChange::AlterGroup { group, status } => {
            observed.groups.get_mut(&group).unwrap().status = status.to;
        }
        IdentityChange::AttachPolicies { to, policies } => attach(observed, &to, policies),
        IdentityChange::CreateAccessKey(key) => create_key(observed, key),
        IdentityChange::AlterAccessKey(key) => alter_key(observed, key),
        IdentityChange::DetachPolicies { of: Grantee::User(user), policies } => {
            let seen = observed.users.get_mut(&user).unwrap();
            assert_eq!(seen.status, Status::Enabled, "nothing detaches from a disabled user");
            seen.policies.retain(|policy| !policies.contains(policy));
        }
        IdentityChange::DetachPolicies { of: Grantee::Group(group), policies } => {
            let seen = observed.groups.get_mut(&group).unwrap();
            seen.policies.retain(|policy| !policies.contains(policy));
        }
        IdentityChange::RemoveMembers { group, members } => {
            let seen = observed.groups.get_mut(&group).unwrap();
            seen.members.retain(|member| !members.contains(member));
        }
        IdentityChange::RemoveAccessKey { access_key } => {
            assert!(observed.unwanted_keys.remove(&access_key));
        }
        IdentityChange::RemoveUser { user } => assert!(observed.unwanted_users.remove(&user)),
    }
}

fn create_key(observed: &mut Observed, key: NewAccessKey) {
    let seen = SeenKey {
        parent: key.user,
        status: key.status.unwrap_or_default(),
        policy: key.document,
        name: key.name.unwrap_or_default(),
        description: key.description.unwrap_or_default(),
        secret_differs: false,
    };
    observed.keys.insert(key.access_key, seen);
}

fn alter_key(observed: &mut Observed, key: AccessKeyDrift) {
    let seen = observed.keys.get_mut(&key.access_key).unwrap();
    // An update without a policy removes the one that was there.
    seen.policy = key.document;
    seen.secret_differs = false;
    seen.name = key.name.map_or(seen.name.clone(), |drift| drift.to);
    seen.description = key.description.map_or(seen.description.clone(), |drift| drift.to);
    seen.status = key.status.map_or(seen.status, |drift| drift.to);
}

fn set_user(observed: &mut Observed, user: &Text, status: Status) {
    let seen = observed.users.get_mut(user).unwrap();
    seen.status = status;
    seen.secret_differs = false;
}

fn attach(observed: &mut Observed, to: &Grantee, policies: BTreeSet<String>) {
    match to {
        Grantee::User(user) => {
            let seen = observed.users.get_mut(user).unwrap();
            assert_eq!(seen.status, Status::Enabled, "nothing attaches to a disabled user");
            seen.policies.extend(policies);
        }
        Grantee::Group(group) => observed.groups.get_mut(group).unwrap().policies.extend(policies),
    }
}

fn step_bucket(observed: &mut Observed, change: BucketChange) {
    let read = |text: String| Element::parse(text.as_bytes()).unwrap();
    match change {
        BucketChange::CreateBucket { bucket, object_lock, region } => {
            let versioning = object_lock.then_some(Versioning::Enabled);
            *seen(observed, bucket) = SeenBucket {
                region,
                versioning,
                lock: object_lock.then_some(Lock::NoRetention),
                ..SeenBucket::default()
            };
        }
        BucketChange::SetVersioning { bucket, versioning } => {
            seen(observed, bucket).versioning = Some(versioning.to);
        }
        BucketChange::SetObjectLock { bucket, lock } => seen(observed, bucket).lock = Some(lock.to),
        BucketChange::SetEncryption { bucket, algorithm, .. } => {
            seen(observed, bucket).encryption = Some(algorithm.to);
        }
        BucketChange::SetQuota { bucket, quota } => seen(observed, bucket).quota = Some(quota.to),
        BucketChange::SetTags { bucket, tags } => {
            let ours = tags.iter().map(|(key, drift)| (key, &drift.to));
            seen(observed, bucket).tags.extend(s3::tags(&read(s3::tags_xml(ours))));
        }
        BucketChange::SetLifecycle { bucket, rules } => {
            let ours = rules.iter().map(|(id, drift)| (id, &drift.to));
            seen(observed, bucket).lifecycle.extend(s3::lifecycle(&read(s3::lifecycle_xml([], ours))));
        }
        BucketChange::SetBucketPolicy { bucket, document, .. } => seen(observed, bucket).policy = document,
        BucketChange::SetNotifications { bucket, routes } => {
            let ours = routes.iter().map(|routed| (&routed.route, &routed.events.to));
            let routes = s3::notifications(&read(s3::notifications_xml([], ours)));
            seen(observed, bucket).notifications.extend(routes);
        }
        BucketChange::SetCors { bucket, rules } => seen(observed, bucket).cors = rules.to,
    }
}

fn seen(observed: &mut Observed, bucket: String) -> &mut SeenBucket {
    observed.buckets.entry(bucket).or_default()
}
