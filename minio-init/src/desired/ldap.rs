//! Users and groups of an LDAP directory. The server keeps the policies that are attached to them, and the directory
//! everything else.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

#[derive(Debug, Default)]
pub(crate) struct Ldap {
    /// By login name or by distinguished name.
    pub(crate) users: BTreeMap<String, LdapIdentity>,
    /// By distinguished name.
    pub(crate) groups: BTreeMap<String, LdapIdentity>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LdapIdentity {
    pub(crate) policies: BTreeSet<String>,
    /// The policies that are detached.
    pub(crate) detached: BTreeSet<String>,
    /// True when every policy is detached.
    pub(crate) is_absent: bool,
}

impl Ldap {
    pub(crate) fn is_empty(&self) -> bool {
        self.users.is_empty() && self.groups.is_empty()
    }

    /// The name of a user, if it is one of these.
    pub(crate) fn user(&self, name: &Text) -> Option<&String> {
        match name {
            Text::Plain(name) => self.users.get_key_value(name).map(|(name, _)| name),
            Text::Secret(_) => None,
        }
    }

    /// The policies that are attached to any user or group.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &String> {
        self.users.values().chain(self.groups.values()).flat_map(|identity| &identity.policies)
    }
}

/// True for a distinguished name, as opposed to a login name.
pub(crate) fn is_distinguished_name(name: &str) -> bool {
    name.contains('=')
}

/// A distinguished name by its meaning: without regard to case, and to spaces around separators.
pub(crate) fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut words = name.split_whitespace();
    folded.extend(words.next());
    for word in words {
        if !folded.ends_with([',', '=', '+']) && !word.starts_with([',', '=', '+']) {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_spaces_around_separators_have_no_meaning() {
        let name = "uid=jane doe,ou=people,dc=example";
        for other in ["UID=Jane  Doe, OU=People , dc = example", " uid=jane doe,ou=people,dc=example "] {
            assert_eq!(folded(other), name);
        }
        assert_ne!(folded("uid=janedoe,ou=people,dc=example"), name);
    }
}
