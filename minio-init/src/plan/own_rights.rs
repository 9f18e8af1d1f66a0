//! Checks that the provisioning account keeps its permissions. A change that would take what this run, its
//! verification or the next run needs is a conflict, because the run would end half-way and no later one could
//! continue.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Conflict, SpecPath, Text};

use super::findings::Findings;
use super::needs::{self, RequiredPermission};
use crate::change::{BucketChange, Change, IdentityChange};
use crate::desired::document::Document;
use crate::desired::{Desired, Status};
use crate::observed::{Observed, ObservedAccount};

/// True when a change could take permissions from an account, so that those of the provisioning account must be read.
pub(crate) fn may_take_permissions(changes: &[Change]) -> bool {
    changes.iter().any(|change| match change {
        Change::Identity(
            IdentityChange::AlterPolicy { .. }
            | IdentityChange::AlterGroup { .. }
            | IdentityChange::DisableUser { .. }
            | IdentityChange::AttachPolicies { .. }
            | IdentityChange::DetachPolicies { .. }
            | IdentityChange::RemoveMembers { .. }
            | IdentityChange::RemoveUser { .. },
        ) => true,
        Change::Identity(
            IdentityChange::CreatePolicy { .. }
            | IdentityChange::CreateUser { .. }
            | IdentityChange::CreateGroup { .. }
            | IdentityChange::AddMembers { .. }
            | IdentityChange::EnableUserTemporarily { .. }
            | IdentityChange::AlterUser { .. }
            | IdentityChange::SetUserPolicy { .. }
            | IdentityChange::CreateAccessKey(_)
            | IdentityChange::AlterAccessKey(_)
            | IdentityChange::RemoveAccessKey { .. },
        )
        | Change::Tier(_)
        | Change::Replication(_)
        | Change::Garage(_)
        | Change::Bucket(_)
        | Change::Config(_)
        | Change::Notifications(_)
        | Change::DeletedKey(_) => false,
    })
}

/// Adds a conflict for each permission that the plan would take from the provisioning account.
pub(super) fn check_own_permissions(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    let mut conflicts = Vec::new();
    if observed.bucket_policies_bind_accounts {
        conflicts.extend(policies_denying_own_access(desired, &findings.changes));
    }
    if let Some(account) = &observed.account {
        conflicts.extend(own_user_disabled(desired, account, &findings.changes));
        conflicts.extend(own_user_removed(desired, account));
        conflicts.extend(lost_permissions(desired, observed, account));
    }
    findings.conflicts.extend(conflicts);
}

/// Bucket policies that deny everybody what a run needs of that bucket. MinIO does not apply bucket policies to
/// signed requests.
fn policies_denying_own_access<'a>(
    desired: &'a Desired,
    changes: &'a [Change],
) -> impl Iterator<Item = Conflict> + 'a {
    changes.iter().filter_map(|change| {
        let Change::Bucket(BucketChange::SetBucketPolicy { bucket, document: Some(document), .. }) = change
        else {
            return None;
        };
        let wanted = desired.buckets.get(bucket)?;
        let on = [bucket.clone()];
        let needs = needs::needed_on_bucket(bucket, wanted);
        let denied = needs.iter().filter(|need| need.actions.iter().all(|action| document.denies(action, &on)));
        let denied: BTreeSet<String> = denied.map(RequiredPermission::shown).collect();
        let problem = format!(
            "this bucket policy denies {} to everybody, the provisioning account included, so no run could read or \
             mend the bucket again: leave that account out of the Deny",
            shortened(&denied)?
        );
        Some(Conflict::new(SpecPath::root().key("buckets").key(bucket).key("policy"), problem))
    })
}

/// A conflict when the plan disables the user whose access key (service account) is the provisioning account, because
/// that key is disabled with it.
fn own_user_disabled<'a>(
    desired: &'a Desired,
    account: &'a ObservedAccount,
    changes: &'a [Change],
) -> impl Iterator<Item = Conflict> + 'a {
    changes.iter().filter_map(|change| {
        let Change::Identity(IdentityChange::DisableUser { user, .. }) = change else { return None };
        let declared = desired.users.get(user).filter(|_| *user == account.user)?;
        let at = SpecPath::root().key("users").key(&declared.label).key("status");
        let problem = "the provisioning account is an access key of this user, and is disabled with it: provision as \
                       another account";
        Some(Conflict::new(at, problem))
    })
}

/// A conflict when the plan removes the user whose access key (service account) is the provisioning account, because
/// that key is removed with it.
fn own_user_removed<'a>(
    desired: &'a Desired,
    account: &'a ObservedAccount,
) -> impl Iterator<Item = Conflict> + 'a {
    desired.absent.users.get(&account.user).into_iter().map(|label| {
        let at = SpecPath::root().key("users").key(label).key("state");
        let problem = "the provisioning account is an access key of this user, and is removed with it: provision as \
                       another account";
        Conflict::new(at, problem)
    })
}

/// The policies that give the account its permissions, and all documents by name.
struct Rights<'a> {
    policies: BTreeSet<&'a String>,
    documents: BTreeMap<&'a String, &'a Document>,
}

/// The effect of one policy on a needed permission.
struct PolicyEffect {
    allows: bool,
    denies: bool,
}

impl<'a> Rights<'a> {
    fn now(account: &'a ObservedAccount) -> Self {
        let groups = account.groups.values().filter(|group| group.status == Status::Enabled);
        let policies = account.policies.iter().chain(groups.flat_map(|group| &group.policies)).collect();
        Self { policies, documents: account.documents.iter().collect() }
    }

