//! The commands that a node was sent, as the node itself counts them.

use std::collections::BTreeMap;

use super::Nodes;

/// Every command that changes something.
const MUTATING: [&str; 20] = [
    "acl|deluser",
    "acl|save",
    "acl|setuser",
    "cluster|addslots",
    "cluster|addslotsrange",
    "cluster|forget",
    "cluster|meet",
    "cluster|migrateslots",
    "cluster|replicate",
    "cluster|reset",
    "cluster|set-config-epoch",
    "cluster|setslot",
    "config|rewrite",
    "config|set",
    "flushall",
    "function|load",
    "migrate",
    "replicaof",
    "set",
    "xgroup|create",
];

impl Nodes {
    /// The number of calls of each mutating command, by node.
    pub fn mutations(&self, node: usize) -> BTreeMap<String, u64> {
        let stats = self.cli(node, &["INFO", "commandstats"]);
        let calls = stats.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(':')?;
            let calls = rest.strip_prefix("calls=")?.split(',').next()?.parse().ok()?;
            // A command that was refused before it was begun is listed too, with no call.
            (calls > 0 && MUTATING.contains(&name)).then(|| (name.to_owned(), calls))
        });
        calls.collect()
    }

    /// Forgets what was counted so far, on every node.
    pub fn reset_statistics(&self) {
        self.reset_statistics_of(|_| true);
    }

    /// The same on some nodes.
    pub fn reset_statistics_of(&self, is_meant: impl Fn(usize) -> bool) {
        for node in (0..self.count).filter(|node| is_meant(*node)) {
            self.cli(node, &["CONFIG", "RESETSTAT"]);
        }
    }
}
