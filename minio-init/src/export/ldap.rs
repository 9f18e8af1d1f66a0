//! Reads the policies of users and groups of an LDAP directory, and the login names of the users that have access keys.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use init_core::Text;

use super::found::Found;
use crate::error::Error;
use crate::observed::ObservedUser;
use crate::wire::admin::GroupInfo;
use crate::wire::client::{Call, Client};
use crate::wire::parallel::all;

/// Takes the users that have policies; the list of a server with LDAP has their distinguished names.
pub(super) fn take_users(users: BTreeMap<Text, ObservedUser>, found: &mut Found) {
    for (name, user) in users {
        if let Text::Plain(name) = name {
            found.server.ldap.users.insert(name, user.policies);
        }
    }
}

/// Reads the policies of the groups that have some.
pub(super) async fn groups(
    client: &Client,
    names: &BTreeSet<String>,
    found: &mut Found,
) -> Result<(), Error> {
    let groups = all(names.iter().map(async |name| {
        let action = format!("read the policies of the LDAP group {name}");
        let call = Call::admin(Method::GET, "group", action.as_str()).query("group", name);
        let info: GroupInfo = client.json(&action, &client.send_admin("groups", call).await?)?;
        Ok((name.clone(), info.policies))
    }));
    found.server.ldap.groups = groups.await?.into_iter().collect();
    Ok(())
}

/// Names the users of access keys by their login names, which make access keys on another server. MinIO does not say
/// them; the first value of a distinguished name is one where that user of LDAP has the same access keys.
pub(super) async fn name_owners(client: &Client, found: &mut Found) -> Result<(), Error> {
    let parents = found.server.keys.values().filter_map(|key| match &key.parent {
        Text::Plain(parent) => Some((first_value(parent)?, parent.clone())),
        Text::Secret(_) => None,
    });
    for (login, parent) in parents.collect::<BTreeSet<_>>() {
        let own = client.ldap_access_keys(&login).await?.unwrap_or_default();
        if own.is_empty() {
            continue;
        }
        for (name, key) in &mut found.server.keys {
            let is_its = matches!(name, Text::Plain(name) if own.contains(name));
            if is_its && key.parent == Text::Plain(parent.clone()) {
                key.parent = Text::Plain(login.clone());
                let policies = found.server.ldap.users.remove(&parent).unwrap_or_default();
                found.server.ldap.users.entry(login.clone()).or_default().extend(policies);
            }
        }
    }
    Ok(())
}

/// The first value of a distinguished name, as in `uid=VALUE,ou=people`.
fn first_value(name: &str) -> Option<String> {
    let (_, rest) = name.split_once('=')?;
    let (mut value, mut letters) = (String::new(), rest.chars());
    while let Some(letter) = letters.next() {
        match letter {
            ',' | '+' => break,
            '\\' => match letters.next()? {
                // A code of a character, which no login name needs.
                code if code.is_ascii_hexdigit() => return None,
                special => value.push(special),
            },
            letter => value.push(letter),
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_of_a_distinguished_name_is_without_its_escapes() {
        for (name, value) in [
            ("uid=app,ou=people", Some("app")),
            ("cn=Doe\\, Jane+uid=jane,dc=example", Some("Doe, Jane")),
            ("cn=\\c3\\a9,dc=example", None),
            ("app", None),
        ] {
            assert_eq!(first_value(name).as_deref(), value, "{name}");
        }
    }
}
