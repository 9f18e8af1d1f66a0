//! What the account that provisions may still do after the plan. A change that would take what this run, its verification
//! or the next run needs is a conflict, because the run would end half-way and no later one could go on.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Conflict, SpecPath, Text};

use super::found::Found;
use super::needs::{self, Need};
use crate::change::{BucketChange, Change, IdentityChange};
use crate::desired::document::Document;
use crate::desired::{Desired, Status};
use crate::observed::{Observed, SeenAccount};

/// Whether a change could take rights from some account, so that our own have to be known.
pub(crate) fn at_stake(changes: &[Change]) -> bool {
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
            | IdentityChange::CreateAccessKey(_)
            | IdentityChange::AlterAccessKey(_)
            | IdentityChange::RemoveAccessKey { .. },
        )
        | Change::Bucket(_) => false,
    })
}

/// Conflicts for what the plan would take from the account that provisions.
pub(super) fn kept(desired: &Desired, observed: &Observed, found: &mut Found) {
    let mut conflicts = Vec::new();
    if observed.bucket_policies_bind_accounts {
        conflicts.extend(closed_buckets(desired, &found.changes));
    }
    if let Some(account) = &observed.account {
        conflicts.extend(disabled(desired, account, &found.changes));
        conflicts.extend(removed(desired, account));
        conflicts.extend(lost(desired, observed, account));
    }
    found.conflicts.extend(conflicts);
}

/// A bucket policy that denies everybody what a run needs of that bucket. MinIO asks none of those that sign about it.
fn closed_buckets<'a>(desired: &'a Desired, changes: &'a [Change]) -> impl Iterator<Item = Conflict> + 'a {
    changes.iter().filter_map(|change| {
        let Change::Bucket(BucketChange::SetBucketPolicy { bucket, document: Some(document), .. }) = change
        else {
            return None;
        };
        let wanted = desired.buckets.get(bucket)?;
        let on = [bucket.clone()];
        let needs = needs::of_bucket(bucket, wanted);
        let denied = needs.iter().filter(|need| need.actions.iter().all(|action| document.denies(action, &on)));
        let denied: BTreeSet<String> = denied.map(Need::shown).collect();
        let problem = format!(
            "this bucket policy denies {} to everybody, the account that provisions included, so no run could read or \
             mend the bucket again: leave that account out of the Deny",
            list(&denied)?
        );
        Some(Conflict::new(SpecPath::root().key("buckets").key(bucket).key("policy"), problem))
    })
}

/// The user whose access key (service account) provisions is disabled, and that key with it.
fn disabled<'a>(
    desired: &'a Desired,
    account: &'a SeenAccount,
    changes: &'a [Change],
) -> impl Iterator<Item = Conflict> + 'a {
    changes.iter().filter_map(|change| {
        let Change::Identity(IdentityChange::DisableUser { user, .. }) = change else { return None };
        let declared = desired.users.get(user).filter(|_| *user == account.user)?;
        let at = SpecPath::root().key("users").key(&declared.label).key("status");
        let problem = "the account that provisions is an access key of this user, and is disabled with it: provision as \
                       another account";
        Some(Conflict::new(at, problem))
    })
}

/// The user whose access key (service account) provisions is removed, and that key with it.
fn removed<'a>(desired: &'a Desired, account: &'a SeenAccount) -> impl Iterator<Item = Conflict> + 'a {
    desired.absent.users.get(&account.user).into_iter().map(|label| {
        let at = SpecPath::root().key("users").key(label).key("state");
        let problem = "the account that provisions is an access key of this user, and is removed with it: provision as \
                       another account";
        Conflict::new(at, problem)
    })
}

/// The names of the policies that give the account its rights, by what they come from.
struct Rights<'a> {
    policies: BTreeSet<&'a String>,
    documents: BTreeMap<&'a String, &'a Document>,
}

/// What one policy says about a need.
struct Part {
    allows: bool,
    denies: bool,
}

impl<'a> Rights<'a> {
    fn now(account: &'a SeenAccount) -> Self {
        let groups = account.groups.values().filter(|group| group.status == Status::Enabled);
        let policies = account.policies.iter().chain(groups.flat_map(|group| &group.policies)).collect();
        Self { policies, documents: account.documents.iter().collect() }
    }

