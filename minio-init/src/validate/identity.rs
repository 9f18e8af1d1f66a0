//! Users, groups and access keys.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Text, Violations};

use crate::desired;
use crate::desired::names;
use crate::spec::{AccessKey, Credentials, Entry, Group, State, Stated, User};

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

/// A list of names as the sets that it means: those that are to be there, and those that are not.
fn sets(at: &SpecPath, list: Vec<Entry>, found: &mut Violations) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut there, mut absent) = (BTreeSet::new(), BTreeSet::new());
    for (index, entry) in list.into_iter().enumerate() {
        let at = at.index(index);
        let (name, state) = match entry {
            Entry::Name(name) => (name, State::Present),
            Entry::Stated(Stated { name, state }) => (name, state),
        };
        found.check(&at, names::plain(&name));
        if there.contains(&name) || absent.contains(&name) {
            found.push(&at, "it is there twice");
        }
        match state {
            State::Present => there.insert(name),
            State::Absent => absent.insert(name),
        };
    }
    (there, absent)
}

/// Of something that is to be absent nothing is said but its name.
const GOES: &str = "it is to be absent: say nothing of it but its accessKey";

pub(super) fn users(
    at: &SpecPath,
    users: BTreeMap<String, User>,
    own: &Credentials,
    found: &mut Violations,
) -> (BTreeMap<Text, desired::User>, BTreeMap<Text, String>) {
    let (mut desired, mut absent) = (BTreeMap::new(), BTreeMap::new());
    for (label, user) in users {
        let at = at.key(&label);
        let key = key_of(&label, user.access_key.as_ref());
        check_key(&at, &key, user.access_key.is_some(), found);
        if key == own.access_key {
            found.push(&at, ITSELF);
        }
        if desired.contains_key(&key) || absent.contains_key(&key) {
            found.push(&at, "another user has the same access key");
        }
        if user.state == State::Absent {
            if user.secret_key.is_some() || !user.policies.is_empty() || user.status.is_some() {
                found.push(&at.key("state"), GOES);
            }
            absent.insert(key, label);
            continue;
        }
        let (policies, detached) = sets(&at.key("policies"), user.policies, found);
        let Some(secret) = user.secret_key else {
            found.push(&at, NO_SECRET);
            continue;
        };
        desired.insert(key, desired::User { label, secret, policies, detached, status: user.status });
    }
    (desired, absent)
}

/// Two fields are required of what is to be there, which a schema of optional fields cannot say.
const NO_SECRET: &str = "missing field `secretKey`";

pub(super) fn groups(
    at: &SpecPath,
    groups: BTreeMap<String, Group>,
    users: &Names,
    absent: &BTreeMap<Text, String>,
    found: &mut Violations,
) -> BTreeMap<String, desired::Group> {
    let mut desired = BTreeMap::new();
    for (name, group) in groups {
        let at = at.key(&name);
        found.check(&at, names::plain(&name));
        let (members, removed) = sets(&at.key("members"), group.members, found);
        let resolved =
            |members: BTreeSet<String>| members.iter().map(|member| users.resolve(member)).collect();
        let (members, removed): (BTreeSet<Text>, BTreeSet<Text>) = (resolved(members), resolved(removed));
        for leaving in members.iter().filter(|member| absent.contains_key(*member)) {
            found.push(&at.key("members"), format!("the user `{leaving}` is to be absent"));
        }
        let (policies, detached) = sets(&at.key("policies"), group.policies, found);
        if group.status == Some(desired::Status::Disabled) && !policies.is_empty() {
            found.push(
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
    found: &mut Violations,
) -> (BTreeMap<Text, desired::AccessKey>, BTreeMap<Text, String>) {
    let (mut desired, mut absent) = (BTreeMap::new(), BTreeMap::new());
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
        if desired.contains_key(&key) || absent.contains_key(&key) {
            found.push(&at, "another access key has the same name");
        }
        if wanted.state == State::Absent {
            if says_more(&wanted) {
                found.push(&at.key("state"), GOES);
            }
            absent.insert(key, label);
            continue;
        }
        if matches!(&key, Text::Plain(key) if key.len() > names::NEW_KEY_MAX) {
            found.push(&at, format!("an access key has at most {} characters", names::NEW_KEY_MAX));
        }
        check_texts(&at, &wanted, found);
        let user = wanted.user.map(|user| users.resolve(&user));
        if user.as_ref().is_some_and(|user| absent_users.contains_key(user)) {
            found.push(&at.key("user"), "that user is to be absent");
        }
        let AccessKey { policy, name, description, status, .. } = wanted;
        if let Some(policy) = &policy {
            found.check(&at.key("policy"), names::plain(policy));
        }
        let Some(secret) = wanted.secret_key else {
            found.push(&at, NO_SECRET);
            continue;
        };
        desired.insert(key, desired::AccessKey { label, user, secret, policy, name, description, status });
    }
    (desired, absent)
}

fn says_more(key: &AccessKey) -> bool {
    let AccessKey { user, access_key: _, state: _, secret_key, policy, name, description, status } = key;
    let texts = [user, policy, name, description].into_iter().any(Option::is_some);
    texts || secret_key.is_some() || status.is_some()
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
