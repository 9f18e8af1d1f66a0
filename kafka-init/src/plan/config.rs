//! Configs that differ: a declared value must be set on the topic (or for all brokers) itself, whatever the default is.
//!
//! A default is another value on the next broker, or after the next change of it. A declared value that only equals
//! the default in effect is therefore drift once, and is set.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use crate::change::ConfigDrifts;
use crate::desired::Value;
use crate::desired::{Origin, Topic};
use crate::observed::{ObservedTopic, Setting};

const POLICY: &str = "cleanup.policy";
/// In the place of a value that the broker does not show.
const HIDDEN: &str = "(hidden)";

/// The declared values that are not set on the resource itself.
pub(super) fn set<'a>(
    wanted: impl IntoIterator<Item = (&'a String, &'a Option<String>)>,
    there: &BTreeMap<String, Setting>,
) -> ConfigDrifts {
    let mut drifts = ConfigDrifts::new();
    for (key, want) in wanted {
        let (Some(want), setting) = (want, there.get(key)) else { continue };
        // What the broker does not list is no config of a topic. It stays in the plan, so that the server is
        // asked and says so, before anything is written.
        let own = setting.and_then(Setting::own);
        let holds = own.is_some_and(|own| setting.is_some_and(|setting| setting.kind.same(own, want)));
        if !holds && !setting.is_some_and(|setting| setting.sensitive) {
            let (from, to) = (own.map(Value::of), Value::of(want));
            drifts.insert(key.clone(), Drift { from, to });
        }
    }
    drifts
}

/// The values that are set on the resource itself and that the spec resets to the default (`null`).
pub(super) fn reset<'a>(
    wanted: impl IntoIterator<Item = (&'a String, &'a Option<String>)>,
    there: &BTreeMap<String, Setting>,
) -> ConfigDrifts {
    let nothing = wanted.into_iter().filter(|(_, want)| want.is_none());
    let drift = |key: &String| {
        let setting = there.get(key).filter(|setting| setting.is_own)?;
        let from = if setting.sensitive { HIDDEN } else { setting.own()? };
        Some((key.clone(), Drift { from: Some(Value::of(from)), to: Value(None) }))
    };
    nothing.filter_map(|(key, _)| drift(key)).collect()
}

/// A value that the broker never shows can be neither compared nor verified.
pub(super) fn hidden<'a>(
    wanted: impl IntoIterator<Item = (&'a String, &'a Option<String>)>,
    there: &BTreeMap<String, Setting>,
    at: &SpecPath,
) -> Vec<Conflict> {
    let wanted = wanted.into_iter().filter_map(|(key, want)| want.as_ref().map(|_| key));
    let hidden = |key: &&String| there.get(*key).is_some_and(|setting| setting.sensitive);
    let conflict = |key: &String| {
        let problem = format!(
            "the broker keeps `{key}` to itself, so that it cannot be compared: leave it out, or write null to take it away"
        );
        Conflict::new(at.key(key), problem)
    };
    wanted.filter(hidden).map(conflict).collect()
}

/// The cleanup policy decides which records are deleted, so `defaults` alone do not change that of a topic that is
/// there: a topic of Kafka Connect or of a schema registry would lose its content by a line that is about others.
pub(super) fn policy_by_defaults(name: &str, topic: &Topic, there: &ObservedTopic) -> Option<Conflict> {
    let said = topic.config.get(POLICY).filter(|said| said.origin == Origin::Defaults)?;
    let (wanted, setting) = (said.value.as_ref()?, there.config.get(POLICY)?);
    let have = setting.value.as_ref().filter(|have| !setting.kind.same(have, wanted))?;
    let problem = format!(
        "topic `{name}` has {POLICY} {have}, and `defaults` alone would make it {wanted}, which deletes records: write \
         `config: {{{POLICY}: …}}` at the topic itself"
    );
    Some(Conflict::new(Origin::Defaults.at(name, "config").key(POLICY), problem))
}
