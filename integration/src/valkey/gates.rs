//! A gate before each node of a cluster: a run's mutating commands pass up to a number, as if it had died right there.
//!
//! The gate (`src/bin/gate.rs`) shares its node's network and so its address, and listens on the port that the node
//! announces: nodes and clients see one node at one address, and whatever is said to it is counted.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use super::{Nodes, QUICK};
use crate::command::docker;
use crate::{Init, Scratch, eventually};

/// The port on which the gates listen; the node itself is behind it, on its own port.
const GATE: &str = "7000";

/// A cluster that nobody has formed, each node behind its gate.
#[derive(Debug)]
pub struct Gates {
    nodes: Nodes,
    counts: Scratch,
}

impl Gates {
    /// The nodes `valkey-0:7000`, …; `program` is the gate's.
    pub fn cluster(count: usize, program: &str) -> Self {
        let announced =
            ["--cluster-enabled", "yes", "--cluster-port", "17000", "--cluster-announce-port", GATE];
        let nodes = Nodes::start(count, &[&announced[..], &QUICK].concat(), &[]);
        let gates = Self { nodes, counts: Scratch::new() };
        gates.open();
        let program = format!("{program}:/gate:ro");
        let counts = format!("{}:/counts", gates.counts.path().display());
        for node in 0..count {
            let network = format!("container:{}", gates.nodes.container(node));
            let mut args = vec!["run", "--detach", "--user", "0", "--name"];
            let name = gates.gate(node);
            args.extend([&name, "--network", &network, "--volume", &program, "--volume", &counts]);
            args.extend(["--entrypoint", "/gate", "dayzero/valkey:8.1", GATE, "6379", "/counts"]);
            docker(&args).ok();
        }
        gates
    }

    /// The nodes behind the gates.
    pub fn nodes(&self) -> &Nodes {
        &self.nodes
    }

    /// A run through the gates: one replica for each primary.
    pub fn init(&self) -> Init {
        let names: Vec<String> = (0..self.nodes.count).map(|node| self.name(node)).collect();
        self.nodes.init(&format!(
            "mode: cluster\nnodes: [{}]\nreplicasPerPrimary: 1\npassword: {{secret: password}}\n",
            names.join(", ")
        ))
    }

    /// A node's name and its gate's port.
    pub fn name(&self, node: usize) -> String {
        format!("valkey-{node}:{GATE}")
    }

    /// A run that is killed when it would send one mutating command more than `number`.
    pub fn killed_after(&self, number: usize) {
        self.killed(self.init(), number);
    }

    /// The same with a run of another spec.
    pub fn killed(&self, init: Init, number: usize) {
        self.limit(number);
        let running = init.start();
        eventually("one command more", Duration::from_secs(60), || self.passed() > number);
        docker(&["kill", "--signal", "KILL", running.name()]).ok();
        running.wait();
        self.open();
    }

    /// Everything passes, and is counted from zero.
    pub fn open(&self) {
        self.limit(usize::MAX);
    }

    fn limit(&self, number: usize) {
        self.counts.file("passed", b"0");
        self.counts.file("kinds", b"");
        self.counts.file("limit", number.to_string().as_bytes());
    }

    /// The number of mutating commands that have come since.
    #[expect(clippy::disallowed_methods, reason = "the gates' own file")]
    pub fn passed(&self) -> usize {
        let text = fs::read_to_string(self.counts.path().join("passed"));
        text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// After how many commands the first of each kind has come since: a run that is killed then dies right after it.
    #[expect(clippy::disallowed_methods, reason = "the gates' own file")]
    pub fn firsts(&self) -> BTreeSet<usize> {
        let kinds = fs::read_to_string(self.counts.path().join("kinds")).unwrap_or_default();
        let kinds: Vec<&str> = kinds.lines().collect();
        kinds.iter().filter_map(|kind| Some(kinds.iter().position(|other| other == kind)? + 1)).collect()
    }

    fn gate(&self, node: usize) -> String {
        format!("{}-gate", self.nodes.container(node))
    }
}

impl Drop for Gates {
    fn drop(&mut self) {
        for node in 0..self.nodes.count {
            let _ = docker(&["rm", "--force", "--volumes", &self.gate(node)]);
        }
    }
}
