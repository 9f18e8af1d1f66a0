//! Reads the state of the objects that the spec declares: one query for each kind in the maintenance session, and one
//! session for each database whose contents the spec declares. Nothing is written.

mod access;
pub(crate) mod cluster;
mod contents;
mod extension;
pub(crate) mod foreign;
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
use crate::wire::{Ownership, Pool, Purpose, Server};

pub(crate) async fn observe(
    server: &mut Server,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    release::check(desired, server.main.facts.version)?;
    let (mut observed, oids) = cluster::observe(server, desired).await?;
    password::observe(server, desired, secrets, &mut observed).await?;
    observed.available_extensions = extension::read_available(server, desired).await?;
    warn_of_wal_level(server, desired).await?;
    let slots: Vec<&str> = desired.slots.keys().map(String::as_str).collect();
    if !slots.is_empty() {
        observed.slots = slot::read(&server.main, Some(&slots)).await?;
    }
    read_contents(server, (desired, secrets), &oids, &mut observed).await?;
    extension::check_available(desired, &observed)?;
    settings::mark_equal_values(server, desired, &mut observed).await?;
    locale::read_canonical(server, desired, &mut observed).await?;
    server.joinable = joinable_roles(server, &observed);
    server.ownership = Ownership::from_observed(&observed, &server.names);
    Ok(observed)
}

/// Warns of a publication on a server whose `wal_level` does not allow logical decoding: nobody can subscribe to it
/// yet.
async fn warn_of_wal_level(server: &Server, desired: &Desired) -> Result<(), Error> {
    const LEVEL: &str = "SELECT pg_catalog.current_setting('wal_level')";
    if desired.databases.values().all(|database| database.publications.is_empty()) {
        return Ok(());
    }
    let level = server.main.query_value(LEVEL, "reading wal_level").await?.unwrap_or_default();
    if level != "logical" {
        warn!(
            wal_level = level,
            "nobody can subscribe to a publication until `wal_level` is `logical`, which takes a restart"
        );
    }
    Ok(())
}

/// The real names of the roles that the provisioning role can act as.
fn joinable_roles(server: &Server, observed: &Observed) -> BTreeSet<String> {
    let roles = observed.provisioner.iter().flat_map(|provisioner| &provisioner.joinable);
    roles.map(|role| server.names.real(role).to_owned()).collect()
}

/// Reads the contents of each declared database that exists and allows connections.
async fn read_contents(
    server: &Server,
    (desired, secrets): (&Desired, &Secrets),
    oids: &BTreeMap<String, u32>,
    observed: &mut Observed,
) -> Result<(), Error> {
    let existing =
        |name: &String| observed.databases.get(name).is_some_and(observed::Database::allows_connections);
    let declared =
        desired.databases.iter().filter(|(name, database)| database.has_contents() && existing(name));
    let declared: Vec<_> = declared.collect();
    let (pool, oids) = (&server.pool, Oids { names: &server.names, roles: oids });
    let read = Pool::for_each(pool.width, declared, async |(name, database)| {
        let session = pool.session(name, Purpose::Reading).await?;
        let mut contents = contents::observe(&session, &oids, name, database).await?;
        publication::mark_equal_conditions(&session, pool, database, &mut contents).await?;
        contents.subscriptions = subscription::observe(&session, database, secrets).await?;
        foreign::observe(&session, database, secrets, |role| server.names.key(role), &mut contents).await?;
        pool.give_back(session, Purpose::Reading);
        Ok::<_, Error>((name.clone(), contents))
    });
    for result in read.await {
        let (name, contents) = result?;
        if let Some(database) = observed.databases.get_mut(&name) {
            database.contents = contents;
        }
    }
    Ok(())
}
