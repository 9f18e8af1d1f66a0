//! Policies, users, groups and access keys.

use std::collections::BTreeSet;

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath, Text};

use super::absent::detached;
use super::found::Found;
use crate::change::{AccessKeyDrift, Grantee, IdentityChange, NewAccessKey};
use crate::desired::document::Document;
use crate::desired::{AccessKey, Desired, Group, Status, User};
use crate::observed::{Observed, SeenGroup, SeenKey, SeenUser};

pub(super) fn policies(desired: &Desired, observed: &Observed, found: &mut Found) {
    for (name, side) in by_key(&desired.policies, &observed.policies) {
        let policy = name.clone();
        match side {
            Side::Missing(wanted) => {
                found.change(IdentityChange::CreatePolicy { policy, document: wanted.clone() });
            }
            Side::Present(wanted, seen) => found.changes(
                Drift::between(Some(seen.clone()), wanted.clone())
                    .map(|document| IdentityChange::AlterPolicy { policy, document }),
            ),
            Side::Extra(_) => {}
        }
    }
}

/// A policy must be declared or be there.
fn known(
    at: &SpecPath,
    policies: &BTreeSet<String>,
    desired: &Desired,
    observed: &Observed,
    found: &mut Found,
) {
    let unknown =
        |name: &&String| !desired.policies.contains_key(*name) && !observed.policies.contains_key(*name);
    for name in policies.iter().filter(unknown) {
        let problem = format!("the policy `{name}` is neither declared here nor on the server");
        found.conflicts.push(Conflict::new(at.clone(), problem));
    }
}

pub(super) fn users(desired: &Desired, observed: &Observed, found: &mut Found) {
    for (name, wanted) in &desired.users {
        let at = SpecPath::root().key("users").key(&wanted.label);
        known(&at.key("policies"), &wanted.policies, desired, observed, found);
        if observed.taken.contains(name) {
            let problem = "on the server this is the name of root or of an access key: choose another one";
            found.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        let seen = observed.users.get(name);
        let attached = seen.map(|seen| &seen.policies);
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
        let open = !missing.is_empty() || new_keys || !detached(wanted, seen).is_empty();
        found.changes(user(name, wanted, seen, open));
        if !missing.is_empty() {
            let to = Grantee::User(name.clone());
            found.change(IdentityChange::AttachPolicies { to, policies: missing });
        }
    }
}

/// `open`: something is to be attached, which a server does to an enabled user only.
fn user(name: &Text, wanted: &User, seen: Option<&SeenUser>, open: bool) -> Vec<IdentityChange> {
    let (user, secret) = (name.clone(), wanted.secret.clone());
    // Absent, it is what the server has: whoever disabled it had a reason.
    let status = wanted.status.or(seen.map(|seen| seen.status)).unwrap_or_default();
    let disable = || IdentityChange::DisableUser { user: name.clone(), secret: wanted.secret.clone() };
    match (seen.map(|seen| seen.status), status) {
        (None, Status::Enabled) => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false }]
        }
        (None, Status::Disabled) if !open => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: false }]
        }
        (None, Status::Disabled) => {
            vec![IdentityChange::CreateUser { user, status, secret, temporarily_enabled: true }, disable()]
        }
        (Some(_), Status::Disabled) if open => {
            vec![IdentityChange::EnableUserTemporarily { user }, disable()]
        }
        (Some(Status::Disabled), Status::Disabled) => Vec::new(),
        (Some(Status::Enabled), Status::Disabled) => vec![disable()],
        (Some(from), Status::Enabled) => {
            let status = Drift::between(Some(from), status);
            // A disabled user shows nothing of its secret, so enabling one sets it.
            let rotate_secret = status.is_some() || seen.is_some_and(|seen| seen.secret_differs);
            let alter = IdentityChange::AlterUser { user, rotate_secret, status, secret };
            if rotate_secret { vec![alter] } else { Vec::new() }
        }
    }
}

pub(super) fn groups(desired: &Desired, observed: &Observed, found: &mut Found) {
    for (name, wanted) in &desired.groups {
        let at = SpecPath::root().key("groups").key(name);
        known(&at.key("policies"), &wanted.policies, desired, observed, found);
        for member in &wanted.members {
            if !desired.users.contains_key(member) && !observed.users.contains_key(member) {
                let problem = format!("the user `{member}` is neither declared here nor on the server");
                found.conflicts.push(Conflict::new(at.key("members"), problem));
            }
        }
        group(&at, name, wanted, observed.groups.get(name), found);
    }
}

