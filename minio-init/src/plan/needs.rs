//! The permissions that a run for a spec needs: to read everything that it names, and to write everything that may
//! drift.

use std::collections::BTreeSet;

use crate::desired::{Bucket, Desired};

/// A permission: one of these actions, on the bucket if there is one.
#[derive(Clone, Debug)]
pub(super) struct RequiredPermission {
    pub(super) actions: &'static [&'static str],
    pub(super) bucket: Option<String>,
}

/// The permissions for the sections that the spec has, as docs/minio.md lists them.
pub(super) fn needed_permissions(desired: &Desired) -> Vec<RequiredPermission> {
    let identities =
        needed_admin_calls(desired).into_iter().map(|actions| RequiredPermission { actions, bucket: None });
    let buckets = desired.buckets.iter().flat_map(|(name, bucket)| needed_on_bucket(name, bucket));
    identities.chain(buckets).collect()
}

/// The permissions for calls of the admin API.
fn needed_admin_calls(desired: &Desired) -> Vec<&'static [&'static str]> {
    let mut needs: Vec<&'static [&'static str]> = Vec::new();
    let mut need = |when: bool, actions: &[&'static [&'static str]]| {
        if when {
            needs.extend_from_slice(actions);
        }
    };
    let groups = || desired.groups.values();
    let any = |one: &BTreeSet<String>, other: &BTreeSet<String>| !one.is_empty() || !other.is_empty();
    let attached = desired.users.values().any(|user| any(&user.policies, &user.detached))
        || groups().any(|group| any(&group.policies, &group.detached));
    let named = !desired.users.is_empty() || groups().any(|group| !group.members.is_empty());
    let keys = desired.keys.values();
    need(!desired.policies.is_empty(), &[&["admin:CreatePolicy"]]);
    need(
        !desired.policies.is_empty() || attached || desired.ldap.policies().next().is_some(),
        &[&["admin:GetPolicy"]],
    );
    need(named, &[&["admin:GetUser"]]);
    need(!desired.users.is_empty(), &[&["admin:CreateUser"]]);
    let ldap: &[&'static [&'static str]] = &[
        &["admin:ListGroups", "admin:ListUsers", "admin:ListUserPolicies"],
        &["admin:UpdatePolicyAssociation"],
    ];
    need(!desired.ldap.is_empty(), ldap);
    need(attached, &[&["admin:AttachUserOrGroupPolicy", "admin:UpdatePolicyAssociation"]]);
    need(!desired.groups.is_empty(), &[&["admin:GetGroup"], &["admin:AddUserToGroup"]]);
    need(groups().any(|group| group.status.is_some()), &[&["admin:EnableGroup"]]);
    need(groups().any(|group| !group.removed.is_empty()), &[&["admin:RemoveUserFromGroup"]]);
    need(!desired.absent.users.is_empty(), &[&["admin:GetUser"], &["admin:DeleteUser"]]);
    let removed_keys: &[&'static [&'static str]] =
        &[&["admin:ListServiceAccounts"], &["admin:RemoveServiceAccount"]];
    need(!desired.absent.keys.is_empty(), removed_keys);
    // Every account may create access keys of its own.
    let others: &[&'static [&'static str]] =
        &[&["admin:ListServiceAccounts"], &["admin:CreateServiceAccount"], &["admin:UpdateServiceAccount"]];
    need(keys.into_iter().any(|key| key.user.is_some()), others);
    let quota = desired.buckets.values().any(|bucket| bucket.quota.is_some());
    need(!desired.config.is_empty(), &[&["admin:ConfigUpdate"]]);
    need(!desired.tiers.is_empty(), &[&["admin:ListTier"], &["admin:SetTier"]]);
    let replicated = desired.buckets.values().any(|bucket| !bucket.replication.rules.is_empty());
    need(replicated, &[&["admin:GetBucketTarget"], &["admin:SetBucketTarget"]]);
    need(quota, &[&["admin:GetBucketQuota"], &["admin:SetBucketQuota"]]);
    needs
}

/// The permissions for requests about one bucket.
pub(super) fn needed_on_bucket(name: &str, bucket: &Bucket) -> Vec<RequiredPermission> {
    let pairs: [(bool, [&'static [&'static str]; 2]); 9] = [
        (true, [&["s3:ListBucket"], &["s3:CreateBucket"]]),
        (bucket.versioning.is_some(), [&["s3:GetBucketVersioning"], &["s3:PutBucketVersioning"]]),
        (
            bucket.lock.is_some(),
            [&["s3:GetBucketObjectLockConfiguration"], &["s3:PutBucketObjectLockConfiguration"]],
        ),
        (
            bucket.encryption.is_some(),
            [&["s3:GetEncryptionConfiguration"], &["s3:PutEncryptionConfiguration"]],
        ),
        (!bucket.tags.is_empty(), [&["s3:GetBucketTagging"], &["s3:PutBucketTagging"]]),
        (
            !bucket.lifecycle.is_empty(),
            [&["s3:GetLifecycleConfiguration"], &["s3:PutLifecycleConfiguration"]],
        ),
        (
            !bucket.replication.rules.is_empty(),
            [&["s3:GetReplicationConfiguration"], &["s3:PutReplicationConfiguration"]],
        ),
        (bucket.access.is_some(), [&["s3:GetBucketPolicy"], &["s3:PutBucketPolicy"]]),
        (!bucket.notifications.is_empty(), [&["s3:GetBucketNotification"], &["s3:PutBucketNotification"]]),
    ];
    let needed = pairs.into_iter().filter(|(when, _)| *when).flat_map(|(_, actions)| actions);
    needed.map(|actions| RequiredPermission { actions, bucket: Some(name.to_owned()) }).collect()
}
