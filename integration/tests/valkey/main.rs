//! valkey-init against real nodes: formation, healing, refusals, users, by the servers' own words and another client's.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests wait on real servers")]

mod access;
mod certificates;
mod fault;
mod formation;
mod healing;
mod hostile;
mod lasting;
mod refusals;
mod replication;
mod slots;
mod states;
mod tls;
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

const LAYOUT: [&str; 6] = [
    "primary 0-5460",
    "primary 5461-10922",
    "primary 10923-16383",
    "replica of 0",
    "replica of 1",
    "replica of 2",
];
