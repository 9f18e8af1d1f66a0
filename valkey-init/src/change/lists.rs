//! Lists in the one line of text that a change is.

use std::collections::BTreeMap;
use std::fmt;

use init_core::Endpoint;
use init_core::diff::Drift;

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

/// Each parameter with its drift.
pub(super) fn drifts<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parameters: &BTreeMap<String, Drift<T>>,
) -> fmt::Result {
    for (position, (name, drift)) in parameters.iter().enumerate() {
        write!(f, "{}{name} {drift}", if position == 0 { "" } else { ", " })?;
    }
    Ok(())
}

/// How many passwords a new user gets.
pub(super) fn counted(passwords: usize) -> String {
    match passwords {
        0 => "no password".to_owned(),
        1 => "1 password".to_owned(),
        many => format!("{many} passwords"),
    }
}
