//! Tests of plans for a cluster that grows or shrinks: migrations, interrupted migrations, and members to be forgotten.

use std::collections::BTreeMap;

use init_core::Backend;
use serde_json::{Value, json};
use valkey_init::{Change, LinkState, NodeEntry, NodeState, Observed, Slots, Valkey};

use crate::support::{alone, desired, endpoint, shown, slots};

/// A cluster that agrees: each node with its slots, or the position of its primary.
fn cluster(nodes: &[Result<Slots, usize>]) -> Observed {
    let entry = |reader: usize, node: usize| {
        let mut entry = alone(node).view[&format!("id{node}")].clone();
        entry.myself = reader == node;
        entry.address = format!("10.0.0.{node}").parse().ok();
        entry.link = LinkState::Up;
        entry.epoch = u64::try_from(node).unwrap() + 1;
        match &nodes[node] {
            Ok(slots) => entry.slots = slots.clone(),
            Err(primary) => (entry.primary, entry.replica) = (Some(format!("id{primary}")), true),
        }
        entry
    };
    let state = |reader: usize| NodeState {
        view: (0..nodes.len()).map(|node| (format!("id{node}"), entry(reader, node))).collect(),
        ..alone(reader)
    };
    Observed {
        nodes: (0..nodes.len()).map(|node| (endpoint(node), state(node))).collect(),
        ..Observed::default()
    }
}

fn thirds() -> Vec<Result<Slots, usize>> {
    [slots(0, 5460), slots(5461, 10922), slots(10923, 16383)].map(Ok).to_vec()
}

/// A spec of primaries, of which those in `drained` are to own nothing.
fn spec(count: usize, drained: &[usize], rest: &Value) -> Value {
    let node = |node: usize| json!({"endpoint": format!("n{node}:6379"), "drain": drained.contains(&node)});
    let mut spec = json!({"mode": "cluster", "nodes": (0..count).map(node).collect::<Vec<_>>()});
    for (key, value) in rest.as_object().unwrap() {
        spec[key] = value.clone();
    }
    spec
}

fn planned(spec: Value, observed: &Observed) -> String {
    shown(&Valkey::plan(&desired(spec), observed))
}

/// The node's own entry.
fn own(observed: &mut Observed, node: usize) -> &mut NodeEntry {
    let id = format!("id{node}");
    observed.nodes.get_mut(&endpoint(node)).unwrap().view.get_mut(&id).unwrap()
}

#[test]
fn growing_and_shrinking_are_a_change_for_each_pair_of_nodes() {
    let empty = || Ok(Slots::default());
    let grown: Vec<_> = thirds().into_iter().chain([empty(), empty()]).collect();
    let on = json!({"rebalance": true, "replicasPerPrimary": 0});
    assert!(Valkey::plan(&desired(spec(5, &[], &json!({}))), &cluster(&grown)).is_empty());
    let mut text = planned(spec(5, &[], &on), &cluster(&grown));

    let five =
        [slots(0, 3276), slots(3277, 6553), slots(6554, 9830), slots(9831, 13107), slots(13108, 16383)];
    let five: Vec<_> = five.map(Ok).to_vec();
    text += "--\n";
    text += &planned(spec(5, &[3, 4], &on), &cluster(&five));
    insta::assert_snapshot!(text);
    // Balanced but for one slot: nothing moves.
    assert!(Valkey::plan(&desired(spec(3, &[], &on)), &cluster(&thirds())).is_empty());
}

#[test]
fn replicas_of_a_primary_that_is_drained_follow_another_after_its_slots_have_moved() {
    let mut nodes = thirds();
    nodes.push(Ok(Slots::default()));
    nodes[3] = Ok(slots(16380, 16383));
    nodes[2] = Ok(slots(10923, 16379));
    nodes.extend([Err(0), Err(1), Err(2), Err(3), Err(3)]);
    let on = json!({"rebalance": true, "replicasPerPrimary": 1});
    let plan = Valkey::plan(&desired(spec(9, &[3, 7, 8], &on)), &cluster(&nodes));
    let kinds: Vec<&str> = plan.changes().iter().map(init_core::Change::op).collect();
    assert!(plan.conflicts().is_empty() && kinds.iter().all(|kind| *kind == "migrate_slots"), "{plan:?}");
    // A replica that stays gets another primary after the slots have moved, and not before.
    let nodes: Vec<_> = nodes.into_iter().take(8).collect();
    let unpaired = spec(8, &[3, 7], &on);
    assert!(Valkey::plan(&desired(unpaired), &cluster(&nodes)).conflicts().is_empty());
    let mut moved = nodes.clone();
    moved[6] = Err(3);
    let plan = Valkey::plan(&desired(spec(8, &[3, 7], &on)), &cluster(&moved));
    let last = plan.changes().last().unwrap();
    assert!(matches!(last, Change::ReattachNode { .. }), "{plan:?}");
    assert_eq!(last.to_string(), "replicate on n6:6379: n3:6379 -> n2:6379");
}

/// A cluster in which the migration of slot 93 from the first node to the last was interrupted: the sides that have it
/// open, and the keys of each side.
fn cut(sides: (bool, bool), keys: (u64, u64)) -> Observed {
    let mut observed = cluster(&[thirds(), vec![Ok(Slots::default())]].concat());
    if sides.0 {
        own(&mut observed, 0).open_slots.insert(93, "id3".to_owned());
    }
    if sides.1 {
        own(&mut observed, 3).open_slots.insert(93, "id0".to_owned());
        own(&mut observed, 3).importing.insert(93);
    }
    for (node, keys) in [(0, keys.0), (1, 0), (2, 0), (3, keys.1)] {
        let state = observed.nodes.get_mut(&endpoint(node)).unwrap();
        (state.keys_of_open_slots, state.keys) = (BTreeMap::from([(93, keys)]), keys);
    }
    observed
}