    fn planned(desired: &'a Desired, observed: &'a Observed, account: &'a ObservedAccount) -> Self {
        let mut policies: BTreeSet<&String> = account.policies.iter().collect();
        let own = desired.users.get(&account.user);
        policies.extend(own.into_iter().flat_map(|user| &user.policies));
        policies.retain(|policy| !own.is_some_and(|user| user.detached.contains(*policy)));
        let joined = desired.groups.iter().filter(|(_, group)| group.members.contains(&account.user));
        let groups: BTreeSet<&String> = account.groups.keys().chain(joined.map(|(name, _)| name)).collect();
        for name in groups {
            let wanted = desired.groups.get(name);
            if wanted.is_some_and(|group| group.removed.contains(&account.user)) {
                continue;
            }
            let existing = account.groups.get(name).or_else(|| observed.groups.get(name));
            let status = wanted.and_then(|group| group.status).or(existing.map(|group| group.status));
            if status.unwrap_or_default() == Status::Enabled {
                let stays = |policy: &&String| !wanted.is_some_and(|group| group.detached.contains(*policy));
                policies.extend(existing.into_iter().flat_map(|group| &group.policies).filter(stays));
                policies.extend(wanted.into_iter().flat_map(|group| &group.policies));
            }
        }
        let there = account.documents.iter().chain(&observed.policies);
        Self { policies, documents: there.chain(&desired.policies).collect() }
    }

    fn documents(&self) -> impl Iterator<Item = &'a Document> {
        self.policies.iter().filter_map(|name| self.documents.get(name).copied())
    }

    /// True when the policies give the permission. A Deny in any of them overrides every Allow.
    fn give(&self, need: &RequiredPermission) -> bool {
        let on = need.resources();
        need.actions.iter().any(|action| {
            self.documents().any(|document| document.allows(action, &on))
                && !self.documents().any(|document| document.denies(action, &on))
        })
    }

    /// The effect of one policy; none when the account does not have that policy.
    fn effect_of(&self, policy: &String, need: &RequiredPermission) -> PolicyEffect {
        let document = self.policies.get(policy).and_then(|name| self.documents.get(name));
        let on = need.resources();
        let any = |says: fn(&Document, &str, &[String]) -> bool| {
            document.is_some_and(|document| need.actions.iter().any(|action| says(document, action, &on)))
        };
        PolicyEffect { allows: any(Document::allows), denies: any(Document::denies) }
    }
}

impl RequiredPermission {
    /// The bucket as a policy may name it. To MinIO, `BUCKET/*` matches the bucket too.
    fn resources(&self) -> Vec<String> {
        self.bucket.iter().flat_map(|bucket| [bucket.clone(), format!("{bucket}/")]).collect()
    }

    fn shown(&self) -> String {
        let actions = self.actions.join(" or ");
        self.bucket.as_ref().map_or(actions.clone(), |bucket| format!("{actions} on {bucket}"))
    }
}

/// The needed permissions that the account has now and would lose, each as a conflict at the policy or group that
/// takes it.
fn lost_permissions(desired: &Desired, observed: &Observed, account: &ObservedAccount) -> Vec<Conflict> {
    let (now, planned) = (Rights::now(account), Rights::planned(desired, observed, account));
    let mut taken: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for need in needs::needed_permissions(desired).iter().filter(|need| now.give(need) && !planned.give(need))
    {
        for policy in now.policies.union(&planned.policies) {
            let (before, after) = (now.effect_of(policy, need), planned.effect_of(policy, need));
            if (before.allows && !after.allows) || (after.denies && !before.denies) {
                taken.entry(policy).or_default().insert(need.shown());
            }
        }
    }
    let conflict = |(policy, actions): (&String, BTreeSet<String>)| {
        let actions = shortened(&actions)?;
        let root = SpecPath::root();
        let group = || {
            let group = group_of(desired, account, policy);
            group.map_or_else(|| root.key("policies").key(policy), |group| root.key("groups").key(group))
        };
        let (at, problem) = match (now.policies.contains(policy), planned.policies.contains(policy)) {
            (true, true) => (
                root.key("policies").key(policy),
                format!(
                    "this policy gives the provisioning account its rights, and no longer allows it {actions}"
                ),
            ),
            (true, false) => (
                group(),
                format!(
                    "a disabled group gives the provisioning account no more `{policy}`, and so no {actions}"
                ),
            ),
            (false, _) => (
                group(),
                format!("the provisioning account gets `{policy}` by this group, which denies it {actions}"),
            ),
        };
        let problem =
            format!("{problem}: this run and the next need that; keep it, or provision as another account");
        Some(Conflict::new(at, problem))
    };
    taken.into_iter().filter_map(conflict).collect()
}

/// The declared group by which the account has the policy, or will have it.
fn group_of<'a>(desired: &'a Desired, account: &ObservedAccount, policy: &String) -> Option<&'a String> {
    let has = |name: &String| {
        let existing = account.groups.get(name).is_some_and(|group| group.policies.contains(policy));
        let own: &Text = &account.user;
        let wanted = desired.groups.get(name);
        let joined =
            account.groups.contains_key(name) || wanted.is_some_and(|group| group.members.contains(own));
        existing || (joined && wanted.is_some_and(|group| group.policies.contains(policy)))
    };
    desired.groups.keys().find(|name| has(name))
}

/// The actions as text; `None` when there are none. A long list is shortened, because the remedy is the same.
fn shortened(actions: &BTreeSet<String>) -> Option<String> {
    const SHOWN: usize = 8;
    let shown: Vec<&str> = actions.iter().take(SHOWN).map(String::as_str).collect();
    let more = actions.len().saturating_sub(SHOWN);
    match (shown.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}
