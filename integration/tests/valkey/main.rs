//! valkey-init against real nodes: formation, healing, refusals, users, by the servers' own words and another client's.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests wait on real servers")]

mod access;
mod certificates;
mod export;
mod fault;
mod field;
mod formation;
mod healing;
mod hostile;
mod instances;
mod minority_down;
mod networks;
mod node_settings;
mod persistence;
mod rebalance;
mod refusals;
mod replication;
mod restricted;
mod rules;
mod sentinel;
mod slots;
mod states;
mod streams;
mod tls;
mod topology;
mod users;
mod watch;

use integration::valkey::Nodes;

/// A cluster of these nodes with one replica for each primary.
fn pairs(nodes: &Nodes) -> String {
    format!(
        "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\npassword: {{secret: password}}\n",
        nodes.list()
    )
}

/// The tokens of a rule text as arguments: a selector in parentheses is one.
fn tokens(rules: &str) -> Vec<&str> {
    let (mut tokens, mut rest) = (Vec::new(), rules.trim());
    while !rest.is_empty() {
        let end = if rest.starts_with('(') { rest.find(')').map(|at| at + 1) } else { rest.find(' ') };
        let (token, more) = rest.split_at(end.unwrap_or(rest.len()));
        tokens.push(token);
        rest = more.trim();
    }
    tokens
}

const LAYOUT: [&str; 6] = [
    "primary 0-5460",
    "primary 5461-10922",
    "primary 10923-16383",
    "replica of 0",
    "replica of 1",
    "replica of 2",
];
