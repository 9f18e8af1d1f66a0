//! Plans changes of policies, users, groups and access keys.

use std::collections::BTreeSet;

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath, Text};

use super::absent::{self, detached};
use super::findings::Findings;
use crate::change::{AccessKeyDrift, Grantee, IdentityChange, NewAccessKey};
use crate::desired::document::Document;
use crate::desired::{AccessKey, Desired, Expiry, Group, Status, User};
use crate::observed::{Observed, ObservedAccessKey, ObservedGroup, ObservedUser};

/// Plans everything of accounts with policies, and its removals.
pub(super) fn identities(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    policies(desired, observed, findings);
    users(desired, observed, findings);
    groups(desired, observed, findings);
    keys(desired, observed, findings);
    absent::removals(desired, observed, findings);
}

fn policies(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, side) in by_key(&desired.policies, &observed.policies) {
        let policy = name.clone();
        match side {
            Side::Missing(wanted) => {
                findings.change(IdentityChange::CreatePolicy { policy, document: wanted.clone() });
            }
            Side::Present(wanted, existing) => findings.changes(
                Drift::between(Some(existing.clone()), wanted.clone())
                    .map(|document| IdentityChange::AlterPolicy { policy, document }),
            ),
            Side::Extra(_) => {}
        }
    }
}

/// Adds a conflict for each policy that is neither declared nor on the server.
pub(super) fn check_policies_exist(
    at: &SpecPath,
    policies: &BTreeSet<String>,
    desired: &Desired,
    observed: &Observed,
    findings: &mut Findings,
) {
    let unknown =
        |name: &&String| !desired.policies.contains_key(*name) && !observed.policies.contains_key(*name);
    for name in policies.iter().filter(unknown) {
        let problem = format!("the policy `{name}` is neither declared here nor on the server");
        findings.conflicts.push(Conflict::new(at.clone(), problem));
    }
}

fn users(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, wanted) in &desired.users {
        let at = SpecPath::root().key("users").key(&wanted.label);
        check_policies_exist(&at.key("policies"), &wanted.policies, desired, observed, findings);
        if observed.accounts.is_fixed(name) {
            continue;
        }
        if observed.used_otherwise.contains(name) {
            let problem = "on the server this is the name of root or of an access key: choose another one";
            findings.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        let existing = observed.users.get(name);
        let attached = existing.map(|existing| &existing.policies);
        let missing: BTreeSet<_> = wanted
            .policies
            .iter()
            .filter(|policy| !attached.is_some_and(|a| a.contains(*policy)))
            .cloned()
            .collect();
        let new_keys = desired
            .keys
            .iter()
            .any(|(key, wanted)| wanted.user.as_ref() == Some(name) && !observed.keys.contains_key(key));
        let needs_enabled = !missing.is_empty() || new_keys || !detached(wanted, existing).is_empty();
        let needs_enabled = needs_enabled && !observed.accounts.change_disabled_users();
        findings.changes(user(name, wanted, existing, needs_enabled));
        if !missing.is_empty() {
            let to = Grantee::User(name.clone());
            findings.change(IdentityChange::AttachPolicies { to, policies: missing });
        }
    }
}

/// The changes of a user. With `needs_enabled`, something will be attached to or detached from the user, which a
/// server does only for an enabled one.
fn user(
    name: &Text,
    wanted: &User,
    existing: Option<&ObservedUser>,
    needs_enabled: bool,
) -> Vec<IdentityChange> {
    let (user, secret) = (name.clone(), wanted.secret.clone());
    // Without a declared status, the user keeps the one that it has: whoever disabled it had a reason.
    let status = wanted.status.or(existing.map(|existing| existing.status)).unwrap_or_default();
    let disable = || IdentityChange::DisableUser { user: name.clone(), secret: wanted.secret.clone() };
    match (existing.map(|existing| existing.status), status) {
        (None, Status::Enabled) => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false }]
        }
        (None, Status::Disabled) if !needs_enabled => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false }]
        }
        (None, Status::Disabled) => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: true }, disable()]
        }
        (Some(_), Status::Disabled) if needs_enabled => {
            vec![IdentityChange::EnableUserTemporarily { user }, disable()]
        }
        (Some(Status::Disabled), Status::Disabled) => Vec::new(),
        (Some(Status::Enabled), Status::Disabled) => vec![disable()],
        (Some(from), Status::Enabled) => {
            let status = Drift::between(Some(from), status);
            // The secret key of a disabled user cannot be compared, so enabling the user sets it.
            let rotate_secret = status.is_some() || existing.is_some_and(|existing| existing.secret_differs);
            let alter = IdentityChange::AlterUser { user, rotate_secret, status, secret };
            if rotate_secret { vec![alter] } else { Vec::new() }
        }
    }
}

fn groups(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, wanted) in &desired.groups {
        let at = SpecPath::root().key("groups").key(name);
        check_policies_exist(&at.key("policies"), &wanted.policies, desired, observed, findings);
        for member in &wanted.members {
            if !desired.users.contains_key(member) && !observed.users.contains_key(member) {
                let problem = format!("the user `{member}` is neither declared here nor on the server");
                findings.conflicts.push(Conflict::new(at.key("members"), problem));
            }
        }
        group(&at, name, wanted, observed.groups.get(name), findings);
    }
}

