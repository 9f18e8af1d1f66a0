//! SCRAM users that are not there, and those with other credentials than declared.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::{Drift, Side, by_key};

use crate::change::{AlterCredential, AlterUser, Change, CreateUser, DeleteCredentials, NewCredential};
use crate::desired::{Password, Scram, User};
use crate::observed::{Credential, Credentials};

/// How often the password of a new credential is hashed, where the spec does not say it: Kafka's own default.
const NEW: u32 = 4096;

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

/// Credentials that the spec takes away, as far as they are there.
pub(super) fn deletions<'a>(
    absent: &'a BTreeMap<String, BTreeSet<Scram>>,
    observed: &'a BTreeMap<String, Credentials>,
) -> impl Iterator<Item = Change> + 'a {
    absent.iter().filter_map(|(name, mechanisms)| {
        let there = observed.get(name)?;
        let mechanisms: BTreeSet<Scram> =
            mechanisms.iter().copied().filter(|mechanism| there.contains_key(mechanism)).collect();
        let deleted = !mechanisms.is_empty();
        deleted.then(|| Change::DeleteCredentials(DeleteCredentials { name: name.clone(), mechanisms }))
    })
}

fn create(name: &str, user: &User) -> CreateUser {
    let credential = |password: &Password| NewCredential {
        iterations: wanted(password, None),
        secret: password.secret.clone(),
    };
    let credentials = user.iter().map(|(mechanism, password)| (*mechanism, credential(password)));
    CreateUser { name: name.to_owned(), credentials: credentials.collect() }
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
