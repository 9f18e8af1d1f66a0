//! SCRAM users that are not there, and those with other credentials than declared.

use std::collections::BTreeMap;
use std::fmt;

use init_core::SecretRef;
use init_core::diff::{Drift, Side, by_key};
use serde::Serialize;

use super::Change;
use crate::observe::{Credential, Credentials};
use crate::spec::{Scram, User};

/// A new user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CreateUser {
    /// Its name.
    pub name: String,
    /// The iterations of each mechanism.
    pub credentials: BTreeMap<Scram, u32>,
    /// The password's name.
    #[serde(skip)]
    pub password: SecretRef,
}

/// Other credentials for a user.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AlterUser {
    /// Its name.
    pub name: String,
    /// What differs, by mechanism.
    pub credentials: BTreeMap<Scram, AlterCredential>,
    /// The password's name.
    #[serde(skip)]
    pub password: SecretRef,
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
    let credentials = user.mechanisms.iter().map(|mechanism| (*mechanism, user.iterations.get())).collect();
    CreateUser { name: name.to_owned(), credentials, password: user.password.clone() }
}

fn alter(name: &str, user: &User, there: &Credentials) -> Option<AlterUser> {
    let wanted = user.iterations.get();
    let differs = |mechanism: &Scram| {
        let have: Option<&Credential> = there.get(mechanism);
        let iterations = Drift::between(have.map(|credential| credential.iterations), wanted);
        let password = have.is_some_and(|credential| !credential.opens);
        let differs = iterations.is_some() || password;
        differs.then_some((*mechanism, AlterCredential { iterations, password, wanted }))
    };
    let credentials: BTreeMap<_, _> = user.mechanisms.iter().filter_map(differs).collect();
    let altered = !credentials.is_empty();
    altered.then(|| AlterUser { name: name.to_owned(), credentials, password: user.password.clone() })
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
