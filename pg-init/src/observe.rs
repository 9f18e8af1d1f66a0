//! Reads what the spec is about: one query per kind in the maintenance session, one session per database
//! that declares something inside. Only reads.

mod access;
pub(crate) mod cluster;
mod extension;
pub(crate) mod foreign;
mod inside;
mod locale;
pub(crate) mod objects;
pub(crate) mod password;
pub(crate) mod publication;
mod release;
mod settings;
pub(crate) mod slot;
pub(crate) mod subscription;

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;
use tracing::warn;

use self::access::Oids;
use crate::desired::Desired;
use crate::error::Error;
use crate::observed::{self, Observed};
use crate::wire::{Ownership, Pool, Server, Use};

pub(crate) async fn observe(
    server: &mut Server,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    release::supported(desired, server.main.facts.version)?;
    let (mut observed, oids) = cluster::observe(server, desired).await?;
    password::observe(server, desired, secrets, &mut observed).await?;
    observed.offers = extension::offers(server, desired).await?;
    logical(server, desired).await?;
    let slots: Vec<&str> = desired.slots.keys().map(String::as_str).collect();
    if !slots.is_empty() {
        observed.slots = slot::read(&server.main, Some(&slots)).await?;
    }
    insides(server, (desired, secrets), &oids, &mut observed).await?;
    extension::missing(desired, &observed)?;
    settings::equate(server, desired, &mut observed).await?;
    locale::canonical(server, desired, &mut observed).await?;
    server.joinable = joinable(server, &observed);
    server.ownership = Ownership::of(&observed, &server.names);
    Ok(observed)
}

/// A publication is of no use to a subscriber before the server writes what logical decoding needs.
async fn logical(server: &Server, desired: &Desired) -> Result<(), Error> {
    const LEVEL: &str = "SELECT pg_catalog.current_setting('wal_level')";
    if desired.databases.values().all(|database| database.publications.is_empty()) {
        return Ok(());
    }
    let level = server.main.one(LEVEL, "reading wal_level").await?.unwrap_or_default();
    if level != "logical" {
        warn!(
            wal_level = level,
            "nobody can subscribe to a publication until `wal_level` is `logical`, which takes a restart"
        );
    }
    Ok(())
}

/// The real names of the roles that the provisioning role can act as.
fn joinable(server: &Server, observed: &Observed) -> BTreeSet<String> {
    let roles = observed.provisioner.iter().flat_map(|provisioner| &provisioner.joinable);
    roles.map(|role| server.names.real(role).to_owned()).collect()
}

async fn insides(
    server: &Server,
    (desired, secrets): (&Desired, &Secrets),
    oids: &BTreeMap<String, u32>,
    observed: &mut Observed,
) -> Result<(), Error> {
    let there =
        |name: &String| observed.databases.get(name).is_some_and(observed::Database::allows_connections);
    let declared = desired.databases.iter().filter(|(name, database)| database.has_inside() && there(name));
    let declared: Vec<_> = declared.collect();
    let (pool, oids) = (&server.pool, Oids { names: &server.names, roles: oids });
    let read = Pool::each(pool.width, declared, async |(name, database)| {
        let session = pool.session(name, Use::Reading).await?;
        let mut inside = inside::observe(&session, &oids, name, database).await?;
        publication::equate(&session, pool, database, &mut inside).await?;
        inside.subscriptions = subscription::observe(&session, database, secrets).await?;
        foreign::observe(&session, database, secrets, |role| server.names.key(role), &mut inside).await?;
        pool.keep(session, Use::Reading);
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
