//! The users of a spec.

use init_core::{SpecPath, Text, Violations};

use crate::desired::acl::rules;
use crate::desired::{Login, User};
use crate::spec::UserSpec;

/// A user with its defaults filled in.
pub(super) fn desired(key: &str, user: &UserSpec) -> User {
    let name = user.name.clone().unwrap_or_else(|| Text::Plain(key.to_owned()));
    User { name, enabled: user.enabled, passwords: user.passwords.clone(), rules: user.rules.clone() }
}

/// Notes everything that is wrong with a user.
pub(super) fn validate(at: &SpecPath, user: &User, login: &Login, found: &mut Violations) {
    if let Text::Plain(name) = &user.name
        && (name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '\0'))
    {
        found.push(at, "a user's name is not empty and has no blanks");
    }
    for token in user.rules.iter().flat_map(|rules| rules::tokens(rules)) {
        if let Some(why) = rules::misplaced(&token) {
            found.push(&at.key("rules"), why);
        }
    }
    let open = user.rules.as_ref().is_some_and(|rules| rules::without_password(rules));
    let passwords = user.passwords.as_deref().unwrap_or_default();
    if open && !passwords.is_empty() {
        found.push(&at.key("passwords"), "`nopass` in its rules would drop them");
    }
    if user.enabled && !open && passwords.is_empty() {
        found.push(at, "an enabled user has passwords, or `nopass` in its rules");
    }
    if user.name != login.user {
        return;
    }
    if !user.enabled {
        found.push(&at.key("enabled"), "this is the user that logs in: it cannot disable itself");
    }
    if user.enabled
        && !passwords.is_empty()
        && !login.password.as_ref().is_some_and(|p| passwords.contains(p))
    {
        found.push(
            &at.key("passwords"),
            "this is the user that logs in: the spec's `password` is one of its passwords",
        );
    }
}
