//! Lists in the one line of text that a change is.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use init_core::{Endpoint, Properties};
use serde::Serialize;

use crate::desired::Slots;

/// More nodes than this are not all named in one line of a text report; the JSON report names all of them.
const NAMED: usize = 3;

/// The first nodes by their names, and how many more there are: each node of a new cluster is met by all others.
pub(super) fn few(nodes: &[Endpoint]) -> String {
    let shown = if nodes.len() > NAMED { NAMED - 1 } else { nodes.len() };
    let names: Vec<String> = nodes.iter().take(shown).map(ToString::to_string).collect();
    match nodes.len() - shown {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The first ranges of slots, and how many more there are.
pub(super) fn ranges(slots: &Slots) -> String {
    let all = slots.to_string();
    let ranges: Vec<&str> = all.split(',').collect();
    let shown = if ranges.len() > NAMED { NAMED - 1 } else { ranges.len() };
    match ranges.len() - shown {
        0 => all,
        more => format!(
            "{} and {more} more ranges",
            ranges.iter().take(shown).copied().collect::<Vec<_>>().join(",")
        ),
    }
}

/// What is set, and each parameter with its drift.
pub(super) fn set<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    what: fmt::Arguments<'_>,
    parameters: &BTreeMap<String, Drift<T>>,
) -> fmt::Result {
    write!(f, "set {what}: ")?;
    for (position, (name, drift)) in parameters.iter().enumerate() {
        write!(f, "{}{name} {drift}", if position == 0 { "" } else { ", " })?;
    }
    Ok(())
}

/// What is set of a new thing, each after a comma.
pub(super) fn values<T: fmt::Display>(values: &BTreeMap<String, T>) -> String {
    values.iter().map(|(name, value)| format!(", {name} {value}")).collect()
}

/// The parts that there are, each after its name.
pub(super) fn named<const N: usize>(parts: [(&str, Option<String>); N]) -> String {
    let parts = parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part?)));
    parts.collect::<Vec<_>>().join(", ")
}

/// How many passwords a new user gets.
pub(super) fn counted(passwords: usize) -> String {
    match passwords {
        0 => "no password".to_owned(),
        1 => "1 password".to_owned(),
        many => format!("{many} passwords"),
    }
}

/// Parameters as one property: on each side those that differ.
pub(super) fn differing<T: Serialize>(
    properties: Properties,
    parameters: &BTreeMap<String, Drift<T>>,
) -> Properties {
    let from: BTreeMap<&String, &T> =
        parameters.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<&String, &T> = parameters.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("config", from, to)
}
