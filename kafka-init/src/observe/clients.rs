//! Reads what concerns clients: SCRAM users, ACLs and client quotas.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secrets, Text};

use super::names::Names;
use super::{account, acls, quotas, users};
use crate::Error;
use crate::desired::{Binding, Desired, Entity, Quotas};
use crate::observed::{Account, Credentials, Principal};
use crate::wire::{Cluster, Probe};

/// The declared users, ACLs and quotas that exist, and the permissions of the provisioning account.
pub(crate) struct Clients {
    pub(crate) users: BTreeMap<Text, Credentials>,
    pub(crate) acls: BTreeSet<Binding>,
    pub(crate) quotas: BTreeMap<Entity, Quotas>,
    pub(crate) principal: Option<Principal>,
    pub(crate) account: Option<Account>,
}

pub(crate) async fn read(
    cluster: &mut Cluster,
    probe: &mut Probe,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Clients, Error> {
    let names = Names::of(desired, secrets)?;
    let quotas = quotas::read(cluster.main(), &desired.quotas, &names).await?;
    let mut users = BTreeMap::new();
    if !desired.users.is_empty() || !desired.absent_users.is_empty() {
        users = users::read(cluster.main(), probe, desired, (&names, secrets)).await?;
    }
    // ACLs are read last, because a broker shows new ones some hundredths of a second after it has acknowledged them.
    let declared = desired.acls.iter().chain(&desired.absent_acls).collect();
    let acls = acls::read(cluster.main(), &declared, (&names, secrets)).await?;
    let principal = principal(desired, &names, secrets)?;
    let account = if acls == desired.acls {
        None
    } else {
        Some(account::read(cluster, desired, principal.clone(), &names).await?)
    };
    Ok(Clients { users, acls, quotas, principal, account })
}

/// The principal of the provisioning account by Kafka's default rules. With a client certificate or a token it is
/// unknown, because the broker maps the name in it to a principal by its own rules.
#[expect(clippy::disallowed_methods, reason = "the name may be a secret, and is compared and never shown")]
fn principal(desired: &Desired, names: &Names, secrets: &Secrets) -> Result<Option<Principal>, Error> {
    use secrecy::ExposeSecret as _;
    let by_certificate = desired.tls.as_ref().is_some_and(init_net::Tls::has_certificate);
    Ok(match &desired.sasl {
        Some(sasl) => match sasl.username() {
            Some(name) => {
                Some(Principal(names.principal(&format!("User:{}", secrets.text(name)?.expose_secret()))))
            }
            None => None,
        },
        None if by_certificate => None,
        None => Some(Principal(names.principal("User:ANONYMOUS"))),
    })
}
