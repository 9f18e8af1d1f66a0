//! Reads what the spec is about: one query per kind in the maintenance session, one session per database
//! that declares something inside. Only reads.

mod access;
pub(crate) mod cluster;
mod extension;
mod inside;
mod locale;
pub(crate) mod objects;
pub(crate) mod password;
pub(crate) mod publication;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;
use tracing::warn;

use self::access::Oids;
use crate::desired::{Desired, Published};
use crate::error::Error;
use crate::observed::{self, Observed};
use crate::spec::{LocaleProvider, Privilege};
use crate::wire::{Ownership, Pool, Server, Use};

pub(crate) async fn observe(
    server: &mut Server,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    supported(desired, server.main.facts.version)?;
    let (mut observed, oids) = cluster::observe(server, desired).await?;
    password::observe(server, desired, secrets, &mut observed).await?;
    observed.offers = extension::offers(server, desired).await?;
    logical(server, desired).await?;
    insides(server, desired, &oids, &mut observed).await?;
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
    desired: &Desired,
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

/// What this server is too old for.
fn supported(desired: &Desired, version: u32) -> Result<(), Error> {
    let needs = |at: String, what: String, least: u32| {
        Err(Error::Missing(format!("{at}: {what} needs PostgreSQL {least}, and this server is {version}")))
    };
    for (name, database) in &desired.databases {
        let provider = match database.locale.provider {
            Some(LocaleProvider::Icu) => 15,
            Some(LocaleProvider::Builtin) => 17,
            Some(LocaleProvider::Libc) | None => 0,
        };
        if version < provider {
            let what = "this provider of locales".to_owned();
            return needs(format!("databases.{name}.localeProvider"), what, provider);
        }
        for (publication, wanted) in database.publications.iter().filter(|_| version < 15) {
            let at = format!("databases.{name}.publications.{publication}");
            let whole = |table: &Published| *table == Published::default();
            if !wanted.schemas.is_empty() {
                return needs(at + ".schemas", "a publication of schemas".to_owned(), 15);
            } else if !wanted.tables.values().all(whole) {
                return needs(at + ".tables", "a publication of some columns or rows".to_owned(), 15);
            }
        }
    }
    for (key, role) in &desired.roles {
        for (of, options) in &role.member_of {
            let option = match (options.inherit, options.set) {
                (Some(false), _) => "inherit: false",
                (_, Some(false)) => "set: false",
                _ => continue,
            };
            if version < 16 {
                return needs(format!("roles.{key}.memberOf"), format!("`{option}` for {of}"), 16);
            }
        }
    }
    for (name, database) in desired.databases.iter().filter(|_| version < 17) {
        let defaults = database.defaults.values().chain(database.default_revokes.values());
        let all = database.grants.values().chain(database.revokes.values()).chain(defaults);
        if let Some(privileges) = all.into_iter().find(|found| found.set.contains(&Privilege::Maintain)) {
            let what = format!("the privilege `maintain` (in the database {name})");
            return needs(privileges.at.to_string(), what, 17);
        }
    }
    Ok(())
}
