//! Validates the SCRAM users of a spec, and the listener on which their logins are tried.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use init_core::{Files, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use super::servers::servers;
use super::user_names::UserNames;
use crate::desired::{Password, Probe, Scram, User};
use crate::spec::{CredentialSpec, Number, ProbeSpec, State, UserSpec};

/// Kafka's limits for the iterations of both mechanisms.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=16_384;

/// The users with credentials that are created, and those with credentials that are deleted.
#[derive(Default)]
pub(super) struct Users {
    pub(super) present: BTreeMap<Text, User>,
    pub(super) absent: BTreeMap<Text, BTreeSet<Scram>>,
    pub(super) names: UserNames,
}

pub(super) fn users(
    users: BTreeMap<String, UserSpec>,
    can_log_in: bool,
    violations: &mut Violations,
) -> Users {
    let at = SpecPath::root().key("users");
    let mut valid = Users { names: UserNames::of(&users, violations), ..Users::default() };
    for (label, spec) in users {
        let at = at.key(&label);
        let name = valid.names.user(&label);
        // Kafka stores any name, but its SCRAM login accepts only ASCII ones.
        if matches!(&name, Text::Plain(name) if name.is_empty() || !name.is_ascii() || name.contains('\0')) {
            violations.push(
                &at,
                "a user's name has only ASCII characters: with any other, Kafka refuses the login",
            );
        }
        let (present, absent) = user(spec, &at, violations);
        if !present.is_empty() {
            valid.present.insert(name.clone(), present);
        }
        if !absent.is_empty() {
            valid.absent.insert(name, absent);
        }
    }
    if !valid.present.is_empty() && !can_log_in {
        violations.push(
            &at,
            "a password can only be compared by a login: name a listener with SASL in `probe`, or connect with `sasl`",
        );
    }
    valid
}

fn user(spec: UserSpec, at: &SpecPath, violations: &mut Violations) -> (User, BTreeSet<Scram>) {
    let common = iterations(spec.iterations, at, violations);
    let (mut present, mut absent) = (User::new(), BTreeSet::new());
    let mechanisms = match (spec.mechanism, spec.state) {
        (Some(mechanisms), _) => mechanisms.0,
        (None, State::Absent) => [(Scram::Sha256, None), (Scram::Sha512, None)].into(),
        (None, State::Present) => {
            violations.push(at, "a user has a `mechanism`, by which it logs in");
            return (present, absent);
        }
    };
    if mechanisms.is_empty() {
        violations.push(&at.key("mechanism"), "name at least one mechanism");
    }
    for (mechanism, own) in mechanisms {
        let at = at.key("mechanism").key(mechanism.name());
        let CredentialSpec { password, iterations: own, state } = own.unwrap_or_default();
        if state.unwrap_or(spec.state) == State::Absent {
            if password.is_some() || own.is_some() {
                violations.push(&at, "what is absent has no `password` and no `iterations`");
            }
            absent.insert(mechanism);
            continue;
        }
        let own = iterations(own, &at, violations);
        match password.or_else(|| spec.password.clone()) {
            Some(secret) => {
                drop(present.insert(mechanism, Password { secret, iterations: own.or(common) }));
            }
            None => violations
                .push(&at, "a mechanism has a password: write `password` here or beside `mechanism`"),
        }
    }
    if present.is_empty() && spec.state == State::Absent && (spec.password.is_some() || common.is_some()) {
        violations.push(at, "what is absent has no `password` and no `iterations`");
    }
    (present, absent)
}

fn iterations(number: Option<Number>, at: &SpecPath, violations: &mut Violations) -> Option<NonZeroU32> {
    let number = number?;
    let count = number.whole().and_then(|count| u32::try_from(count).ok());
    let count = count.filter(|count| ITERATIONS.contains(count)).and_then(NonZeroU32::new);
    let problem = || format!("`{}` is not possible: Kafka takes 4096 to 16384", number.to_text());
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