    fn planned(desired: &'a Desired, observed: &'a Observed, account: &'a SeenAccount) -> Self {
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
            let seen = account.groups.get(name).or_else(|| observed.groups.get(name));
            let status = wanted.and_then(|group| group.status).or(seen.map(|group| group.status));
            if status.unwrap_or_default() == Status::Enabled {
                let stays = |policy: &&String| !wanted.is_some_and(|group| group.detached.contains(*policy));
                policies.extend(seen.into_iter().flat_map(|group| &group.policies).filter(stays));
                policies.extend(wanted.into_iter().flat_map(|group| &group.policies));
            }
        }
        let there = account.documents.iter().chain(&observed.policies);
        Self { policies, documents: there.chain(&desired.policies).collect() }
    }

    fn documents(&self) -> impl Iterator<Item = &'a Document> {
        self.policies.iter().filter_map(|name| self.documents.get(name).copied())
    }

    /// A Deny in any of them beats every Allow.
    fn meet(&self, need: &Need) -> bool {
        let on = need.resources();
        need.actions.iter().any(|action| {
            self.documents().any(|document| document.allows(action, &on))
                && !self.documents().any(|document| document.denies(action, &on))
        })
    }

    /// What one of them does for a need: nothing when the account does not have it.
    fn part(&self, policy: &String, need: &Need) -> Part {
        let document = self.policies.get(policy).and_then(|name| self.documents.get(name));
        let on = need.resources();
        let any = |says: fn(&Document, &str, &[String]) -> bool| {
            document.is_some_and(|document| need.actions.iter().any(|action| says(document, action, &on)))
        };
        Part { allows: any(Document::allows), denies: any(Document::denies) }
    }
}

impl Need {
    /// A bucket as a policy of MinIO may name it, where `BUCKET/*` is about the bucket too.
    fn resources(&self) -> Vec<String> {
        self.bucket.iter().flat_map(|bucket| [bucket.clone(), format!("{bucket}/")]).collect()
    }

    fn shown(&self) -> String {
        let actions = self.actions.join(" or ");
        self.bucket.as_ref().map_or(actions.clone(), |bucket| format!("{actions} on {bucket}"))
    }
}

/// What the account has and is needed, and that it would no longer have; each at the policies that take it.
fn lost(desired: &Desired, observed: &Observed, account: &SeenAccount) -> Vec<Conflict> {
    let (now, planned) = (Rights::now(account), Rights::planned(desired, observed, account));
    let mut taken: BTreeMap<&String, BTreeSet<String>> = BTreeMap::new();
    for need in needs::of(desired).iter().filter(|need| now.meet(need) && !planned.meet(need)) {
        for policy in now.policies.union(&planned.policies) {
            let (before, after) = (now.part(policy, need), planned.part(policy, need));
            if (before.allows && !after.allows) || (after.denies && !before.denies) {
                taken.entry(policy).or_default().insert(need.shown());
            }
        }
    }
    let conflict = |(policy, actions): (&String, BTreeSet<String>)| {
        let actions = list(&actions)?;
        let root = SpecPath::root();
        let group = || {
            let group = group_of(desired, account, policy);
            group.map_or_else(|| root.key("policies").key(policy), |group| root.key("groups").key(group))
        };
        let (at, problem) = match (now.policies.contains(policy), planned.policies.contains(policy)) {
            (true, true) => (
                root.key("policies").key(policy),
                format!(
                    "this policy gives the account that provisions its rights, and no longer allows it {actions}"
                ),
            ),
            (true, false) => (
                group(),
                format!(
                    "a disabled group gives the account that provisions no more `{policy}`, and so no {actions}"
                ),
            ),
            (false, _) => (
                group(),
                format!(
                    "the account that provisions gets `{policy}` by this group, which denies it {actions}"
                ),
            ),
        };
        let problem =
            format!("{problem}: this run and the next need that; keep it, or provision as another account");
        Some(Conflict::new(at, problem))
    };
    taken.into_iter().filter_map(conflict).collect()
}

/// The declared group through which the account has, or will have, the policy.
fn group_of<'a>(desired: &'a Desired, account: &SeenAccount, policy: &String) -> Option<&'a String> {
    let has = |name: &String| {
        let seen = account.groups.get(name).is_some_and(|group| group.policies.contains(policy));
        let own: &Text = &account.user;
        let wanted = desired.groups.get(name);
        let joined =
            account.groups.contains_key(name) || wanted.is_some_and(|group| group.members.contains(own));
        seen || (joined && wanted.is_some_and(|group| group.policies.contains(policy)))
    };
    desired.groups.keys().find(|name| has(name))
}

/// `None` for none. A long list is cut: what is to be done is the same.
fn list(actions: &BTreeSet<String>) -> Option<String> {
    const SHOWN: usize = 8;
    let shown: Vec<&str> = actions.iter().take(SHOWN).map(String::as_str).collect();
    let more = actions.len().saturating_sub(SHOWN);
    match (shown.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown.join(", ")),
        (false, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}
