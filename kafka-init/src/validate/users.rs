//! The SCRAM users of a spec, and where their logins are tried.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use init_core::{Files, SpecPath, Violations};
use init_net::{Tls, Verification};

use super::servers::servers;
use crate::desired::{Password, Probe, User};
use crate::spec::{CredentialSpec, Number, ProbeSpec, UserSpec};

/// Kafka's limits for both mechanisms.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=16_384;

pub(super) fn users(
    users: BTreeMap<String, UserSpec>,
    can_log_in: bool,
    violations: &mut Violations,
) -> BTreeMap<String, User> {
    let at = SpecPath::root().key("users");
    if !users.is_empty() && !can_log_in {
        violations.push(
            &at,
            "a password can only be compared by a login: name a listener with SASL in `probe`, or connect with `sasl`",
        );
    }
    let mut valid = BTreeMap::new();
    for (name, spec) in users {
        let at = at.key(&name);
        // Kafka stores any name, and its SCRAM login then knows only these.
        if name.is_empty() || !name.is_ascii() || name.contains('\0') {
            violations
                .push(&at, "a user's name has only ASCII characters: with any other, Kafka lets nobody in");
        }
        valid.insert(name, user(spec, &at, violations));
    }
    valid
}

fn user(spec: UserSpec, at: &SpecPath, violations: &mut Violations) -> User {
    let common = iterations(spec.iterations, at, violations);
    let mut user = User::new();
    if spec.mechanism.0.is_empty() {
        violations.push(&at.key("mechanism"), "name at least one mechanism");
    }
    for (mechanism, own) in spec.mechanism.0 {
        let at = at.key("mechanism").key(mechanism.name());
        let CredentialSpec { password, iterations: own } = own.unwrap_or_default();
        let own = iterations(own, &at, violations);
        match password.or_else(|| spec.password.clone()) {
            Some(secret) => drop(user.insert(mechanism, Password { secret, iterations: own.or(common) })),
            None => violations
                .push(&at, "a mechanism has a password: write `password` here or beside `mechanism`"),
        }
    }
    user
}

fn iterations(number: Option<Number>, at: &SpecPath, violations: &mut Violations) -> Option<NonZeroU32> {
    let number = number?;
    let count = number.whole().and_then(|count| u32::try_from(count).ok());
    let count = count.filter(|count| ITERATIONS.contains(count)).and_then(NonZeroU32::new);
    let problem = || format!("`{}` is not possible: Kafka takes 4096 to 16384", number.spelled());
    violations.check(&at.key("iterations"), count.ok_or_else(problem))
}

pub(super) fn probe(spec: &ProbeSpec, has_users: bool, files: &Files, violations: &mut Violations) -> Probe {
    let at = SpecPath::root().key("probe");
    if !has_users {
        violations.push(&at, "it is for the logins of `users`, and there are none");
    }
    let tls = spec.tls.as_ref();
    let tls = tls.map(|tls| Tls::validate(tls, Verification::Full, files, &at.key("tls"), violations));
    Probe { bootstrap: servers(&spec.bootstrap, &at.key("bootstrap"), violations), tls }
}
