//! What all changes share: one line of text that begins with a verb, and the pieces of such lines.

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

/// `key value`, where there is a value.
pub(super) fn detail(key: &str, value: Option<&impl Display>) -> Option<String> {
    value.map(|value| format!("{key} {value}"))
}

/// `name value` for each parameter.
pub(super) fn parameters<T: Display>(settings: &BTreeMap<String, T>) -> impl Iterator<Item = String> {
    settings.iter().map(|(name, value)| format!("{name} {value}"))
}

/// The details at the end of a line.
pub(super) fn list(details: &[String]) -> String {
    if details.is_empty() { String::new() } else { format!(": {}", details.join(", ")) }
}

/// The parameters that differ, as two maps.
pub(super) fn settings(properties: Properties, settings: &BTreeMap<String, Drift<Setting>>) -> Properties {
    let from: BTreeMap<_, _> =
        settings.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<_, _> = settings.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("settings", from, to)
}

/// The options that differ, as two maps.
pub(super) fn options(properties: Properties, options: &BTreeMap<String, Drift<String>>) -> Properties {
    if options.is_empty() {
        return properties;
    }
    let from: BTreeMap<_, _> =
        options.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<_, _> = options.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("options", from, to)
}

/// The members of two sets that the other one lacks.
pub(super) fn sets<T: Ord + Serialize>(
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
