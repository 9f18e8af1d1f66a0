//! Reads the policies that are attached to users and groups of an LDAP directory, and whose access keys are whose.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;

use super::names::Names;
use crate::desired::Desired;
use crate::error::Error;
use crate::observed::{Observed, ObservedLdap};
use crate::wire::admin::LdapName;
use crate::wire::client::Client;
use crate::wire::parallel::all;

/// Reads them beside the accounts of the server's own.
pub(super) async fn observe_with(
    client: &Client,
    desired: &Desired,
    names: &Names,
    accounts: impl Future<Output = Result<Observed, Error>>,
) -> Result<Observed, Error> {
    let (mut observed, ldap) = tokio::try_join!(accounts, observe(client, desired))?;
    observed.ldap = ldap;
    name_owners(&mut observed, names);
    Ok(observed)
}

async fn observe(client: &Client, desired: &Desired) -> Result<ObservedLdap, Error> {
    if desired.ldap.is_empty() {
        return Ok(ObservedLdap::default());
    }
    let policies = async |name: LdapName<'_>| Ok((name.name().to_owned(), client.ldap_policies(name).await?));
    // They come first, because they tell a server that has no LDAP.
    let (users, groups) = tokio::try_join!(
        all(desired.ldap.users.keys().map(async |name| policies(LdapName::User(name)).await)),
        all(desired.ldap.groups.keys().map(async |name| policies(LdapName::Group(name)).await)),
    )?;
    let keys = owners(desired).into_iter().map(async |login| {
        let own = client.ldap_access_keys(login).await?;
        Ok((login.clone(), own))
    });
    let (keys, ()) = tokio::try_join!(all(keys), client.check_ldap_reachable())?;
    let keys: BTreeMap<String, Option<BTreeSet<String>>> = keys.into_iter().collect();
    let unknown = keys.iter().filter(|(_, own)| own.is_none()).map(|(login, _)| login.clone()).collect();
    let keys = keys.into_iter().filter_map(|(login, own)| Some((login, own?))).collect();
    Ok(ObservedLdap {
        users: users.into_iter().collect(),
        groups: groups.into_iter().collect(),
        keys,
        unknown,
    })
}

/// The users of the directory that declared access keys belong to.
fn owners(desired: &Desired) -> BTreeSet<&String> {
    let users = desired.keys.values().filter_map(|key| key.user.as_ref());
    users.filter_map(|user| desired.ldap.user(user)).collect()
}

/// Names the user of each access key as the spec does: the server has its distinguished name.
fn name_owners(observed: &mut Observed, names: &Names) {
    for (login, keys) in &observed.ldap.keys {
        for key in keys {
            if let Some(existing) = observed.keys.get_mut(&names.label(key)) {
                existing.parent = Text::Plain(login.clone());
            }
        }
    }
}
