//! Compares passwords with the declared ones: by recomputing the stored verifier where the provisioning role may read
//! it, and by a login as the role where it may not.

use std::collections::BTreeMap;

use init_core::{Secret, Secrets};
use secrecy::ExposeSecret as _;
use tokio_postgres::types::Type;
use tracing::warn;

use crate::desired::{self, Desired};
use crate::error::Error;
use crate::observed::{Observed, Password, Role};
use crate::spec::{PasswordCheck, RolePassword};
use crate::wire::scram::{self, VerifierMatch, compare as compare_verifier};
use crate::wire::{PasswordTrial, Pool, Server, hashing};

const MAY_READ_VERIFIERS: &str =
    "SELECT pg_catalog.has_column_privilege('pg_catalog.pg_authid', 'rolpassword', 'SELECT')::int";
const STORED: &str =
    "SELECT a.rolname::text, a.rolpassword FROM pg_catalog.pg_authid a WHERE a.rolname = ANY($1)";

/// The roles of these names that have a password.
const WITH_PASSWORD: &str = "\
    SELECT a.rolname::text FROM pg_catalog.pg_authid a WHERE a.rolname = ANY($1) AND a.rolpassword IS NOT NULL";

pub(super) async fn observe(
    server: &Server,
    desired: &Desired,
    secrets: &Secrets,
    observed: &mut Observed,
) -> Result<(), Error> {
    observe_unwanted(server, desired, observed).await?;
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
        Some(PasswordCheck::Verifier) if !may_read_verifiers(server).await? => {
            warn!(
                "the provisioning role may not read verifiers, and `passwordCheck` allows no logins: passwords are left as they are"
            );
            return Ok(());
        }
        Some(PasswordCheck::Verifier) => compare_verifiers(server, &declared).await?,
        None if may_read_verifiers(server).await? => compare_verifiers(server, &declared).await?,
        None | Some(PasswordCheck::Login) => compare_by_login(server, desired, &declared, observed).await?,
    };
    for (key, password) in known {
        if let Some(role) = observed.roles.get_mut(&key) {
            role.password = password;
        }
    }
    Ok(())
}

/// Finds the roles that have a password and are declared without one. This shows only where verifiers may be read.
async fn observe_unwanted(server: &Server, desired: &Desired, observed: &mut Observed) -> Result<(), Error> {
    let without = |(_, role): &(&String, &desired::Role)| role.password == Some(RolePassword::Unset);
    let keys = desired.roles.iter().filter(without).map(|(key, _)| key.as_str());
    let keys: Vec<&str> = keys.filter(|key| observed.roles.contains_key(*key)).collect();
    if keys.is_empty() || desired.password_check == Some(PasswordCheck::Never) {
        return Ok(());
    }
    if !may_read_verifiers(server).await? {
        for role in keys {
            warn!(role, "only a superuser can see whether the role has a password: it is left as it is");
        }
        return Ok(());
    }
    let real = server.names.real_names(keys);
    for row in
        server.main.query("reading who has a password", WITH_PASSWORD, [(&real, Type::TEXT_ARRAY)]).await?
    {
        if let Some(role) = observed.roles.get_mut(&server.names.key(row.get(0)?)) {
            role.password = Password::Wrong;
        }
    }
    Ok(())
}

/// True when the provisioning role may read the stored verifiers.
pub(crate) async fn may_read_verifiers(server: &Server) -> Result<bool, Error> {
    if server.main.facts.superuser {
        return Ok(true);
    }
    let may = server.main.query_value(MAY_READ_VERIFIERS, "asking whether verifiers may be read").await?;
    Ok(may.as_deref() == Some("1"))
}

/// Recomputes the stored verifiers, on every core: one verifier takes some 4,000 rounds of SHA-256.
async fn compare_verifiers(
    server: &Server,
    declared: &BTreeMap<&str, &Secret>,
) -> Result<Vec<(String, Password)>, Error> {
    let real = server.names.real_names(declared.keys().copied());
    let rows = server.main.query("reading verifiers", STORED, [(&real, Type::TEXT_ARRAY)]).await?;
    let mut known = Vec::new();
    let mut work = Vec::new();
    for row in &rows {
        let key = server.names.key(row.get(0)?);
        let stored: Option<String> = row.get(1)?;
        if let Some(iterations) = stored.as_deref().and_then(scram::iterations) {
            server.stored_iterations.borrow_mut().insert(key.clone(), iterations);
        }
        if server.new_verifiers.borrow().get(&key).is_some_and(|made| equals_stored(made, stored.as_deref()))
        {
            known.push((key, Password::Right));
            continue;
        }
        match (stored, declared.get(key.as_str())) {
            (Some(stored), Some(secret)) => work.push((key, stored, (*secret).clone())),
            _ => known.push((key, Password::Absent)),
        }
    }
    known.extend(hashing::on_every_core(work, compare_one).await?);
    for (key, _) in known.iter().filter(|(_, password)| *password == Password::Unknown) {
        warn!(
            role = key,
            "the role's stored verifier has too many iterations to be compared: the password is left as it is"
        );
    }
    Ok(known)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the password is hashed with the stored salt, and goes nowhere"
)]
/// Compares one stored verifier with the declared password.
fn compare_one((key, stored, secret): (String, String, Secret)) -> (String, Password) {
    let password = match compare_verifier(&stored, secret.expose_secret()) {
        VerifierMatch::Right => Password::Right,
        VerifierMatch::Wrong => Password::Wrong,
        VerifierMatch::Md5 => Password::Md5,
        VerifierMatch::Unknown => Password::Unknown,
    };
    (key, password)
}

/// Compares passwords by a login as each role. A role that cannot log in, or whose password has expired, cannot be
/// compared, and neither can a declared verifier.
async fn compare_by_login(
    server: &Server,
    desired: &Desired,
    declared: &BTreeMap<&str, &Secret>,
    observed: &Observed,
) -> Result<Vec<(String, Password)>, Error> {
    let (primary, names) = (&server.pool.primary, &server.names);
    let width = server.pool.width;
    let results = Pool::for_each(width, declared, async |(key, secret)| {
        let can = |role: &Role| role.attributes.login == Some(true) && !role.expired;
        let trial = if observed.roles.get(*key).is_some_and(can) && !is_verifier(secret) {
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
                    "the role's password cannot be compared with the declared one: it is left as it is"
                );
                Password::Unknown
            }
        };
        Ok((String::from(*key), password))
    });
    results.await.into_iter().collect()
}

#[expect(clippy::disallowed_methods, reason = "its form is looked at, and it goes nowhere")]
fn is_verifier(secret: &Secret) -> bool {
    scram::is_verifier(secret.expose_secret())
}

#[expect(clippy::disallowed_methods, reason = "a verifier of this run is compared with the stored one")]
fn equals_stored(made: &Secret, stored: Option<&str>) -> bool {
    stored == Some(made.expose_secret())
}
