//! Tests of plans: single drifts, and a plan with many kinds of changes in the order of execution.

use std::collections::BTreeSet;

use init_core::Backend;
use serde_json::json;
use valkey_init::{NodeState, Observed, Persistence, Replication, ReplicationLogin, UserState, Valkey};

use crate::support::{alone, desired, endpoint, pairs, shown, slots};

fn observed(states: impl IntoIterator<Item = NodeState>) -> Observed {
    Observed {
        nodes: states.into_iter().enumerate().map(|(node, state)| (endpoint(node), state)).collect(),
        ..Observed::default()
    }
}

/// The order of the variants is the order of execution.
#[test]
fn every_change_in_the_order_of_execution() {
    let mut spec = pairs(2);
    spec["announceHostnames"] = json!(true);
    spec["password"] = json!({"secret": "admin"});
    spec["users"] = json!({
        "app": {"passwords": [{"secret": "old"}, {"secret": "new"}], "rules": "+get"},
        "link": {"passwords": [{"secret": "link"}], "rules": "+psync"},
        "legacy": {"enabled": false},
    });
    spec["replicationUser"] = json!("link");
    spec["config"] = json!({"maxmemory": "256mb"});
    spec["functions"] = json!({"counters": {"file": "counters.lua"}});
    let mut nodes = [alone(0), alone(1)];
    for node in &mut nodes {
        node.config = [
            ("maxmemory".to_owned(), "0".to_owned()),
            ("cluster-preferred-endpoint-type".to_owned(), "ip".to_owned()),
        ]
        .into();
        let user = |enabled, undeclared, rules: &str| UserState {
            enabled,
            passwords: BTreeSet::from([0]),
            undeclared,
            rules_match: false,
            rules: rules.to_owned(),
        };
        node.users =
            [("app".to_owned(), user(false, 1, "-@all")), ("legacy".to_owned(), user(true, 0, "+@all"))]
                .into();
        node.replication_login = ReplicationLogin::default();
    }
    let plan = Valkey::plan(&desired(spec), &observed(nodes));
    insta::assert_snapshot!(shown(&plan));
}

#[test]
fn a_loss_of_keys_or_slots_is_a_conflict() {
    let mut nodes: Vec<NodeState> = (0..6).map(alone).collect();
    nodes[5].keys = 7;
    let own = nodes[0].view.get_mut("id0").unwrap();
    own.slots = slots(0, 16383);
    nodes[0].keys = 1;
    let own = nodes[1].view.get_mut("id1").unwrap();
    own.slots = slots(0, 16383);
    let mut stranger = nodes[2].view["id2"].clone();
    stranger.id = "stranger".to_owned();
    stranger.myself = false;
    stranger.link = valkey_init::LinkState::Up;
    nodes[2].view.insert("stranger".to_owned(), stranger);
    nodes[4].id = "id3".to_owned();
    insta::assert_snapshot!(shown(&Valkey::plan(&desired(pairs(6)), &observed(nodes))));
}

#[test]
fn parameters_that_the_server_does_not_change_are_conflicts() {
    let mut node = alone(0);
    node.config = [("databases".to_owned(), "16".to_owned())].into();
    node.immutable = ["databases".to_owned()].into();
    let spec = json!({"mode": "standalone", "nodes": ["n0:6379"], "config": {"databases": 32}});
    insta::assert_snapshot!(shown(&Valkey::plan(&desired(spec), &observed([node]))), @r#"! config.databases: n0:6379 has `databases` as "16", and does not change it while it runs: set it where the server is started"#);
}

#[test]
fn a_primary_with_replicas_stays_the_primary() {
    let follow = |host: &str| NodeState {
        replication: Replication { primary: Some((host.to_owned(), 6379)), link_up: true, replicas: 0 },
        persistence: Persistence { acl_file: false, config_file: true },
        ..NodeState::default()
    };
    let spec = json!({"mode": "replication", "nodes": ["n0:6379", "n1:6379", "n2:6379"]});
    let nodes = [NodeState::default(), NodeState::default(), follow("n1")];
    insta::assert_snapshot!(shown(&Valkey::plan(&desired(spec), &observed(nodes))), @r#"
    replicate n1:6379 on n0:6379
      {"kind":"node","name":"n0:6379","op":"replicate_node","primary":{"to":"n1:6379"}}
    "#);
}
