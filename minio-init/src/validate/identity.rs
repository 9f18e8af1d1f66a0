//! Validates users, groups and access keys.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Text, Violations};

use crate::desired;
use crate::desired::document::Document;
use crate::desired::{Expiry, is_distinguished_name, names};
use crate::spec::{AccessKey, Credentials, Entry, Group, State, Stated, User};

const NAME_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 256;
const ITSELF: &str = "this is the provisioning account: it cannot provision itself";

/// The access key of each label.
pub(super) struct Names(BTreeMap<String, Text>);

impl Names {
    pub(super) fn of(users: &BTreeMap<String, User>) -> Self {
        Self(
            users
                .iter()
                .map(|(label, user)| (label.clone(), key_of(label, user.access_key.as_ref())))
                .collect(),
        )
    }

    /// True for the label or the access key of a user.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(label, key)| label == name || matches!(key, Text::Plain(key) if key == name))
    }

    /// The access key for a name, which is a label of the spec or an access key on the server.
    fn resolve(&self, name: &str) -> Text {
        self.0.get(name).cloned().unwrap_or_else(|| Text::Plain(name.to_owned()))
    }
}

fn key_of(label: &str, access_key: Option<&Text>) -> Text {
    access_key.cloned().unwrap_or_else(|| Text::Plain(label.to_owned()))
}

fn check_key(at: &SpecPath, key: &Text, given: bool, violations: &mut Violations) {
    if let Text::Plain(key) = key {
        if is_distinguished_name(key) {
            violations.push(at, OF_LDAP);
            return;
        }
        let at = if given { at.key("accessKey") } else { at.clone() };
        violations.check(&at, names::access_key(key));
    }
}

/// The message for a distinguished name in the place of an account of the server's own.
const OF_LDAP: &str = "this is the distinguished name of an entry of LDAP: write it under `users` or `groups` of `ldap`, with its policies";
/// The message for an access key of a distinguished name.
const NOT_A_LOGIN_NAME: &str = "a server makes the access keys of an LDAP user for its login name: write that here, and under `ldap.users`";

/// Splits a list of names into those that are present and those that are absent.
pub(super) fn split_by_state(
    at: &SpecPath,
    list: Vec<Entry>,
    violations: &mut Violations,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut present, mut absent) = (BTreeSet::new(), BTreeSet::new());
    for (index, entry) in list.into_iter().enumerate() {
        let at = at.index(index);
        let (name, state) = match entry {
            Entry::Name(name) => (name, State::Present),
            Entry::Stated(Stated { name, state }) => (name, state),
        };
        violations.check(&at, names::plain(&name));
        if present.contains(&name) || absent.contains(&name) {
            violations.push(&at, "it is listed twice");
        }
        match state {
            State::Present => present.insert(name),
            State::Absent => absent.insert(name),
        };
    }
    (present, absent)
}

/// The message for an absent account with more fields than its name.
const ABSENT_HAS_NO_FIELDS: &str = "it is to be absent: leave out everything but `state` and `accessKey`";

pub(super) fn users(
    at: &SpecPath,
    users: BTreeMap<String, User>,
    own: &Credentials,
    documents: &mut BTreeMap<String, Document>,
    violations: &mut Violations,
) -> (BTreeMap<Text, desired::User>, BTreeMap<Text, String>) {
    let (mut desired, mut absent) = (BTreeMap::new(), BTreeMap::new());
    for (label, user) in users {
        let at = at.key(&label);
        let key = key_of(&label, user.access_key.as_ref());
        check_key(&at, &key, user.access_key.is_some(), violations);
        if key == own.access_key {
            violations.push(&at, ITSELF);
        }
        if desired.contains_key(&key) || absent.contains_key(&key) {
            violations.push(&at, "another user has the same access key");
        }
        if user.state == State::Absent {
            let has_rights = !user.policies.is_empty() || user.access.is_some();
            if user.secret_key.is_some() || has_rights || user.status.is_some() {
                violations.push(&at.key("state"), ABSENT_HAS_NO_FIELDS);
            }
            absent.insert(key, label);
            continue;
        }
        let (policies, detached) = split_by_state(&at.key("policies"), user.policies, violations);
        let Some(secret) = user.secret_key else {
            if !matches!(&key, Text::Plain(key) if is_distinguished_name(key)) {
                violations.push(&at, NO_SECRET);
            }
            continue;
        };
        let (access, status) = (BTreeMap::new(), user.status);
        let mut wanted = desired::User { label, secret, policies, detached, access, status };
        if let Some(levels) = user.access {
            super::access::attach(&at.key("access"), levels, &mut wanted, documents, violations);
        }
        desired.insert(key, wanted);
    }
    (desired, absent)
}

/// The messages for fields that are required only of an account that is present, which a JSON Schema cannot express.
const NO_SECRET: &str = "missing field `secretKey`";

