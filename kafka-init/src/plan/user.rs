//! SCRAM users that are not there, and those with other credentials than declared.

use std::collections::BTreeMap;
use std::fmt;

use init_core::SecretRef;
use init_core::diff::{Drift, Side, by_key};
use serde::Serialize;

use super::Change;
use crate::observe::{Credential, Credentials};
use crate::spec::{Password, Scram, User};

/// How often the password of a new credential is hashed, where the spec does not say it: Kafka's own default.
const NEW: u32 = 4096;

/// A new user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateUser {
    /// Its name.
    pub name: String,
    /// The iterations of each mechanism.
    pub credentials: BTreeMap<Scram, u32>,
    /// The passwords' names.
    #[serde(skip)]
    pub passwords: BTreeMap<Scram, SecretRef>,
}

/// Other credentials for a user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterUser {
    /// Its name.
    pub name: String,
    /// What differs, by mechanism.
    pub credentials: BTreeMap<Scram, AlterCredential>,
}

/// What differs in one credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterCredential {
    /// Its iterations: from nothing, when there is no such credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<Drift<u32>>,
    /// The declared password does not open it.
    pub password: bool,
    /// The iterations that it gets.
    #[serde(skip)]
    pub wanted: u32,
    /// The password's name.
    #[serde(skip)]
    pub secret: SecretRef,
}

pub(super) fn changes<'a>(
    desired: &'a BTreeMap<String, User>,
    observed: &'a BTreeMap<String, Credentials>,
) -> impl Iterator<Item = Change> + 'a {
    by_key(desired, observed).filter_map(|(name, side)| match side {
        Side::Missing(user) => Some(Change::CreateUser(create(name, user))),
        Side::Present(user, there) => alter(name, user, there).map(Change::AlterUser),
        Side::Extra(_) => None,
    })
}

fn create(name: &str, user: &User) -> CreateUser {
    let credentials = user.iter().map(|(mechanism, password)| (*mechanism, wanted(password, None)));
    let passwords = user.iter().map(|(mechanism, password)| (*mechanism, password.secret.clone()));
    CreateUser { name: name.to_owned(), credentials: credentials.collect(), passwords: passwords.collect() }
}

fn alter(name: &str, user: &User, there: &Credentials) -> Option<AlterUser> {
    let differs = |(mechanism, password): (&Scram, &Password)| {
        let have = there.get(mechanism);
        let wanted = wanted(password, have);
        let iterations = Drift::between(have.map(|credential| credential.iterations), wanted);
        let secret = password.secret.clone();
        let password = have.is_some_and(|credential| !credential.opens);
        let differs = iterations.is_some() || password;
        differs.then_some((*mechanism, AlterCredential { iterations, password, wanted, secret }))
    };
    let credentials: BTreeMap<_, _> = user.iter().filter_map(differs).collect();
    let altered = !credentials.is_empty();
    altered.then(|| AlterUser { name: name.to_owned(), credentials })
}

/// What the spec says, or what is there: a password that is changed is hashed no less often than it was.
fn wanted(password: &Password, have: Option<&Credential>) -> u32 {
    let declared = password.iterations.map(std::num::NonZeroU32::get);
    declared.or_else(|| Some(have?.iterations)).unwrap_or(NEW)
}

impl fmt::Display for CreateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "create user {} (", self.name)?;
        for (position, (mechanism, iterations)) in self.credentials.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{} with {iterations} iterations", mechanism.name())?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for AlterUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter user {}:", self.name)?;
        for (position, (mechanism, drift)) in self.credentials.iter().enumerate() {
            write!(f, "{} {}", if position == 0 { "" } else { "," }, mechanism.name())?;
            if let Some(iterations) = &drift.iterations {
                write!(f, " iterations {iterations}")?;
            }
            if drift.password {
                f.write_str(" another password")?;
            }
        }
        Ok(())
    }
}
