//! The trait that all changes implement, and the parts of their lines of text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use init_core::diff::Drift;
use init_core::{Properties, Subject};
use serde::Serialize;

use crate::spec::Setting;

/// The content of a change. Its `Display` is one line that begins with a verb.
pub(super) trait Show: Display {
    /// The object that the change is about.
    fn subject(&self) -> Subject;

    /// The properties that differ.
    fn properties(&self) -> Properties;
}

/// `key value`, when there is a value.
pub(super) fn detail(key: &str, value: Option<&impl Display>) -> Option<String> {
    value.map(|value| format!("{key} {value}"))
}

/// `name value` for each parameter.
pub(super) fn parameters<T: Display>(settings: &BTreeMap<String, T>) -> impl Iterator<Item = String> {
    settings.iter().map(|(name, value)| format!("{name} {value}"))
}

/// The details at the end of a line.
pub(super) fn details_text(details: &[String]) -> String {
    if details.is_empty() { String::new() } else { format!(": {}", details.join(", ")) }
}

/// Adds the parameters that differ, as one map of stored values and one of new values.
pub(super) fn settings_drift(
    properties: Properties,
    settings: &BTreeMap<String, Drift<Setting>>,
) -> Properties {
    let from: BTreeMap<_, _> =
        settings.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<_, _> = settings.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("settings", from, to)
}

/// Adds the options that differ, as one map of stored values and one of new values.
pub(super) fn options_drift(properties: Properties, options: &BTreeMap<String, Drift<String>>) -> Properties {
    if options.is_empty() {
        return properties;
    }
    let from: BTreeMap<_, _> =
        options.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<_, _> = options.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("options", from, to)
}

/// Adds the members that only one of two sets has.
pub(super) fn set_drift<T: Ord + Serialize>(
    properties: Properties,
    name: &'static str,
    drift: Option<&Drift<BTreeSet<T>>>,
) -> Properties {
    let Some(Drift { from, to }) = drift else { return properties };
    let none = BTreeSet::new();
    let from = from.as_ref().unwrap_or(&none);
    properties.differing(name, difference(from, to), difference(to, from))
}

fn difference<'a, T: Ord>(one: &'a BTreeSet<T>, other: &'a BTreeSet<T>) -> Vec<&'a T> {
    one.difference(other).collect()
}
