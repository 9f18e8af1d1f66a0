//! A model of a server in memory, to which changes are applied.

mod garage;

pub(crate) use garage::{OWN, garage, new_garage};

use std::collections::BTreeSet;

use init_core::Text;

use crate::change::{
    AccessKeyDrift, BucketChange, Change, Grantee, IdentityChange, NewAccessKey, NotificationChange,
    ReplicationChange, RuleDrift, TierChange,
};
use crate::desired::{Lock, ReplicaRule, Status, Versioning};
use crate::observed::{
    Observed, ObservedAccessKey, ObservedAccounts, ObservedBucket, ObservedGroup, ObservedOwner,
    ObservedSection, ObservedTarget, ObservedTier, ObservedUser,
};
use crate::wire::s3;
use crate::wire::xml::Element;

/// The state of a server after a change.
pub(crate) fn apply_change(observed: &mut Observed, change: &Change) {
    match change.clone() {
        Change::Garage(change) => garage::step(observed, change),
        Change::DeletedKey(change) => assert!(observed.unwanted_users.remove(&change.key)),
        Change::Identity(change) => step_identity(observed, change),
        Change::Tier(change) => step_tier(observed, change),
        Change::Bucket(change) => step_bucket(observed, change),
        Change::Replication(change) => step_replication(observed, change),
        Change::Config(change) => {
            observed.config.insert(change.section, ObservedSection::default());
        }
        Change::Notifications(NotificationChange { bucket, routes }) => {
            let ours = routes.iter().map(|routed| (&routed.route, &routed.events.to));
            let written = Element::parse(s3::notifications_xml([], ours).as_bytes()).unwrap();
            bucket_mut(observed, bucket).notifications.extend(s3::notifications(&written));
        }
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
            let existing = ObservedUser { status, policies: BTreeSet::new(), secret_differs: false };
            observed.users.insert(user, existing);
        }
        IdentityChange::EnableUserTemporarily { user } | IdentityChange::AlterUser { user, .. } => {
            set_user(observed, &user, Status::Enabled);
        }
        IdentityChange::DisableUser { user, .. } => set_user(observed, &user, Status::Disabled),
        IdentityChange::CreateGroup { group, members } => {
            let existing = ObservedGroup { status: Status::Enabled, members, policies: BTreeSet::new() };
            observed.groups.insert(group, existing);
        }
        IdentityChange::AddMembers { group, members } => {
            observed.groups.get_mut(&group).unwrap().members.extend(members);
        }
        IdentityChange::AlterGroup { group, status } => {
            observed.groups.get_mut(&group).unwrap().status = status.to;
        }
        IdentityChange::SetUserPolicy { user, policy, document } => {
            let ObservedAccounts::AdminOps(ops) = &mut observed.accounts else { panic!("no such policies") };
            assert!(observed.users.contains_key(&user), "a policy is a part of a user");
            ops.policies.entry(user).or_default().insert(policy, Some(document.to));
        }
        IdentityChange::AttachPolicies { to, policies } => attach(observed, &to, policies),
        IdentityChange::CreateAccessKey(key) => create_key(observed, key),
        IdentityChange::AlterAccessKey(key) => alter_key(observed, key),
        IdentityChange::DetachPolicies { of, policies } => detach(observed, &of, &policies),
        IdentityChange::RemoveMembers { group, members } => {
            let existing = observed.groups.get_mut(&group).unwrap();
            existing.members.retain(|member| !members.contains(member));
        }
        IdentityChange::RemoveAccessKey { access_key } => {
            assert!(observed.unwanted_keys.remove(&access_key));
        }
        IdentityChange::RemoveUser { user } => assert!(observed.unwanted_users.remove(&user)),
    }
}

fn step_replication(observed: &mut Observed, change: ReplicationChange) {
    match change {
        ReplicationChange::CreateRemoteTarget(target)
        | ReplicationChange::AlterRemoteTarget { target, .. } => {
            let existing =
                ObservedTarget { bucket: target.to, access_key: target.access_key, refused: false };
            let bucket = bucket_mut(observed, target.bucket);
            assert_eq!(bucket.versioning, Some(Versioning::Enabled), "only a versioned bucket has targets");
            bucket.replication.targets.insert(target.url, existing);
        }
        ReplicationChange::SetReplication { bucket, rules } => {
            let existing = &mut bucket_mut(observed, bucket).replication;
            for RuleDrift { route, rule } in rules {
                assert!(existing.targets.contains_key(&route.endpoint), "a rule comes after its target");
                let highest =
                    existing.rules.values().filter_map(|rule| rule.priority).max().unwrap_or_default();
                let to = ReplicaRule { priority: rule.to.priority.or(Some(highest + 1)), ..rule.to };
                existing.rules.insert(route, to);
            }
        }
    }
}

fn step_tier(observed: &mut Observed, change: TierChange) {
    match change {
        TierChange::CreateTier { tier, place, access_key, .. } => {
            let existing = ObservedTier::Known { place, access_key, secret_refused: false };
            assert!(observed.tiers.insert(tier, existing).is_none(), "a tier is made once");
        }
        TierChange::AlterTier { tier, access_key, .. } => {
            let existing = observed.tiers.get_mut(&tier).unwrap();
            if let ObservedTier::Known { access_key: key, secret_refused, .. } = existing {
                (*key, *secret_refused) = (access_key, false);
            }
        }
    }
}

