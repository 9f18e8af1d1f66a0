//! Compares SCRAM users: those that are missing, and those whose credentials differ.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use init_core::diff::{Drift, Side, by_key};

use crate::change::{AlterCredential, AlterUser, Change, CreateUser, DeleteCredentials, NewCredential};
use crate::desired::{Password, Scram, User};
use crate::observed::{Credential, Credentials};

/// The SCRAM iterations of a new credential where the spec declares none: Kafka's own default.
const DEFAULT_ITERATIONS: u32 = 4096;

pub(super) fn changes<'a>(
    desired: &'a BTreeMap<Text, User>,
    observed: &'a BTreeMap<Text, Credentials>,
) -> impl Iterator<Item = Change> + 'a {
    by_key(desired, observed).filter_map(|(name, side)| match side {
        Side::Missing(user) => Some(Change::CreateUser(create(name, user))),
        Side::Present(user, existing) => alter(name, user, existing).map(Change::AlterUser),
        Side::Extra(_) => None,
    })
}

/// The credentials that the spec declares absent, as far as they exist.
pub(super) fn deletions<'a>(
    absent: &'a BTreeMap<Text, BTreeSet<Scram>>,
    observed: &'a BTreeMap<Text, Credentials>,
) -> impl Iterator<Item = Change> + 'a {
    absent.iter().filter_map(|(name, mechanisms)| {
        let existing = observed.get(name)?;
        let mechanisms: BTreeSet<Scram> =
            mechanisms.iter().copied().filter(|mechanism| existing.contains_key(mechanism)).collect();
        let deleted = !mechanisms.is_empty();
        deleted.then(|| Change::DeleteCredentials(DeleteCredentials { name: name.clone(), mechanisms }))
    })
}

fn create(name: &Text, user: &User) -> CreateUser {
    let credential = |password: &Password| NewCredential {
        iterations: desired_iterations(password, None),
        secret: password.secret.clone(),
    };
    let credentials = user.iter().map(|(mechanism, password)| (*mechanism, credential(password)));
    CreateUser { name: name.clone(), credentials: credentials.collect() }
}

fn alter(name: &Text, user: &User, existing: &Credentials) -> Option<AlterUser> {
    let drift = |(mechanism, password): (&Scram, &Password)| {
        let have = existing.get(mechanism);
        let wanted = desired_iterations(password, have);
        let iterations = Drift::between(have.map(|credential| credential.iterations), wanted);
        let secret = password.secret.clone();
        let password = have.is_some_and(|credential| !credential.password_matches);
        let differs = iterations.is_some() || password;
        differs.then_some((*mechanism, AlterCredential { iterations, password, wanted, secret }))
    };
    let credentials: BTreeMap<_, _> = user.iter().filter_map(drift).collect();
    let altered = !credentials.is_empty();
    altered.then(|| AlterUser { name: name.clone(), credentials })
}

/// The declared iterations, or else those of the existing credential, so that a changed password is hashed no fewer
/// times than before.
fn desired_iterations(password: &Password, have: Option<&Credential>) -> u32 {
    let declared = password.iterations.map(std::num::NonZeroU32::get);
    declared.or_else(|| Some(have?.iterations)).unwrap_or(DEFAULT_ITERATIONS)
}
