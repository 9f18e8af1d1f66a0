//! Compares the configs of brokers and of other resources, whose values may be secrets.
//!
//! Kafka shows that a sensitive config is set, and never its value. So a value from a secret is written where it is
//! not set, and again with any other difference of the same listener: a new key store comes with its new password.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use super::config::{self, HIDDEN};
use crate::change::ConfigDrifts;
use crate::desired::{Value, listener};
use crate::observed::Setting;

type Wanted = BTreeMap<String, Value>;
type Existing = BTreeMap<String, Setting>;

/// The declared values that are not set, and those that the spec resets.
pub(super) fn drifts(wanted: &Wanted, existing: &Existing) -> ConfigDrifts {
    let mut drifts = config::set(comparable(wanted), existing);
    drifts.extend(config::reset(comparable(wanted), existing));
    let is_set = |key: &String| existing.get(key).is_some_and(|setting| setting.is_own);
    let secrets = || wanted.iter().filter(|(_, value)| value.secret().is_some());
    let missing = secrets().map(|(key, _)| key).filter(|key| !is_set(key));
    let altered: BTreeSet<&str> = drifts.keys().chain(missing).map(|key| listener(key)).collect();
    let written = secrets().filter(|(key, _)| altered.contains(listener(key))).map(|(key, value)| {
        let from = is_set(key).then(|| Value::from(HIDDEN));
        (key.clone(), Drift { from, to: value.clone() })
    });
    let written: Vec<_> = written.collect();
    drifts.extend(written);
    drifts
}

/// A conflict for each plain value of a sensitive config, and for each secret in a config whose value Kafka shows.
pub(super) fn conflicts(wanted: &Wanted, existing: &Existing, at: &SpecPath) -> Vec<Conflict> {
    let mut conflicts = config::sensitive(comparable(wanted), existing, at);
    let is_shown = |key: &String| existing.get(key).is_some_and(|setting| !setting.sensitive);
    let shown = wanted.iter().filter(|(key, value)| value.secret().is_some() && is_shown(key));
    conflicts.extend(shown.map(|(key, _)| {
        let problem = format!("`{key}` is no sensitive config: Kafka would show the secret to whoever may describe it; write the value itself");
        Conflict::new(at.key(key), problem)
    }));
    conflicts
}

/// The declared values that Kafka shows: the text, or `None` where the default is to apply.
fn comparable(wanted: &Wanted) -> impl Iterator<Item = (&String, Option<&str>)> {
    let comparable = wanted.iter().filter(|(_, value)| value.secret().is_none());
    comparable.map(|(key, value)| (key, value.text()))
}
