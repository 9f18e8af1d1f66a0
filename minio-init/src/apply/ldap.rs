//! Checks before the first write that the LDAP directory has each user and group that a policy is attached to, and that
//! no user or group is to be made on a server that takes them from LDAP.

use crate::change::{Change, Grantee, IdentityChange};
use crate::error::Error;
use crate::wire::admin::LdapName;
use crate::wire::client::Client;
use crate::wire::parallel::all;

/// The index of each change that the server would refuse, with the error.
pub(super) async fn refused(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let indexed = changes.iter().enumerate();
    let attached = indexed.clone().filter_map(|(index, change)| Some((index, attached_to(change)?)));
    let checks = attached.map(async |(index, name)| {
        let looked_for = client.find_in_ldap(name).await;
        Ok::<_, Error>(looked_for.err().map(|missing| (index, missing.with_remedy(NOT_THERE))))
    });
    let mut refused: Vec<_> = all(checks).await.into_iter().flatten().flatten().collect();
    let own: Vec<_> = indexed.filter_map(|(index, change)| Some((index, own_place(change)?))).collect();
    if !own.is_empty() && client.has_ldap().await {
        refused.extend(own.into_iter().map(|(index, at)| (index, client.no_own_identities(at))));
    }
    refused
}

/// The remedy for a name that the directory does not have.
const NOT_THERE: &str = "write a login name or a distinguished name that the server finds in LDAP, below the base of \
                         `identity_ldap`";

/// The user or group of the directory that a policy is attached to.
fn attached_to(change: &Change) -> Option<LdapName<'_>> {
    let Change::Identity(IdentityChange::AttachPolicies { to, .. }) = change else { return None };
    ldap_name(to)
}

/// The place in the spec of a user or group of the server's own that is made.
fn own_place(change: &Change) -> Option<String> {
    let Change::Identity(change) = change else { return None };
    if let IdentityChange::CreateUser { user, .. } = change {
        return Some(format!("users.{user}"));
    }
    if let IdentityChange::CreateGroup { group, .. } = change {
        return Some(format!("groups.{group}"));
    }
    None
}

/// The user or group of the LDAP directory that a grantee is.
pub(super) fn ldap_name(grantee: &Grantee) -> Option<LdapName<'_>> {
    match grantee {
        Grantee::User(_) | Grantee::Group(_) => None,
        Grantee::LdapUser(name) => Some(LdapName::User(name)),
        Grantee::LdapGroup(name) => Some(LdapName::Group(name)),
    }
}
