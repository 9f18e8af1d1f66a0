//! Users, groups and access keys.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Text, Violations};

use crate::desired;
use crate::desired::names;
use crate::spec::{AccessKey, Credentials, Group, User};

const NAME_MAX: usize = 32;
const DESCRIPTION_MAX: usize = 256;
const ITSELF: &str = "this is the account that provisions: it cannot provision itself";

/// The access key behind each label.
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

    /// A label of the spec, or an access key that is on the server already.
    fn resolve(&self, name: &str) -> Text {
        self.0.get(name).cloned().unwrap_or_else(|| Text::Plain(name.to_owned()))
    }
}

fn key_of(label: &str, access_key: Option<&Text>) -> Text {
    access_key.cloned().unwrap_or_else(|| Text::Plain(label.to_owned()))
}

fn check_key(at: &SpecPath, key: &Text, given: bool, found: &mut Violations) {
    if let Text::Plain(key) = key {
        let at = if given { at.key("accessKey") } else { at.clone() };
        found.check(&at, names::access_key(key));
    }
}

/// A list of names as the set that it means.
fn set(at: &SpecPath, list: Vec<String>, found: &mut Violations) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (index, name) in list.into_iter().enumerate() {
        let at = at.index(index);
        found.check(&at, names::plain(&name));
        if !names.insert(name) {
            found.push(&at, "it is there twice");
        }
    }
    names
}

pub(super) fn users(
    at: &SpecPath,
    users: &BTreeMap<String, User>,
    own: &Credentials,
    found: &mut Violations,
) -> BTreeMap<Text, desired::User> {
    let mut desired = BTreeMap::new();
    for (label, user) in users {
        let at = at.key(label);
        let key = key_of(label, user.access_key.as_ref());
        check_key(&at, &key, user.access_key.is_some(), found);
        if key == own.access_key {
            found.push(&at, ITSELF);
        }
        let policies = set(&at.key("policies"), user.policies.clone(), found);
        let (secret, status) = (user.secret_key.clone(), user.status);
        let user = desired::User { label: label.clone(), secret, policies, status };
        if desired.insert(key, user).is_some() {
            found.push(&at, "another user has the same access key");
        }
    }
    desired
}

pub(super) fn groups(
    at: &SpecPath,
    groups: BTreeMap<String, Group>,
    users: &Names,
    found: &mut Violations,
) -> BTreeMap<String, desired::Group> {
    let mut desired = BTreeMap::new();
    for (name, group) in groups {
        let at = at.key(&name);
        found.check(&at, names::plain(&name));
        let members = set(&at.key("members"), group.members, found);
        let members = members.iter().map(|member| users.resolve(member)).collect();
        let policies = set(&at.key("policies"), group.policies, found);
        if group.status == Some(desired::Status::Disabled) && !policies.is_empty() {
            found.push(
                &at.key("policies"),
                "a disabled group takes no policies: leave them out, or enable it",
            );
        }
        desired.insert(name, desired::Group { members, policies, status: group.status });
    }
    desired
}

pub(super) fn keys(
    at: &SpecPath,
    keys: BTreeMap<String, AccessKey>,
    own: &Credentials,
    users: &Names,
    found: &mut Violations,
) -> BTreeMap<Text, desired::AccessKey> {
    let mut desired = BTreeMap::new();
    for (label, wanted) in keys {
        let at = at.key(&label);
        let key = key_of(&label, wanted.access_key.as_ref());
        check_key(&at, &key, wanted.access_key.is_some(), found);
        if key == own.access_key {
            found.push(&at, ITSELF);
        }
        let taken = users.0.iter().find(|(_, user)| **user == key);
        if let Some((user, _)) = taken {
            found.push(&at, format!("the user `{user}` has the same access key"));
        }
        if matches!(&key, Text::Plain(key) if key.len() > names::NEW_KEY_MAX) {
            found.push(&at, format!("an access key has at most {} characters", names::NEW_KEY_MAX));
        }
        check_texts(&at, &wanted, found);
        let user = wanted.user.map(|user| users.resolve(&user));
        let AccessKey { secret_key: secret, policy, name, description, status, .. } = wanted;
        if let Some(policy) = &policy {
            found.check(&at.key("policy"), names::plain(policy));
        }
        let wanted = desired::AccessKey { label, user, secret, policy, name, description, status };
        if desired.insert(key, wanted).is_some() {
            found.push(&at, "another access key has the same name");
        }
    }
    desired
}

fn check_texts(at: &SpecPath, key: &AccessKey, found: &mut Violations) {
    if let Some(name) = &key.name {
        let inside = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        let begins = name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if !begins || name.len() > NAME_MAX || !name.bytes().all(inside) {
            found.push(
                &at.key("name"),
                "a name begins with a letter and has up to 32 letters, digits, `-` and `_`",
            );
        }
    }
    if key.description.as_ref().is_some_and(|text| text.is_empty() || text.len() > DESCRIPTION_MAX) {
        found.push(&at.key("description"), "a description has 1 to 256 bytes");
    }
}