fn create_key(observed: &mut Observed, key: NewAccessKey) {
    let existing = ObservedAccessKey {
        parent: key.user,
        status: key.status.unwrap_or_default(),
        policy: key.document,
        name: key.name.unwrap_or_default(),
        description: key.description.unwrap_or_default(),
        expires: key.expires.unwrap_or_default(),
        secret_differs: false,
    };
    observed.keys.insert(key.access_key, existing);
}

fn alter_key(observed: &mut Observed, key: AccessKeyDrift) {
    let existing = observed.keys.get_mut(&key.access_key).unwrap();
    // An update without a policy removes the existing one.
    existing.policy = key.document;
    existing.secret_differs = false;
    existing.name = key.name.map_or(existing.name.clone(), |drift| drift.to);
    existing.description = key.description.map_or(existing.description.clone(), |drift| drift.to);
    existing.status = key.status.map_or(existing.status, |drift| drift.to);
    existing.expires = key.expires.map_or(existing.expires, |drift| drift.to);
}

fn set_user(observed: &mut Observed, user: &Text, status: Status) {
    let existing = observed.users.get_mut(user).unwrap();
    existing.status = status;
    existing.secret_differs = false;
}

fn attach(observed: &mut Observed, to: &Grantee, policies: BTreeSet<String>) {
    match to {
        Grantee::User(user) => {
            let open = observed.accounts.change_disabled_users();
            let existing = observed.users.get_mut(user).unwrap();
            assert!(open || existing.status == Status::Enabled, "nothing attaches to a disabled user");
            existing.policies.extend(policies);
        }
        Grantee::Group(group) => observed.groups.get_mut(group).unwrap().policies.extend(policies),
        Grantee::LdapUser(user) => observed.ldap.users.entry(user.clone()).or_default().extend(policies),
        Grantee::LdapGroup(group) => observed.ldap.groups.entry(group.clone()).or_default().extend(policies),
    }
}

fn detach(observed: &mut Observed, of: &Grantee, policies: &BTreeSet<String>) {
    if let (ObservedAccounts::AdminOps(ops), Grantee::User(user)) = (&mut observed.accounts, of) {
        ops.policies.get_mut(user).unwrap().retain(|policy, _| !policies.contains(policy));
        return;
    }
    let attached = match of {
        Grantee::User(user) => {
            let open = observed.accounts.change_disabled_users();
            let existing = observed.users.get_mut(user).unwrap();
            assert!(open || existing.status == Status::Enabled, "nothing detaches from a disabled user");
            &mut existing.policies
        }
        Grantee::Group(group) => &mut observed.groups.get_mut(group).unwrap().policies,
        Grantee::LdapUser(user) => observed.ldap.users.get_mut(user).unwrap(),
        Grantee::LdapGroup(group) => observed.ldap.groups.get_mut(group).unwrap(),
    };
    attached.retain(|policy| !policies.contains(policy));
}

fn step_bucket(observed: &mut Observed, change: BucketChange) {
    let read = |text: String| Element::parse(text.as_bytes()).unwrap();
    match change {
        BucketChange::CreateBucket { bucket, object_lock, region } => {
            let versioning = object_lock.then_some(Versioning::Enabled);
            *bucket_mut(observed, bucket) = ObservedBucket {
                region,
                versioning,
                lock: object_lock.then_some(Lock::NoRetention),
                ..ObservedBucket::default()
            };
        }
        BucketChange::SetOwner { bucket, owner } => {
            let owner = ObservedOwner { owner: owner.to, has_policy: false, has_grants: false };
            match &mut observed.accounts {
                ObservedAccounts::AdminOps(ops) => drop(ops.owners.insert(bucket, owner)),
                ObservedAccounts::Owners(owners) => drop(owners.insert(bucket, owner)),
                other => panic!("{other:?}"),
            }
        }
        BucketChange::AddAlias { bucket } => garage::add_alias(observed, &bucket),
        BucketChange::AllowKey { bucket, key, permissions } => {
            garage::permissions(observed, (bucket, key)).extend(permissions);
        }
        BucketChange::DenyKey { bucket, key, permissions } => {
            garage::permissions(observed, (bucket, key)).retain(|one| !permissions.contains(one));
        }
        BucketChange::SetVersioning { bucket, versioning } => {
            bucket_mut(observed, bucket).versioning = Some(versioning.to);
        }
        BucketChange::SetObjectLock { bucket, lock } => bucket_mut(observed, bucket).lock = Some(lock.to),
        BucketChange::SetEncryption { bucket, algorithm, .. } => {
            bucket_mut(observed, bucket).encryption = Some(algorithm.to);
        }
        BucketChange::SetQuota { bucket, quota } => bucket_mut(observed, bucket).quota = Some(quota.to),
        BucketChange::SetTags { bucket, tags } => {
            let ours = tags.iter().map(|(key, drift)| (key, &drift.to));
            bucket_mut(observed, bucket).tags.extend(s3::tags(&read(s3::tags_xml(ours))));
        }
        BucketChange::SetLifecycle { bucket, rules } => {
            let ours = rules.iter().map(|(id, drift)| (id, &drift.to));
            bucket_mut(observed, bucket).lifecycle.extend(s3::lifecycle(&read(s3::lifecycle_xml([], ours))));
        }
        BucketChange::SetBucketPolicy { bucket, document, .. } => {
            bucket_mut(observed, bucket).policy = document;
        }
        BucketChange::SetCors { bucket, rules } => bucket_mut(observed, bucket).cors = rules.to,
    }
}

fn bucket_mut(observed: &mut Observed, bucket: String) -> &mut ObservedBucket {
    observed.buckets.entry(bucket).or_default()
}
