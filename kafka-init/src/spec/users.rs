//! The SCRAM users of a spec, and where their logins are tried.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use init_core::{Endpoint, Files, SecretRef, SpecPath, Violations};
use schemars::JsonSchema;
use serde::Deserialize;

use super::list::OneOrMany;
use super::security::{self, Tls, TlsSpec};
use super::{Number, Scram, servers};

/// Kafka's limits for both mechanisms.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4096..=16_384;
const FEWEST: NonZeroU32 = NonZeroU32::new(4096).unwrap();

/// One user as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserSpec {
    /// How the user may log in.
    mechanism: OneOrMany<Scram>,
    /// The password.
    password: SecretRef,
    /// How often the password is hashed, from 4096 to 16384. Default: 4096.
    iterations: Option<Number>,
}

/// Where logins are tried, as written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeSpec {
    /// Servers of a listener with SASL, as NAME:PORT.
    bootstrap: Vec<String>,
    /// Its encryption. Default: `tls` of the spec.
    tls: Option<TlsSpec>,
}

/// One user as meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Every way to log in.
    pub mechanisms: BTreeSet<Scram>,
    /// The password's name.
    pub password: SecretRef,
    /// For every mechanism.
    pub iterations: NonZeroU32,
}

/// Where logins are tried, as meant.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Never empty.
    pub bootstrap: Vec<Endpoint>,
    /// Its own encryption, if not the spec's.
    pub tls: Option<Tls>,
}

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
        if spec.mechanism.0.is_empty() {
            violations.push(&at.key("mechanism"), "name at least one mechanism");
        }
        let iterations = spec.iterations.map_or(Some(FEWEST), |number| {
            let count = number.whole().and_then(|count| u32::try_from(count).ok());
            let count = count.filter(|count| ITERATIONS.contains(count)).and_then(NonZeroU32::new);
            let problem = || format!("`{}` is not possible: Kafka takes 4096 to 16384", number.spelled());
            violations.check(&at.key("iterations"), count.ok_or_else(problem))
        });
        let mechanisms = spec.mechanism.0.into_iter().collect();
        valid.insert(
            name,
            User { mechanisms, password: spec.password, iterations: iterations.unwrap_or(FEWEST) },
        );
    }
    valid
}

pub(super) fn probe(spec: &ProbeSpec, has_users: bool, files: &Files, violations: &mut Violations) -> Probe {
    let at = SpecPath::root().key("probe");
    if !has_users {
        violations.push(&at, "it is for the logins of `users`, and there are none");
    }
    let tls = spec.tls.as_ref().map(|tls| security::tls(tls, files, &at.key("tls"), violations));
    Probe { bootstrap: servers(&spec.bootstrap, &at.key("bootstrap"), violations), tls }
}
