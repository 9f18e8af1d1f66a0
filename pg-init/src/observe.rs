//! Reads what the spec is about: one query per kind in the maintenance session, one session per database
//! that declares something inside. Only reads.

mod access;
mod cluster;
mod extension;
mod inside;
pub(crate) mod password;
mod settings;

use std::collections::BTreeMap;

use init_core::Secrets;

use self::access::Oids;
use crate::desired::Desired;
use crate::error::Error;
use crate::observed::Observed;
use crate::spec::Privilege;
use crate::wire::{Ownership, Pool, Server};

pub(crate) async fn observe(
    server: &mut Server,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    supported(desired, server.main.facts.version)?;
    let (mut observed, oids) = cluster::observe(server, desired).await?;
    password::observe(server, desired, secrets, &mut observed).await?;
    observed.offers = extension::offers(server, desired).await?;
    insides(server, desired, &oids, &mut observed).await?;
    extension::missing(desired, &observed)?;
    settings::equate(server, desired, &mut observed).await?;
    server.ownership = Ownership::of(&observed, &server.names);
    Ok(observed)
}

async fn insides(
    server: &Server,
    desired: &Desired,
    oids: &BTreeMap<String, u32>,
    observed: &mut Observed,
) -> Result<(), Error> {
    let there =
        |name: &String| observed.databases.get(name).is_some_and(|database| database.allows_connections);
    let declared = desired.databases.iter().filter(|(name, database)| database.has_inside() && there(name));
    let declared: Vec<_> = declared.collect();
    let (pool, oids) = (&server.pool, Oids { names: &server.names, roles: oids });
    let read = Pool::each(pool.width, declared, async |(name, database)| {
        let session = pool.session(name).await?;
        let inside = inside::observe(&session, &oids, name, database).await?;
        pool.keep(session);
        Ok::<_, Error>((name.clone(), inside))
    });
    for result in read.await {
        let (name, inside) = result?;
        if let Some(database) = observed.databases.get_mut(&name) {
            database.inside = inside;
        }
    }
    Ok(())
}

/// Options of memberships that this server does not have.
fn supported(desired: &Desired, version: u32) -> Result<(), Error> {
    for (key, role) in &desired.roles {
        for (of, options) in &role.member_of {
            let option = match (options.inherit, options.set) {
                (Some(false), _) => "inherit: false",
                (_, Some(false)) => "set: false",
                _ => continue,
            };
            if version < 16 {
                return Err(Error::Missing(format!(
                    "roles.{key}.memberOf: `{option}` for {of} needs PostgreSQL 16, and this server is {version}"
                )));
            }
        }
    }
    for (name, database) in desired.databases.iter().filter(|_| version < 17) {
        let all = database.grants.values().chain(database.revokes.values()).chain(database.defaults.values());
        if let Some(privileges) = all.into_iter().find(|found| found.set.contains(&Privilege::Maintain)) {
            let at = &privileges.at;
            return Err(Error::Missing(format!(
                "{at}: the privilege `maintain` needs PostgreSQL 17, and this server (database {name}) is {version}"
            )));
        }
    }
    Ok(())
}
