//! Exports the parameters whose values are not the compiled-in defaults.

use std::collections::BTreeMap;

use init_core::Endpoint;

use super::defaults::{self, KnownDefault, Release};
use super::found::{Found, common};
use super::read::Node;
use crate::desired::{Desired, Mode};
use crate::plan::parameter_values::values_differ;
use crate::validate::{is_reserved, newest_name};

/// The largest number of parameters that a note lists.
const LISTED: usize = 10;

pub(super) fn all(nodes: &BTreeMap<Endpoint, Node>, desired: &Desired, found: &mut Found) {
    let sorted: Vec<Sorted> =
        nodes.values().map(|node| sort_by_default(&node.parameters, node.release)).collect();
    let (same, differing) = common(sorted.iter().map(|node| &node.set));
    for (name, value) in same {
        found.config.insert(name.to_owned(), value.clone());
    }
    for name in differing {
        let text = "the nodes have it differently: write it under `config` of each node that differs";
        found.note("config", name, text);
    }
    let mut names = |of: fn(&Sorted) -> &Vec<String>, text: &str| {
        let mut names: Vec<&str> = sorted.iter().flat_map(of).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            let more = names.len().saturating_sub(LISTED);
            let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            found.note("config", "", format!("{text}: {shown}{more}"));
        }
    };
    names(|node| &node.startup, "what the server is started with and has otherwise than by default");
    names(|node| &node.unknown, "parameters whose defaults are not known here");
    if desired.mode == Mode::Standalone && nodes.values().any(|node| !node.primary) {
        found.note(
            "config",
            "replicaof",
            "the node follows another one, which `mode: standalone` has no place for",
        );
    }
}

/// The parameters of one node that are not at their defaults, by their kind.
#[derive(Debug, Default)]
struct Sorted {
    set: BTreeMap<String, String>,
    startup: Vec<String>,
    unknown: Vec<String>,
}

fn sort_by_default(parameters: &BTreeMap<String, String>, release: Release) -> Sorted {
    let mut sorted = Sorted::default();
    for (name, value) in parameters {
        let newest = newest_name(name);
        // A server shows a parameter under each name that it ever had, so only the newest is exported.
        let again = *name != newest && parameters.contains_key(&newest);
        if again || is_reserved(name) || is_reserved(&newest) {
            continue;
        }
        match defaults::of(&newest, release) {
            KnownDefault::Default(default) if !values_differ(&newest, value, default) => {}
            KnownDefault::Default(_) => drop(sorted.set.insert(name.clone(), value.clone())),
            KnownDefault::Start(Some(default)) if value != default => sorted.startup.push(name.clone()),
            KnownDefault::Start(_) => {}
            KnownDefault::Nothing => sorted.unknown.push(name.clone()),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_off_their_defaults_are_exported_once_and_startup_parameters_are_noted() {
        let parameters = [
            ("maxmemory", "268435456"),
            ("slave-priority", "50"),
            ("replica-priority", "50"),
            ("slowlog-max-len", "256"),
            ("appendonly", "no"),
            ("databases", "32"),
            ("port", "7000"),
            ("replica-announce-ip", "valkey-0"),
            ("lazyfree-lazy-expire", "no"),
            ("search-timeout", "500"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let sorted = sort_by_default(&parameters, Release::Valkey8);
        let set: Vec<(&str, &str)> =
            sorted.set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let expected = [
            ("lazyfree-lazy-expire", "no"),
            ("maxmemory", "268435456"),
            ("replica-priority", "50"),
            ("slowlog-max-len", "256"),
        ];
        assert_eq!(set, expected);
        assert_eq!(sorted.startup, ["databases"]);
        assert_eq!(sorted.unknown, ["search-timeout"]);
        assert_eq!(sort_by_default(&parameters, Release::Redis7).set.len(), 3);
    }
}
