//! Tests of plans with missing nodes (`require: majority`).

use init_core::Backend;
use serde_json::json;
use valkey_init::{LinkState, NodeState, Observed, Replication, Valkey};

use crate::support::{alone, desired, endpoint, pairs, slots};

/// A cluster of three primaries and their replicas, of which `missing` has failed and `successor` has taken over its
/// slots.
fn cluster(missing: usize, successor: Option<usize>) -> Observed {
    let shares = [slots(0, 5460), slots(5461, 10922), slots(10923, 16383)];
    let entry = |reader: usize, node: usize| {
        let mut entry = alone(node).view[&format!("id{node}")].clone();
        let primary = node.checked_sub(3).filter(|_| successor != Some(node));
        (entry.myself, entry.address) = (reader == node, format!("10.0.0.{node}").parse().ok());
        (entry.primary, entry.replica) = (primary.map(|primary| format!("id{primary}")), primary.is_some());
        entry.link = if node == missing { LinkState::Failing } else { LinkState::Up };
        entry.epoch = u64::try_from(node).unwrap() + 1;
        let share =
            if successor == Some(node) { Some(node - 3) } else { Some(node).filter(|node| *node < 3) };
        entry.slots =
            share.filter(|_| node != missing).map(|share| shares[share].clone()).unwrap_or_default();
        entry
    };
    let state = |reader: usize| NodeState {
        view: (0..6).map(|node| (format!("id{node}"), entry(reader, node))).collect(),
        ..alone(reader)
    };
    Observed {
        nodes: (0..6).filter(|node| *node != missing).map(|node| (endpoint(node), state(node))).collect(),
        missing: [endpoint(missing)].into(),
        ..Observed::default()
    }
}

#[test]
fn a_cluster_that_serves_without_a_node_needs_no_change() {
    for (missing, successor) in [(5, None), (3, None), (0, Some(3)), (2, Some(5))] {
        let plan = Valkey::plan(&desired(pairs(6)), &cluster(missing, successor));
        assert!(plan.is_empty(), "without {missing}: {plan:?}");
    }
    // A change is needed when no node serves the slots of the missing primary, and when a node differs from the spec.
    let mut without_slots = cluster(0, Some(3));
    for state in without_slots.nodes.values_mut() {
        state.view.get_mut("id3").unwrap().slots = slots(0, 100);
    }
    assert!(!Valkey::plan(&desired(pairs(6)), &without_slots).is_empty());
    let mut spec = pairs(6);
    spec["config"] = json!({"maxmemory": "64mb"});
    assert!(!Valkey::plan(&desired(spec), &cluster(5, None)).is_empty());
}

#[test]
fn replicas_without_one_of_them_need_no_change_and_without_their_primary_they_do() {
    let spec =
        json!({"mode": "replication", "nodes": ["n0:6379", "n1:6379", "n2:6379"], "require": "majority"});
    let state = |node: usize| {
        let primary = (node > 0).then(|| ("n0".to_owned(), 6379));
        NodeState {
            replication: Replication { primary, link_up: node > 0, replicas: 1 },
            ..NodeState::default()
        }
    };
    let without = |missing: usize| Observed {
        nodes: (0..3).filter(|node| *node != missing).map(|node| (endpoint(node), state(node))).collect(),
        missing: [endpoint(missing)].into(),
        ..Observed::default()
    };
    for (missing, empty) in [(1, true), (2, true), (0, false)] {
        assert_eq!(
            Valkey::plan(&desired(spec.clone()), &without(missing)).is_empty(),
            empty,
            "without {missing}"
        );
    }
}
