//! What the servers say of themselves: their roles, and what they were asked to change.

use std::collections::BTreeMap;

use super::Nodes;

impl Nodes {
    /// Who is whose replica, by names, and with which slots: each node's own word, in the order of the nodes.
    pub fn layout(&self) -> Vec<String> {
        let own = self.each(&["CLUSTER", "NODES"]).into_iter().map(|view| {
            let line = view.lines().find(|line| line.contains("myself")).unwrap_or_default();
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        });
        let own: Vec<Vec<String>> = own.collect();
        let role = |words: &Vec<String>| match own.iter().position(|own| own.first() == words.get(3)) {
            Some(primary) => format!("replica of {primary}"),
            None => format!("primary {}", words.get(8..).unwrap_or_default().join(" ")),
        };
        own.iter().map(role).collect()
    }

    /// How often a node was asked each command that changes something.
    pub fn mutations(&self, node: usize) -> BTreeMap<String, u64> {
        let stats = self.cli(node, &["INFO", "commandstats"]);
        let calls = stats.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(':')?;
            let calls = rest.strip_prefix("calls=")?.split(',').next()?.parse().ok()?;
            MUTATING.contains(&name).then(|| (name.to_owned(), calls))
        });
        calls.collect()
    }
}

const MUTATING: [&str; 16] = [
    "acl|save",
    "acl|setuser",
    "cluster|addslots",
    "cluster|addslotsrange",
    "cluster|forget",
    "cluster|meet",
    "cluster|replicate",
    "cluster|reset",
    "cluster|set-config-epoch",
    "cluster|setslot",
    "config|rewrite",
    "config|set",
    "flushall",
    "function|load",
    "replicaof",
    "set",
];
