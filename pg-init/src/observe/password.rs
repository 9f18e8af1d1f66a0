//! Whether passwords are the declared ones: by recomputing the stored verifier where we may read it,
//! by logging in where we may not.

use std::collections::BTreeMap;

use init_core::{Secret, Secrets};
use secrecy::ExposeSecret as _;
use tokio_postgres::types::Type;
use tracing::warn;

use crate::desired::{self, Desired};
use crate::error::Error;
use crate::observed::{Observed, Password, Role};
use crate::spec::{PasswordCheck, RolePassword};
use crate::wire::scram::{self, Stored, compare as compare_verifier};
use crate::wire::{PasswordTrial, Pool, Server, hashing};

const MAY_READ: &str =
    "SELECT pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT')::int";
const STORED: &str =
    "SELECT a.rolname::text, a.rolpassword FROM pg_catalog.pg_authid a WHERE a.rolname = ANY($1)";

/// Those of these roles that have a password.
const WITH_ONE: &str = "\
    SELECT a.rolname::text FROM pg_catalog.pg_authid a WHERE a.rolname = ANY($1) AND a.rolpassword IS NOT NULL";

pub(super) async fn observe(
    server: &Server,
    desired: &Desired,
    secrets: &Secrets,
    observed: &mut Observed,
) -> Result<(), Error> {
    unwanted(server, desired, observed).await?;
    let mut declared: BTreeMap<&str, &Secret> = BTreeMap::new();
    for (key, role) in &desired.roles {
        if let (Some(secret), true) = (role.secret(), observed.roles.contains_key(key)) {
            declared.insert(key, secrets.get(secret)?);
        }
    }
    if declared.is_empty() {
        return Ok(());
    }
    let known = match desired.password_check {
        Some(PasswordCheck::Never) => return Ok(()),
        Some(PasswordCheck::Verifier) if !may_read(server).await? => {
            warn!(
                "the provisioning role may not read verifiers, and no login is to be tried: passwords are left as they are"
            );
            return Ok(());
        }
        Some(PasswordCheck::Verifier) => recompute(server, &declared).await?,
        None if may_read(server).await? => recompute(server, &declared).await?,
        None | Some(PasswordCheck::Login) => probe(server, desired, &declared, observed).await?,
    };
    for (key, password) in known {
        if let Some(role) = observed.roles.get_mut(&key) {
            role.password = password;
        }
    }
    Ok(())
}

/// Whether the roles that are to have no password have one, which only shows where verifiers may be read.
async fn unwanted(server: &Server, desired: &Desired, observed: &mut Observed) -> Result<(), Error> {
    let without = |(_, role): &(&String, &desired::Role)| role.password == Some(RolePassword::Unset);
    let keys = desired.roles.iter().filter(without).map(|(key, _)| key.as_str());
    let keys: Vec<&str> = keys.filter(|key| observed.roles.contains_key(*key)).collect();
    if keys.is_empty() || desired.password_check == Some(PasswordCheck::Never) {
        return Ok(());
    }
    if !may_read(server).await? {
        for role in keys {
            warn!(role, "only a superuser can see whether it has a password: left as it is");
        }
        return Ok(());
    }
    let real = server.names.all(keys);
    for row in server.main.rows("reading who has a password", WITH_ONE, [(&real, Type::TEXT_ARRAY)]).await? {
        if let Some(role) = observed.roles.get_mut(&server.names.key(row.get(0)?)) {
            role.password = Password::Wrong;
        }
    }
    Ok(())
}

pub(crate) async fn may_read(server: &Server) -> Result<bool, Error> {
    if server.main.facts.superuser {
        return Ok(true);
    }
    let may = server.main.one(MAY_READ, "asking whether verifiers may be read").await?;
    Ok(may.as_deref() == Some("1"))
}

/// Every core takes its share: one verifier costs some 4,000 rounds of SHA-256.
async fn recompute(
    server: &Server,
    declared: &BTreeMap<&str, &Secret>,
) -> Result<Vec<(String, Password)>, Error> {
    let real = server.names.all(declared.keys().copied());
    let rows = server.main.rows("reading verifiers", STORED, [(&real, Type::TEXT_ARRAY)]).await?;
    let mut known = Vec::new();
    let mut work = Vec::new();
    for row in &rows {
        let key = server.names.key(row.get(0)?);
        let stored: Option<String> = row.get(1)?;
        if let Some(iterations) = stored.as_deref().and_then(scram::iterations) {
            server.iterations.borrow_mut().insert(key.clone(), iterations);
        }
        if server.made.borrow().get(&key).is_some_and(|made| is_same(made, stored.as_deref())) {
            known.push((key, Password::Right));
            continue;
        }
        match (stored, declared.get(key.as_str())) {
            (Some(stored), Some(secret)) => work.push((key, stored, (*secret).clone())),
            _ => known.push((key, Password::Absent)),
        }
    }
    known.extend(hashing::on_every_core(work, compare).await?);
    for (key, _) in known.iter().filter(|(_, password)| *password == Password::Unknown) {
        warn!(role = key, "its stored verifier takes too many rounds to be compared: left as it is");
    }
    Ok(known)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the password is hashed with the stored salt, and goes nowhere"
)]
fn compare((key, stored, secret): (String, String, Secret)) -> (String, Password) {
    let password = match compare_verifier(&stored, secret.expose_secret()) {
        Stored::Right => Password::Right,
        Stored::Wrong => Password::Wrong,
        Stored::Md5 => Password::Md5,
        Stored::Unknown => Password::Unknown,
    };
    (key, password)
}

/// Logs in as each role. A role that cannot log in, or whose password has run out, proves nothing, and no login is possible with
/// a verifier.
async fn probe(
    server: &Server,
    desired: &Desired,
    declared: &BTreeMap<&str, &Secret>,
    observed: &Observed,
) -> Result<Vec<(String, Password)>, Error> {
    let (primary, names) = (&server.pool.primary, &server.names);
    let width = server.pool.width;
    let results = Pool::each(width, declared, async |(key, secret)| {
        let can = |role: &Role| role.attributes.login == Some(true) && !role.expired;
        let trial = if observed.roles.get(*key).is_some_and(can) && !is_stored(secret) {
            primary.try_password(&desired.database, names.real(key), secret).await?
        } else {
            PasswordTrial::Inconclusive
        };
        let password = match trial {
            PasswordTrial::Right => Password::Right,
            PasswordTrial::Wrong => Password::Wrong,
            PasswordTrial::Inconclusive => {
                warn!(
                    role = *key,
                    "nobody here can tell whether its password is the declared one: left as it is"
                );
                Password::Unknown
            }
        };
        Ok((String::from(*key), password))
    });
    results.await.into_iter().collect()
}

#[expect(clippy::disallowed_methods, reason = "its form is looked at, and it goes nowhere")]
fn is_stored(secret: &Secret) -> bool {
    scram::is_verifier(secret.expose_secret())
}

#[expect(clippy::disallowed_methods, reason = "a verifier of this run is compared with the stored one")]
fn is_same(made: &Secret, stored: Option<&str>) -> bool {
    stored == Some(made.expose_secret())
}
