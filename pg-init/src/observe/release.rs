//! Refuses a spec that needs a later release than the server's.

use crate::desired::{Database, Desired, Published};
use crate::error::Error;
use crate::spec::{LocaleProvider, Privilege};

pub(super) fn check(desired: &Desired, version: u32) -> Result<(), Error> {
    roles(desired, version)?;
    for (name, database) in &desired.databases {
        locale(name, database, version)?;
        publications(name, database, version)?;
        privileges(name, database, version)?;
    }
    slots(desired, version)
}

/// Refuses a property that exists only since the major version `least`.
fn require(version: u32, least: u32, at: &str, what: &str) -> Result<(), Error> {
    if version >= least {
        return Ok(());
    }
    Err(Error::Missing(format!("{at}: {what} needs PostgreSQL {least}, and this server is {version}")))
}

fn roles(desired: &Desired, version: u32) -> Result<(), Error> {
    for (key, role) in &desired.roles {
        if !role.parameter_privileges.is_empty() {
            require(version, 15, &format!("roles.{key}.parameterPrivileges"), "a privilege on a parameter")?;
        }
        for (of, options) in &role.member_of {
            let option = match (options.inherit, options.set) {
                (Some(false), _) => "inherit: false",
                (_, Some(false)) => "set: false",
                _ => continue,
            };
            require(version, 16, &format!("roles.{key}.memberOf"), &format!("`{option}` for {of}"))?;
        }
    }
    Ok(())
}

fn locale(name: &str, database: &Database, version: u32) -> Result<(), Error> {
    let least = match database.locale.provider {
        Some(LocaleProvider::Icu) => 15,
        Some(LocaleProvider::Builtin) => 17,
        Some(LocaleProvider::Libc) | None => 0,
    };
    require(version, least, &format!("databases.{name}.localeProvider"), "this provider of locales")
}

fn publications(name: &str, database: &Database, version: u32) -> Result<(), Error> {
    for (publication, wanted) in &database.publications {
        let at = |key: &str| format!("databases.{name}.publications.{publication}.{key}");
        let whole = |table: &Published| *table == Published::default();
        if !wanted.schemas.is_empty() {
            require(version, 15, &at("schemas"), "a publication of schemas")?;
        }
        if !wanted.tables.values().all(whole) {
            require(version, 15, &at("tables"), "a publication of some columns or rows")?;
        }
    }
    Ok(())
}

fn privileges(name: &str, database: &Database, version: u32) -> Result<(), Error> {
    let defaults = database.defaults.values().chain(database.default_revokes.values());
    let mut all = database.grants.values().chain(database.revokes.values()).chain(defaults);
    match all.find(|found| found.set.contains(&Privilege::Maintain)) {
        Some(found) => {
            let what = format!("the privilege `maintain` (in the database {name})");
            require(version, 17, &found.at.to_string(), &what)
        }
        None => Ok(()),
    }
}

fn slots(desired: &Desired, version: u32) -> Result<(), Error> {
    for (name, slot) in &desired.slots {
        let Some(slot) = &slot.logical else { continue };
        let at = |key: &str| format!("replicationSlots.{name}.{key}");
        if slot.two_phase == Some(true) {
            require(version, 14, &at("twoPhase"), "to tell of prepared transactions")?;
        }
        if slot.failover == Some(true) {
            require(version, 17, &at("failover"), "a copy of a slot on standbys")?;
        }
    }
    Ok(())
}