fn group(
    at: &SpecPath,
    name: &str,
    wanted: &Group,
    existing: Option<&ObservedGroup>,
    findings: &mut Findings,
) {
    let group = name.to_owned();
    match existing {
        None => findings.change(IdentityChange::CreateGroup { group, members: wanted.members.clone() }),
        Some(existing) => {
            let members: BTreeSet<_> = wanted.members.difference(&existing.members).cloned().collect();
            if !members.is_empty() {
                findings.change(IdentityChange::AddMembers { group, members });
            }
        }
    }
    // A new group is enabled.
    let status = existing.map_or(Status::Enabled, |existing| existing.status);
    if let Some(wanted) = wanted.status {
        let status = Drift::between(Some(status), wanted);
        findings.changes(status.map(|status| IdentityChange::AlterGroup { group: name.to_owned(), status }));
    }
    let attached = existing.map(|existing| &existing.policies);
    let missing: BTreeSet<_> = wanted
        .policies
        .iter()
        .filter(|policy| !attached.is_some_and(|a| a.contains(*policy)))
        .cloned()
        .collect();
    if missing.is_empty() {
        return;
    }
    if status == Status::Disabled && wanted.status.is_none() {
        let problem = "the group is disabled, and a server neither shows nor attaches policies of such a group: say `status: enabled`";
        findings.conflicts.push(Conflict::new(at.clone(), problem));
    }
    findings
        .change(IdentityChange::AttachPolicies { to: Grantee::Group(name.to_owned()), policies: missing });
}

pub(super) fn keys(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    let own = &desired.server.access_key;
    for (name, wanted) in &desired.keys {
        let at = SpecPath::root().key("accessKeys").key(&wanted.label);
        check_policies_exist(
            &at.key("policy"),
            &wanted.policy.iter().cloned().collect(),
            desired,
            observed,
            findings,
        );
        if observed.used_otherwise.contains(name) {
            let problem = "on the server this is the name of root or of a user: choose another one";
            findings.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        let user = wanted.user.as_ref().unwrap_or(own);
        let is_known = user == own || desired.users.contains_key(user) || observed.users.contains_key(user);
        if !is_known && desired.ldap.user(user).is_none() {
            let problem = format!(
                "the user `{user}` is neither declared here, in `users` or `ldap.users`, nor on the server"
            );
            findings.conflicts.push(Conflict::new(at.key("user"), problem));
        }
        let text = |policy: &String| desired.policies.get(policy).or_else(|| observed.policies.get(policy));
        let document = wanted.policy.as_ref().and_then(text);
        match observed.keys.get(name) {
            None => {
                findings.change(IdentityChange::CreateAccessKey(create_key(name, wanted, user, document)));
            }
            Some(existing) if existing.parent != *user => {
                let problem = format!(
                    "the access key belongs to {}, and an access key keeps its user: remove it first",
                    existing.parent
                );
                findings.conflicts.push(Conflict::new(at.key("user"), problem));
            }
            Some(existing) => {
                findings
                    .changes(alter_key(name, wanted, existing, document).map(IdentityChange::AlterAccessKey));
            }
        }
    }
}

fn create_key(name: &Text, wanted: &AccessKey, user: &Text, document: Option<&Document>) -> NewAccessKey {
    NewAccessKey {
        access_key: name.clone(),
        user: user.clone(),
        policy: wanted.policy.clone(),
        name: wanted.name.clone(),
        description: wanted.description.clone(),
        status: wanted.status.filter(|status| *status == Status::Disabled),
        // A new access key has no end.
        expires: wanted.expires.filter(|expires| *expires != Expiry::Never),
        secret: wanted.secret.clone(),
        document: document.cloned(),
    }
}

fn alter_key(
    name: &Text,
    wanted: &AccessKey,
    existing: &ObservedAccessKey,
    document: Option<&Document>,
) -> Option<AccessKeyDrift> {
    let text = |existing: &str, wanted: Option<&String>| {
        let existing = Some(existing).filter(|text| !text.is_empty()).map(str::to_owned);
        wanted.and_then(|wanted| Drift::between(existing, wanted.clone()))
    };
    let policy = document.and_then(|document| Drift::between(existing.policy.clone(), document.clone()));
    let (name_drift, description) = (
        text(&existing.name, wanted.name.as_ref()),
        text(&existing.description, wanted.description.as_ref()),
    );
    let status = wanted.status.and_then(|status| Drift::between(Some(existing.status), status));
    // The secret key of a disabled access key cannot be compared, so enabling it sets the secret key too.
    let enabled = status.as_ref().is_some_and(|status| status.to == Status::Enabled);
    let rotate_secret = existing.secret_differs || enabled;
    let expires = wanted.expires.and_then(|expires| Drift::between(Some(existing.expires), expires));
    let same = policy.is_none() && name_drift.is_none() && description.is_none();
    if !rotate_secret && same && status.is_none() && expires.is_none() {
        return None;
    }
    Some(AccessKeyDrift {
        access_key: name.clone(),
        rotate_secret,
        policy,
        name: name_drift,
        description,
        status,
        expires,
        secret: wanted.secret.clone(),
        document: document.or(existing.policy.as_ref()).cloned(),
    })
}