#[test]
fn an_interrupted_migration_is_completed_in_its_direction() {
    let on = json!({"rebalance": true, "replicasPerPrimary": 0});
    for sides in [(true, true), (true, false), (false, true)] {
        let plan = Valkey::plan(&desired(spec(4, &[], &on)), &cut(sides, (3, 4)));
        let first = plan.changes().first().unwrap();
        assert_eq!(first.to_string(), "complete the migration of 1 slot(s) from n0:6379 to n3:6379: 93");
        let moves = plan.changes().iter().filter_map(|change| match change {
            Change::MigrateSlots { slots, .. } => Some(slots.iter().count()),
            _ => None,
        });
        assert_eq!(moves.sum::<usize>(), 4096, "{plan:?}");
        // Without keys on the other side the slot is closed, and moves like any other.
        let plan = Valkey::plan(&desired(spec(4, &[], &on)), &cut(sides, (3, 0)));
        let kinds: Vec<&str> = plan.changes().iter().map(init_core::Change::op).collect();
        let closed = usize::from(sides.0) + usize::from(sides.1);
        assert_eq!(kinds, [vec!["stabilize_slots"; closed], vec!["migrate_slots"; 3]].concat());
    }
}

#[test]
fn an_interrupted_migration_that_may_not_be_completed_is_a_conflict() {
    let text = planned(spec(4, &[], &json!({"replicasPerPrimary": 0})), &cut((true, true), (3, 4)));
    let on = json!({"rebalance": true, "replicasPerPrimary": 0});
    let drained = planned(spec(4, &[3], &on), &cut((true, true), (3, 4)));
    // Keys at a node that neither side has as the target.
    let mut astray = cut((true, true), (3, 0));
    astray.nodes.get_mut(&endpoint(1)).unwrap().keys_of_open_slots.insert(93, 1);
    let astray = planned(spec(4, &[], &on), &astray);
    insta::assert_snapshot!([text, drained, astray].join("--\n"));
}

/// A replica may still report an open slot that its primary has closed. It takes no command about it.
#[test]
fn an_open_slot_that_only_a_replica_reports_is_no_drift() {
    let mut observed = cluster(&[thirds(), vec![Err(0)]].concat());
    own(&mut observed, 3).open_slots.insert(93, "id1".to_owned());
    let drained = spec(4, &[3], &json!({"rebalance": true, "replicasPerPrimary": 0}));
    assert_eq!(Valkey::plan(&desired(drained), &observed).changes(), []);
}

#[test]
fn only_members_without_slots_and_replicas_are_forgotten() {
    let id = |node: usize| format!("{node:040}");
    let member = |node: usize, change: fn(&mut NodeEntry)| {
        let mut entry = NodeEntry { id: id(node), port: 6379, link: LinkState::Down, ..NodeEntry::default() };
        entry.hostname = format!("n{node}");
        entry.address = format!("10.0.0.{node}").parse().ok();
        change(&mut entry);
        entry
    };
    let with = |members: Vec<NodeEntry>| {
        let mut observed = cluster(&thirds());
        observed.forget_addresses.insert(endpoint(5), ["10.0.0.5".parse().unwrap()].into());
        for state in observed.nodes.values_mut() {
            state.view.extend(members.iter().map(|entry| (entry.id.clone(), entry.clone())));
        }
        observed
    };
    let spec = |forget: Value| spec(3, &[], &json!({"replicasPerPrimary": 0, "forget": forget}));
    let anonymous = |entry: &mut NodeEntry| entry.hostname.clear();
    let members = vec![member(4, |_| ()), member(5, anonymous), member(6, |_| ())];
    let text = planned(spec(json!([id(4), "n5:6379", "n6:6379"])), &with(members));
    let alive = member(4, |entry| entry.link = LinkState::Up);
    let alive = planned(spec(json!([id(4)])), &with(vec![alive]));
    let owner = planned(spec(json!([id(4)])), &with(vec![member(4, |entry| entry.slots = slots(7, 9))]));
    let mut leader = with(vec![member(4, |_| ())]);
    for state in leader.nodes.values_mut() {
        let follower = member(5, |entry| entry.replica = true);
        state.view.insert(follower.id.clone(), NodeEntry { primary: Some(id(4)), ..follower });
    }
    let followed = planned(spec(json!([id(4)])), &leader);
    let both = planned(spec(json!([id(4), id(5)])), &leader);
    assert_eq!(both.matches("forget member").count(), 6, "{both}");
    insta::assert_snapshot!([text, alive, owner, followed].join("--\n"));
    assert!(Valkey::plan(&desired(spec(json!([id(4)]))), &with(Vec::new())).is_empty());
}

#[test]
fn a_primary_gets_no_slots_before_it_has_the_functions_of_the_others() {
    let mut observed = cluster(&[thirds(), vec![Ok(Slots::default())]].concat());
    for node in 0..3 {
        observed.nodes.get_mut(&endpoint(node)).unwrap().own_libraries.insert("counters".to_owned());
    }
    let on = json!({"rebalance": true, "replicasPerPrimary": 0});
    let plan = Valkey::plan(&desired(spec(4, &[], &on)), &observed);
    insta::assert_snapshot!(plan.conflicts()[0].to_string());
    let mut on = on;
    on["functions"] = json!({"counters": {"file": "counters.lua"}});
    let plan = Valkey::plan(&desired(spec(4, &[], &on)), &observed);
    assert!(plan.conflicts().is_empty(), "{plan:?}");
}
