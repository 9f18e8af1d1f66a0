//! Validates the ACL users of a spec.

use std::collections::BTreeMap;

use init_core::{SpecPath, Text, Violations};

use crate::desired::acl::rules;
use crate::desired::{Login, User};
use crate::spec::user::{State, UserSpec};

/// A user with its defaults filled in.
fn to_user(key: &str, user: &UserSpec) -> User {
    let name = user.name.clone().unwrap_or_else(|| Text::Plain(key.to_owned()));
    User { name, enabled: user.enabled, passwords: user.passwords.clone(), rules: user.rules.clone() }
}

/// Reports users that are declared twice, under two keys.
pub(super) fn check_duplicates(
    at: &SpecPath,
    users: &BTreeMap<String, User>,
    absent: &BTreeMap<String, Text>,
    found: &mut Violations,
) {
    let names: BTreeMap<&String, &Text> =
        users.iter().map(|(key, user)| (key, &user.name)).chain(absent).collect();
    let mut seen: BTreeMap<&Text, &str> = BTreeMap::new();
    for (key, name) in names {
        if let Some(first) = seen.insert(name, key) {
            let at = at.key(key);
            found.push(&at, format!("`users.{first}` declares the user {name} already"));
        }
    }
}

/// Separates the users that are to exist from the names of those that are to be deleted.
pub(super) fn split_by_state(
    at: &SpecPath,
    users: &BTreeMap<String, UserSpec>,
    login: &Login,
    found: &mut Violations,
) -> (BTreeMap<String, User>, BTreeMap<String, Text>) {
    let (mut present, mut absent) = (BTreeMap::new(), BTreeMap::new());
    for (key, spec) in users {
        let user = to_user(key, spec);
        if spec.state == State::Present {
            present.insert(key.clone(), user);
            continue;
        }
        let at = at.key(key);
        if spec.passwords.is_some() || spec.rules.is_some() || spec.enabled.is_some() {
            found.push(&at, "a user that is absent has a name and nothing else");
        }
        if user.name == Text::Plain("default".to_owned()) {
            found.push(&at.key("state"), "the user `default` cannot be deleted: write `enabled: false`");
        } else if user.name == login.user {
            found.push(&at.key("state"), "this is the user that logs in: it cannot delete itself");
        }
        check_name(&at, &user.name, found);
        absent.insert(key.clone(), user.name);
    }
    (present, absent)
}

fn check_name(at: &SpecPath, name: &Text, found: &mut Violations) {
    if let Text::Plain(name) = name
        && (name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '\0'))
    {
        found.push(at, "a user's name is not empty and has no blanks");
    }
}

/// Reports every violation of a user.
pub(super) fn validate(at: &SpecPath, user: &User, login: &Login, found: &mut Violations) {
    check_name(at, &user.name, found);
    for token in user.rules.iter().flat_map(|rules| rules::tokens(rules)) {
        if let Some(why) = rules::rejection_reason(&token) {
            found.push(&at.key("rules"), why);
        }
    }
    let open = user.rules.as_ref().is_some_and(|rules| rules::has_nopass(rules));
    let passwords = user.passwords.as_deref().unwrap_or_default();
    if open && !passwords.is_empty() {
        found.push(&at.key("passwords"), "`nopass` in its rules would remove these passwords");
    }
    if user.may_log_in() && !open && passwords.is_empty() {
        found.push(at, "an enabled user has passwords, or `nopass` in its rules");
    }
    if user.name != login.user {
        return;
    }
    if !user.may_log_in() {
        found.push(&at.key("enabled"), "this is the user that logs in: it cannot disable itself");
    }
    if user.may_log_in()
        && !passwords.is_empty()
        && !login.password.as_ref().is_some_and(|p| passwords.contains(p))
    {
        found.push(
            &at.key("passwords"),
            "this is the user that logs in: the spec's `password` is one of its passwords",
        );
    }
}
