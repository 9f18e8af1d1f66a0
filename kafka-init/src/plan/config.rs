//! Compares configs. A declared value must be set on the topic (or for all brokers) itself, whatever the default is.
//!
//! A default may differ on the next broker or after the next change of it. So a declared value that only equals the
//! default in effect is drift, and is set once.

use std::collections::BTreeMap;

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use crate::change::ConfigDrifts;
use crate::desired::Value;
use crate::desired::{Origin, Topic};
use crate::observed::{ObservedTopic, Setting};

const CLEANUP_POLICY: &str = "cleanup.policy";
/// The text that stands for a value which the broker does not show.
pub(super) const HIDDEN: &str = "(hidden)";

/// The declared values that are not set on the resource itself.
pub(super) fn set<'a>(
    wanted: impl IntoIterator<Item = (&'a String, Option<&'a str>)>,
    existing: &BTreeMap<String, Setting>,
) -> ConfigDrifts {
    let mut drifts = ConfigDrifts::new();
    for (key, want) in wanted {
        let (Some(want), setting) = (want, existing.get(key)) else { continue };
        // A config that the broker does not describe is probably unknown to it. It stays in the plan, so that the
        // broker validates it and refuses it before anything is written.
        let own = setting.and_then(Setting::own);
        let holds = own.is_some_and(|own| setting.is_some_and(|setting| setting.kind.are_equal(own, want)));
        if !holds && !setting.is_some_and(|setting| setting.sensitive) {
            let (from, to) = (own.map(Value::from), Value::from(want));
            drifts.insert(key.clone(), Drift { from, to });
        }
    }
    drifts
}

/// The values that are set on the resource itself and that the spec resets to the default (`null`).
pub(super) fn reset<'a>(
    wanted: impl IntoIterator<Item = (&'a String, Option<&'a str>)>,
    existing: &BTreeMap<String, Setting>,
) -> ConfigDrifts {
    let nothing = wanted.into_iter().filter(|(_, want)| want.is_none());
    let drift = |key: &String| {
        let setting = existing.get(key).filter(|setting| setting.is_own)?;
        let from = if setting.sensitive { HIDDEN } else { setting.own()? };
        Some((key.clone(), Drift { from: Some(Value::from(from)), to: Value::Unset }))
    };
    nothing.filter_map(|(key, _)| drift(key)).collect()
}

/// A conflict for each plain value of a config that is sensitive: the broker never shows its value, so it can be
/// neither compared nor verified.
pub(super) fn sensitive<'a>(
    wanted: impl IntoIterator<Item = (&'a String, Option<&'a str>)>,
    existing: &BTreeMap<String, Setting>,
    at: &SpecPath,
) -> Vec<Conflict> {
    let wanted = wanted.into_iter().filter_map(|(key, want)| want.map(|_| key));
    let sensitive = |key: &&String| existing.get(*key).is_some_and(|setting| setting.sensitive);
    let conflict = |key: &String| {
        let problem = format!(
            "`{key}` is a sensitive config, whose value the broker never shows, so that it cannot be compared: leave it out, or \
             write null to remove it"
        );
        Conflict::new(at.key(key), problem)
    };
    wanted.filter(sensitive).map(conflict).collect()
}

/// A conflict where `defaults` alone would change the cleanup policy of an existing topic. The policy decides which
/// records are deleted, so a topic of Kafka Connect or of a schema registry would lose its content by a line that is
/// about other topics.
pub(super) fn cleanup_policy_changed_by_defaults(
    name: &str,
    topic: &Topic,
    existing: &ObservedTopic,
) -> Option<Conflict> {
    let declared = topic.config.get(CLEANUP_POLICY).filter(|declared| declared.origin == Origin::Defaults)?;
    let (wanted, setting) = (declared.value.as_ref()?, existing.config.get(CLEANUP_POLICY)?);
    let have = setting.value.as_ref().filter(|have| !setting.kind.are_equal(have, wanted))?;
    let problem = format!(
        "topic `{name}` has {CLEANUP_POLICY} {have}, and `defaults` alone would make it {wanted}, which deletes records: write \
         `config: {{{CLEANUP_POLICY}: …}}` at the topic itself"
    );
    Some(Conflict::new(Origin::Defaults.at(name, "config").key(CLEANUP_POLICY), problem))
}
