//! The roles of nodes, as the nodes report them.

use super::Nodes;

impl Nodes {
    /// The role of each node by its own report, in the order of the nodes: the name of its primary, and its slots.
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
}