fn group(at: &SpecPath, name: &str, wanted: &Group, seen: Option<&SeenGroup>, found: &mut Found) {
    let group = name.to_owned();
    match seen {
        None => found.change(IdentityChange::CreateGroup { group, members: wanted.members.clone() }),
        Some(seen) => {
            let members: BTreeSet<_> = wanted.members.difference(&seen.members).cloned().collect();
            if !members.is_empty() {
                found.change(IdentityChange::AddMembers { group, members });
            }
        }
    }
    // A new group is enabled.
    let status = seen.map_or(Status::Enabled, |seen| seen.status);
    if let Some(wanted) = wanted.status {
        let status = Drift::between(Some(status), wanted);
        found.changes(status.map(|status| IdentityChange::AlterGroup { group: name.to_owned(), status }));
    }
    let attached = seen.map(|seen| &seen.policies);
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
        found.conflicts.push(Conflict::new(at.clone(), problem));
    }
    found.change(IdentityChange::AttachPolicies { to: Grantee::Group(name.to_owned()), policies: missing });
}

pub(super) fn keys(desired: &Desired, observed: &Observed, found: &mut Found) {
    let own = &desired.server.access_key;
    for (name, wanted) in &desired.keys {
        let at = SpecPath::root().key("accessKeys").key(&wanted.label);
        known(&at.key("policy"), &wanted.policy.iter().cloned().collect(), desired, observed, found);
        if observed.taken.contains(name) {
            let problem = "on the server this is the name of root or of a user: choose another one";
            found.conflicts.push(Conflict::new(at, problem));
            continue;
        }
        let user = wanted.user.as_ref().unwrap_or(own);
        if user != own && !desired.users.contains_key(user) && !observed.users.contains_key(user) {
            let problem = format!("the user `{user}` is neither declared here nor on the server");
            found.conflicts.push(Conflict::new(at.key("user"), problem));
        }
        let text = |policy: &String| desired.policies.get(policy).or_else(|| observed.policies.get(policy));
        let document = wanted.policy.as_ref().and_then(text);
        match observed.keys.get(name) {
            None => found.change(IdentityChange::CreateAccessKey(create_key(name, wanted, user, document))),
            Some(seen) if seen.parent != *user => {
                let problem = format!(
                    "the access key belongs to {}, and a key cannot change hands: remove it first",
                    seen.parent
                );
                found.conflicts.push(Conflict::new(at.key("user"), problem));
            }
            Some(seen) => {
                found.changes(alter_key(name, wanted, seen, document).map(IdentityChange::AlterAccessKey));
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
        secret: wanted.secret.clone(),
        document: document.cloned(),
    }
}

fn alter_key(
    name: &Text,
    wanted: &AccessKey,
    seen: &SeenKey,
    document: Option<&Document>,
) -> Option<AccessKeyDrift> {
    let text = |seen: &str, wanted: Option<&String>| {
        let seen = Some(seen).filter(|text| !text.is_empty()).map(str::to_owned);
        wanted.and_then(|wanted| Drift::between(seen, wanted.clone()))
    };
    let policy = document.and_then(|document| Drift::between(seen.policy.clone(), document.clone()));
    let (name_drift, description) =
        (text(&seen.name, wanted.name.as_ref()), text(&seen.description, wanted.description.as_ref()));
    let status = wanted.status.and_then(|status| Drift::between(Some(seen.status), status));
    // What was disabled shows nothing of its secret, so enabling it sets that too.
    let enabled = status.as_ref().is_some_and(|status| status.to == Status::Enabled);
    let rotate_secret = seen.secret_differs || enabled;
    if !rotate_secret && policy.is_none() && name_drift.is_none() && description.is_none() && status.is_none()
    {
        return None;
    }
    Some(AccessKeyDrift {
        access_key: name.clone(),
        rotate_secret,
        policy,
        name: name_drift,
        description,
        status,
        secret: wanted.secret.clone(),
        document: document.or(seen.policy.as_ref()).cloned(),
    })
}
