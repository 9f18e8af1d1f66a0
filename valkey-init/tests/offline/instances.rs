//! Several nodes behind one name: as many as the spec says, told apart by their ids.

use init_core::{Backend, Endpoint};
use serde_json::json;
use valkey_init::{NodeState, Observed, Replication, Valkey};

use crate::support::{alone, desired, shown};

/// The servers that a name leads to, in the order of their ids.
fn behind(name: &str, states: Vec<NodeState>) -> Observed {
    let name: Endpoint = name.parse().unwrap();
    let at = |state: &NodeState| name.at(*state.addresses.first().unwrap());
    let endpoints: Vec<Endpoint> = states.iter().map(at).collect();
    Observed {
        nodes: endpoints.iter().cloned().zip(states).collect(),
        instances: [(name, endpoints)].into(),
        ..Observed::default()
    }
}

/// A cluster of its own, and beside a node that has a name.
#[test]
fn the_nodes_behind_a_name_form_a_cluster() {
    let spec = json!({"mode": "cluster", "nodes": [{"endpoint": "valkey:6379", "replicas": 3}]});
    insta::assert_snapshot!(shown(&Valkey::plan(
        &desired(spec),
        &behind("valkey:6379", (1..=3).map(alone).collect())
    )));
}

/// More than the spec says, however many there are, and a conflict that names one of them by its address.
#[test]
fn more_nodes_behind_a_name_than_declared_are_a_conflict() {
    let spec = json!({"mode": "cluster", "nodes": [{"endpoint": "valkey:6379", "replicas": 3}]});
    let mut states: Vec<NodeState> = (1..=4).map(alone).collect();
    states[2].keys = 7;
    insta::assert_snapshot!(shown(&Valkey::plan(&desired(spec), &behind("valkey:6379", states))));
}

/// replication: replicas of one service follow the primary by its name, and are no drift while they do.
#[test]
fn replicas_behind_a_name_follow_the_primary() {
    let spec =
        json!({"mode": "replication", "nodes": ["primary:6379", {"endpoint": "valkey:6379", "replicas": 2}]});
    let follow = |node: usize, primary: Option<&str>| NodeState {
        replication: Replication {
            primary: primary.map(|host| (host.to_owned(), 6379)),
            link_up: true,
            replicas: 0,
        },
        addresses: alone(node).addresses,
        ..NodeState::default()
    };
    let mut observed = behind("valkey:6379", vec![follow(1, Some("primary")), follow(2, None)]);
    observed.nodes.insert("primary:6379".parse().unwrap(), follow(0, None));
    insta::assert_snapshot!(shown(&Valkey::plan(&desired(spec), &observed)), @r#"
    replicate primary:6379 on valkey:6379 at 10.0.0.2
      {"kind":"node","name":"valkey:6379 at 10.0.0.2","op":"replicate_node","primary":{"to":"primary:6379"}}
    "#);
}
