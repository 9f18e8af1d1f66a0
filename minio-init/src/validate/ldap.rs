//! Validates users and groups of an LDAP directory.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::identity::{Names, split_by_state};
use crate::desired::{Ldap, LdapIdentity, folded, is_distinguished_name};
use crate::spec::{self, State};

/// The longest name, which is sent in the query of a request.
const NAME_MAX: usize = 1024;

pub(super) fn ldap(at: &SpecPath, ldap: spec::Ldap, users: &Names, violations: &mut Violations) -> Ldap {
    let (at_users, at_groups) = (at.key("users"), at.key("groups"));
    for name in ldap.users.keys().filter(|name| users.has(name)) {
        violations.push(&at_users.key(name), "a user under `users` has the same name");
    }
    for name in ldap.groups.keys().filter(|name| !is_distinguished_name(name)) {
        let problem = "a group of LDAP is written by its distinguished name, as in cn=writers,ou=groups,dc=example,dc=com";
        violations.push(&at_groups.key(name), problem);
    }
    Ldap {
        users: identities(&at_users, ldap.users, violations),
        groups: identities(&at_groups, ldap.groups, violations),
    }
}

fn identities(
    at: &SpecPath,
    identities: BTreeMap<String, spec::LdapIdentity>,
    violations: &mut Violations,
) -> BTreeMap<String, LdapIdentity> {
    let (mut desired, mut meanings) = (BTreeMap::new(), BTreeMap::new());
    for (name, identity) in identities {
        let at = at.key(&name);
        violations.check(&at, check_name(&name));
        if let Some(other) = meanings.insert(folded(&name), name.clone()) {
            violations.push(&at, format!("this is `{other}` in another spelling"));
        }
        let is_absent = identity.state == State::Absent;
        if is_absent && !identity.policies.is_empty() {
            violations.push(&at.key("state"), "every policy is to be detached: leave out `policies`");
        }
        let (policies, detached) = split_by_state(&at.key("policies"), identity.policies, violations);
        desired.insert(name, LdapIdentity { policies, detached, is_absent });
    }
    desired
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() || name.len() > NAME_MAX || name != name.trim() || name.chars().any(char::is_control) {
        Err("a name has 1 to 1024 characters, no control character and no space at its ends")
    } else {
        Ok(())
    }
}
