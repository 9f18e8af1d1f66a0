//! Properties of plans with a model of a cluster in memory: a formation that is interrupted and continued ends in the
//! same layout.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Backend, Endpoint};
use proptest::prelude::*;
use serde_json::json;
use valkey_init::{Change, Desired, LinkState, NodeEntry, NodeState, Observed, Slots, Valkey};

use crate::support::{alone, desired, endpoint, pairs};

#[derive(Clone, Debug, Default)]
struct Node {
    slots: Slots,
    epoch: u64,
    follows: Option<usize>,
    knows: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
struct Model(Vec<Node>);

fn position(node: &Endpoint) -> usize {
    node.host().trim_start_matches('n').parse().unwrap()
}

impl Model {
    fn new(count: usize) -> Self {
        Self((0..count).map(|node| Node { knows: [node].into(), ..Node::default() }).collect())
    }

    /// Applies a change. One that a server would refuse fails the test.
    fn apply(&mut self, change: &Change) {
        match change {
            Change::AssignSlots { node, slots } => {
                let node = &mut self.0[position(node)];
                assert!(!node.slots.overlaps(slots) && node.follows.is_none());
                node.slots = node.slots.iter().chain(slots.iter()).collect();
            }
            Change::SetEpoch { node, epoch } => {
                let node = &mut self.0[position(node)];
                assert!(node.epoch == 0 && node.knows.len() == 1);
                node.epoch = *epoch;
            }
            Change::MeetNode { node, by } => {
                for other in by {
                    self.0[position(other)].knows.insert(position(node));
                    self.0[position(node)].knows.insert(position(other));
                }
            }
            Change::ReplicateNode { node, primary } => {
                let (node, primary) = (position(node), position(&primary.to));
                assert!(self.0[node].slots.is_empty() && self.0[primary].follows.is_none());
                assert_eq!(self.0[node].knows.len(), self.0.len());
                self.0[node].follows = Some(primary);
            }
            other => panic!("unexpected: {other}"),
        }
    }

    /// Spreads the knowledge of all nodes, as gossip does.
    fn gossip(&mut self) {
        for _ in 0..self.0.len() {
            for node in 0..self.0.len() {
                for other in self.0[node].knows.clone() {
                    let more = self.0[other].knows.clone();
                    self.0[node].knows.extend(more);
                    self.0[other].knows.insert(node);
                }
            }
        }
    }

    fn observed(&self) -> Observed {
        let entry = |reader: usize, node: usize| NodeEntry {
            id: format!("id{node}"),
            address: (self.0[node].knows.len() > 1).then(|| format!("10.0.0.{node}").parse().unwrap()),
            port: 6379,
            myself: reader == node,
            primary: self.0[node].follows.map(|primary| format!("id{primary}")),
            replica: self.0[node].follows.is_some(),
            link: LinkState::Up,
            epoch: self.0[node].epoch,
            slots: self.0[node].slots.clone(),
            ..NodeEntry::default()
        };
        let state = |reader: usize| {
            let view: BTreeMap<String, NodeEntry> =
                self.0[reader].knows.iter().map(|node| (format!("id{node}"), entry(reader, *node))).collect();
            NodeState { view, ..alone(reader) }
        };
        Observed {
            nodes: (0..self.0.len()).map(|node| (endpoint(node), state(node))).collect(),
            ..Observed::default()
        }
    }

    fn converge(&mut self, desired: &Desired) {
        let plan = Valkey::plan(desired, &self.observed());
        assert!(plan.conflicts().is_empty(), "{:?}", plan.conflicts());
        for change in plan.changes() {
            self.apply(change);
        }
        let left = Valkey::plan(desired, &self.observed());
        assert!(left.is_empty(), "left: {left:?}");
    }

    fn roles(&self) -> Vec<(Option<usize>, String)> {
        self.0.iter().map(|node| (node.follows, node.slots.to_string())).collect()
    }
}

fn zoned(count: usize, zones: &[u8]) -> Desired {
    let mut spec = pairs(count);
    let names = ["a", "b", "c"];
    let node = |node: usize| json!({"endpoint": format!("n{node}:6379"), "zone": names[usize::from(zones[node] % 3)]});
    spec["nodes"] = (0..count).map(node).collect();
    desired(spec)
}

proptest! {
    // Each case plans for a whole cluster several times.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_prefix_of_a_formation_ends_in_the_same_layout(
        primaries in 3_usize..6, zones in proptest::collection::vec(any::<u8>(), 12), cut in 0_usize..60, gossip: bool,
    ) {
        let desired = zoned(primaries * 2, &zones);
        let mut whole = Model::new(primaries * 2);
        whole.converge(&desired);

        let mut half = Model::new(primaries * 2);
        let plan = Valkey::plan(&desired, &half.observed());
        for change in plan.changes().iter().take(cut) {
            half.apply(change);
        }
        if gossip {
            half.gossip();
        }
        half.converge(&desired);
        prop_assert_eq!(half.roles(), whole.roles());
    }

    #[test]
    fn roles_after_a_failover_are_kept_and_a_lost_replica_is_replaced(
        primaries in 3_usize..6, lost in any::<prop::sample::Index>(), promoted in any::<prop::sample::Index>(),
    ) {
        let count = primaries * 2;
        let desired = desired(pairs(count));
        let mut model = Model::new(count);
        model.converge(&desired);
        // A failover.
        let primary = promoted.index(primaries);
        let replica = primary + primaries;
        let slots = std::mem::take(&mut model.0[primary].slots);
        model.0[replica].slots = slots;
        model.0[replica].follows = None;
        model.0[primary].follows = Some(replica);
        prop_assert!(Valkey::plan(&desired, &model.observed()).is_empty());
        // A replica's volume.
        let replicas: Vec<usize> = (0..count).filter(|node| model.0[*node].follows.is_some()).collect();
        let lost = replicas[lost.index(replicas.len())];
        let before = model.roles();
        for node in &mut model.0 {
            node.knows.remove(&lost);
        }
        model.0[lost] = Node { knows: [lost].into(), ..Node::default() };
        model.converge(&desired);
        prop_assert_eq!(model.roles(), before);
    }

    #[test]
    fn the_order_in_which_keys_are_written_changes_nothing(seed in any::<u8>()) {
        let mut spec = pairs(6);
        let users = ["a", "b", "c"].map(|name| (name.to_owned(), json!({"passwords": [{"secret": "p"}]})));
        let turned = users.iter().cycle().skip(usize::from(seed % 3)).take(3).cloned().collect::<serde_json::Map<_, _>>();
        spec["users"] = turned.into();
        let one = Valkey::plan(&desired(spec.clone()), &Observed::default());
        spec["users"] = users.into_iter().collect::<serde_json::Map<_, _>>().into();
        prop_assert_eq!(one, Valkey::plan(&desired(spec), &Observed::default()));
    }
}