pub(super) fn groups(
    at: &SpecPath,
    groups: BTreeMap<String, Group>,
    users: &Names,
    absent: &BTreeMap<Text, String>,
    violations: &mut Violations,
) -> BTreeMap<String, desired::Group> {
    let mut desired = BTreeMap::new();
    for (name, group) in groups {
        let at = at.key(&name);
        if is_distinguished_name(&name) {
            violations.push(&at, OF_LDAP);
        } else {
            violations.check(&at, names::plain(&name));
        }
        let (members, removed) = split_by_state(&at.key("members"), group.members, violations);
        let resolved =
            |members: BTreeSet<String>| members.iter().map(|member| users.resolve(member)).collect();
        let (members, removed): (BTreeSet<Text>, BTreeSet<Text>) = (resolved(members), resolved(removed));
        for leaving in members.iter().filter(|member| absent.contains_key(*member)) {
            violations.push(&at.key("members"), format!("the user `{leaving}` is to be absent"));
        }
        let (policies, detached) = split_by_state(&at.key("policies"), group.policies, violations);
        if group.status == Some(desired::Status::Disabled) && !policies.is_empty() {
            violations.push(
                &at.key("policies"),
                "a disabled group takes no policies: leave them out, or enable it",
            );
        }
        let status = group.status;
        desired.insert(name, desired::Group { members, removed, policies, detached, status });
    }
    desired
}

pub(super) fn keys(
    at: &SpecPath,
    keys: BTreeMap<String, AccessKey>,
    own: &Credentials,
    (users, absent_users): (&Names, &BTreeMap<Text, String>),
    violations: &mut Violations,
) -> (BTreeMap<Text, desired::AccessKey>, BTreeMap<Text, String>) {
    let (mut desired, mut absent) = (BTreeMap::new(), BTreeMap::new());
    for (label, wanted) in keys {
        let at = at.key(&label);
        let key = key_of(&label, wanted.access_key.as_ref());
        check_key(&at, &key, wanted.access_key.is_some(), violations);
        if key == own.access_key {
            violations.push(&at, ITSELF);
        }
        let taken = users.0.iter().find(|(_, user)| **user == key);
        if let Some((user, _)) = taken {
            violations.push(&at, format!("the user `{user}` has the same access key"));
        }
        if desired.contains_key(&key) || absent.contains_key(&key) {
            violations.push(&at, "another access key has the same name");
        }
        if wanted.state == State::Absent {
            if has_other_fields(&wanted) {
                violations.push(&at.key("state"), ABSENT_HAS_NO_FIELDS);
            }
            absent.insert(key, label);
            continue;
        }
        if matches!(&key, Text::Plain(key) if key.len() > names::NEW_KEY_MAX) {
            violations.push(&at, format!("an access key has at most {} characters", names::NEW_KEY_MAX));
        }
        check_texts(&at, &wanted, violations);
        let user = wanted.user.map(|user| owner(&at.key("user"), &user, (users, absent_users), violations));
        let expires = wanted.expires.as_deref().and_then(|text| expiry(&at, text, violations));
        let AccessKey { policy, name, description, status, .. } = wanted;
        if let Some(policy) = &policy {
            violations.check(&at.key("policy"), names::plain(policy));
        }
        let Some(secret) = wanted.secret_key else {
            violations.push(&at, NO_SECRET);
            continue;
        };
        desired.insert(
            key,
            desired::AccessKey { label, user, secret, policy, name, description, status, expires },
        );
    }
    (desired, absent)
}

fn has_other_fields(key: &AccessKey) -> bool {
    let AccessKey { user, access_key: _, state: _, secret_key, policy, name, description, status, expires } =
        key;
    let texts = [user, policy, name, description, expires].into_iter().any(Option::is_some);
    texts || secret_key.is_some() || status.is_some()
}

/// The user that an access key belongs to.
fn owner(
    at: &SpecPath,
    user: &str,
    (users, absent_users): (&Names, &BTreeMap<Text, String>),
    violations: &mut Violations,
) -> Text {
    let user = users.resolve(user);
    if matches!(&user, Text::Plain(name) if is_distinguished_name(name)) {
        violations.push(at, NOT_A_LOGIN_NAME);
    }
    if absent_users.contains_key(&user) {
        violations.push(at, "that user is to be absent");
    }
    user
}

fn expiry(at: &SpecPath, text: &str, violations: &mut Violations) -> Option<Expiry> {
    let problem = "expected an RFC 3339 time such as 2030-01-01T00:00:00Z, or `never`";
    violations.check(&at.key("expires"), Expiry::parse(text).ok_or(problem))
}

fn check_texts(at: &SpecPath, key: &AccessKey, violations: &mut Violations) {
    if let Some(name) = &key.name {
        let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let begins = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if !begins || name.len() > NAME_MAX || !name.bytes().all(inside) {
            violations.push(
                &at.key("name"),
                "a name begins with a letter and has up to 32 letters, digits, `-` and `_`",
            );
        }
    }
    if key.description.as_ref().is_some_and(|text| text.is_empty() || text.len() > DESCRIPTION_MAX) {
        violations.push(&at.key("description"), "a description has 1 to 256 bytes");
    }
}
