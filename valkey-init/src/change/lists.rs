//! Formats lists within the one line of text of a change.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use init_core::{Endpoint, Properties};
use serde::Serialize;

use crate::desired::Slots;

/// The largest number of nodes or ranges that a line names completely. The JSON report always names all of them.
const NAMED: usize = 3;

/// The first nodes, and the number of the others: each node of a new cluster is met by all others.
pub(super) fn first_nodes(nodes: &[Endpoint]) -> String {
    let shown = if nodes.len() > NAMED { NAMED - 1 } else { nodes.len() };
    let names: Vec<String> = nodes.iter().take(shown).map(ToString::to_string).collect();
    match nodes.len() - shown {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The first ranges of slots, and the number of the others.
pub(super) fn first_ranges(slots: &Slots) -> String {
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

/// Writes the object that is set, and each parameter with its drift.
pub(super) fn write_drifts<T: fmt::Display>(
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

/// The values of a new object, each after a comma.
pub(super) fn comma_values<T: fmt::Display>(values: &BTreeMap<String, T>) -> String {
    values.iter().map(|(name, value)| format!(", {name} {value}")).collect()
}

/// The parts that are present, each after its name.
pub(super) fn named_parts<const N: usize>(parts: [(&str, Option<String>); N]) -> String {
    let parts = parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part?)));
    parts.collect::<Vec<_>>().join(", ")
}

/// The number of passwords of a new user, in words.
pub(super) fn password_count(passwords: usize) -> String {
    match passwords {
        0 => "no password".to_owned(),
        1 => "1 password".to_owned(),
        many => format!("{many} passwords"),
    }
}

/// Adds the differing parameters as one property, on each side with their values.
pub(super) fn differing<T: Serialize>(
    properties: Properties,
    parameters: &BTreeMap<String, Drift<T>>,
) -> Properties {
    let from: BTreeMap<&String, &T> =
        parameters.iter().filter_map(|(name, drift)| Some((name, drift.from.as_ref()?))).collect();
    let to: BTreeMap<&String, &T> = parameters.iter().map(|(name, drift)| (name, &drift.to)).collect();
    properties.differing("config", from, to)
}
