//! Exports the ACL users that are the same on all nodes.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::secret_name;
use init_core::{Endpoint, SecretRef, Text};

use super::found::{Found, Password, User, common};
use super::read::{Login, Node, UserOnNode};
use crate::desired::acl::rules::has_nopass;

/// The rules of the user `default` of a new server.
const OPEN: &str = "nopass ~* &* +@all";

pub(super) fn all(nodes: &BTreeMap<Endpoint, Node>, login: &Login, found: &mut Found) {
    let (same, differing) = common(nodes.values().map(|node| &node.users));
    let replicating = replicating(nodes);
    for (name, user) in same {
        if name == "default" && is_initial_default_user(user) {
            continue;
        }
        let open = has_nopass(&user.rules);
        if user.enabled && !open && user.passwords.is_empty() {
            found.note("users", &key(name, login), "that it is enabled without having any password");
            continue;
        }
        let first = replicating.filter(|(replicating, _)| *replicating == name).map(|(_, password)| password);
        found.users.insert(key(name, login), user_entry(name, user, login, first));
    }
    for name in differing {
        found.note("users", &key(name, login), "the nodes have it differently, or not all have it");
    }
    if let Some((name, password)) = replicating {
        let key = key(name, login);
        if found.users.get(&key).is_some_and(|user| user.enabled && !user.passwords.is_empty()) {
            found.replication_user = Some(key);
        } else if !password.is_empty() {
            let text = format!("replicas log in as {key}, which is no user with a password here");
            found.note("replicationUser", "", text);
        }
    }
}

/// The user that every node logs in to its primary as, with the digest of the password.
fn replicating(nodes: &BTreeMap<Endpoint, Node>) -> Option<(&str, &str)> {
    let of = |node: &'_ Node| node.parameters.get("masteruser").cloned().filter(|user| !user.is_empty());
    let all: BTreeSet<Option<String>> = nodes.values().map(of).collect();
    let first = nodes.values().next()?;
    let user = first.parameters.get("masteruser").filter(|user| all.len() == 1 && !user.is_empty())?;
    Some((user, first.primary_password.as_deref().unwrap_or_default()))
}

fn is_initial_default_user(user: &UserOnNode) -> bool {
    user.enabled && user.passwords.is_empty() && user.rules == OPEN
}

/// The key of a user in the exported spec.
fn key(name: &str, login: &Login) -> String {
    match login.label.as_ref().and_then(Text::secret) {
        Some(label) if name == login.user => label.name().to_owned(),
        _ => name.to_owned(),
    }
}

/// The exported form of a user. The password of the replicas' login comes first, then that of this run's login, then
/// the others in the order of their digests.
fn user_entry(name: &str, user: &UserOnNode, login: &Login, first: Option<&str>) -> User {
    let own = login.password.as_ref().filter(|_| name == login.user);
    let mut digests: Vec<&String> = user.passwords.iter().collect();
    let is_own = |digest: &str| own.is_some_and(|(_, own)| own == digest);
    digests.sort_by_key(|digest| (first != Some(digest.as_str()), !is_own(digest), (*digest).clone()));
    let mut count = 0;
    let mut password = |digest: &String| {
        if let Some((secret, _)) = own.filter(|_| is_own(digest)) {
            return Password::Own(secret.clone());
        }
        count += 1;
        Password::Other(numbered(&key(name, login), count))
    };
    let mut passwords: Vec<Password> = digests.iter().copied().map(&mut password).collect();
    // After a login with `bootstrapPassword` the user does not have the spec's password yet, and the exported spec
    // needs it.
    if let Some((secret, _)) = own.filter(|(_, own)| !passwords.is_empty() && !user.passwords.contains(own)) {
        let behind_that_of_replicas = usize::from(digests.first().map(|digest| digest.as_str()) == first);
        passwords.insert(behind_that_of_replicas, Password::Own(secret.clone()));
    }
    let label = login.label.clone().filter(|_| name == login.user);
    User { name: label, enabled: user.enabled, passwords, rules: user.rules.clone() }
}

fn numbered(key: &str, count: usize) -> SecretRef {
    match count {
        1 => secret_name(key, "password"),
        more => secret_name(key, &format!("password_{more}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The user that logs in, with these digests; its password has the digest `own`.
    fn passwords(digests: &[&str], first: Option<&str>) -> Vec<String> {
        let passwords = digests.iter().map(|digest| (*digest).to_owned()).collect();
        let user = UserOnNode { enabled: true, passwords, rules: "~* &* +@all".to_owned() };
        let secret = "new".parse::<SecretRef>().unwrap();
        let login =
            Login { user: "admin".to_owned(), label: None, password: Some((secret, "own".to_owned())) };
        let said = user_entry("admin", &user, &login, first).passwords;
        let names = said.iter().map(|password| match password {
            Password::Own(name) | Password::Other(name) => name.name().to_owned(),
        });
        names.collect()
    }

    #[test]
    fn the_user_that_logs_in_has_the_password_of_the_spec_even_before_it_works() {
        assert_eq!(passwords(&["own"], None), ["new"]);
        assert_eq!(passwords(&["a", "own"], None), ["new", "admin_password"]);
        assert_eq!(passwords(&["a"], None), ["new", "admin_password"]);
        assert_eq!(passwords(&["a", "b"], Some("b")), ["admin_password", "new", "admin_password_2"]);
        assert!(passwords(&[], None).is_empty());
    }
}
