//! Tests of plans for Sentinels: their changes, and the conflicts that a run does not resolve itself.

use init_core::Backend;
use serde_json::{Value, json};
use valkey_init::{
    Change, MonitoredPrimary, NodeState, Observed, Passwords, Replication, SentinelState, UserState, Valkey,
};

use crate::support::{desired, endpoint, shown};

fn spec() -> Value {
    json!({
        "mode": "sentinel",
        "nodes": ["n0:6379", "n1:6379"],
        "password": {"secret": "new"},
        "users": {"default": {"passwords": [{"secret": "new"}]}},
        "sentinels": {
            "nodes": ["s0:26379", "s1:26379", "s2:26379"],
            "monitor": "main",
            "quorum": 2,
            "downAfterMilliseconds": 5000,
            "authPassword": {"secret": "new"},
            "resolveHostnames": true,
        },
    })
}

/// The nodes as they are when the first is the primary, and its Sentinels as the spec says.
fn whole() -> Observed {
    let user = UserState { enabled: true, passwords: [0].into(), rules_match: true, ..UserState::default() };
    let users = [("default".to_owned(), user)].into();
    let primary = NodeState { users, ..NodeState::default() };
    let follows = Replication { primary: Some(("n0".to_owned(), 6379)), link_up: true, replicas: 0 };
    let replica = NodeState { replication: follows, ..primary.clone() };
    let sentinel = |node: usize| {
        let state = SentinelState {
            id: format!("{node}234567890"),
            matching_settings: ["resolve-hostnames".to_owned()].into(),
            monitored: Some(monitored("n0", 0)),
            ..SentinelState::default()
        };
        (format!("s{node}:26379").parse().unwrap(), state)
    };
    Observed {
        nodes: [(endpoint(0), primary), (endpoint(1), replica)].into(),
        sentinels: (0..3).map(sentinel).collect(),
        ..Observed::default()
    }
}

fn monitored(primary: &str, epoch: u64) -> MonitoredPrimary {
    let option = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    MonitoredPrimary {
        address: (primary.to_owned(), 6379),
        epoch,
        flags: ["master".to_owned()].into(),
        options: [("quorum", "2"), ("down-after-milliseconds", "5000")].into_iter().map(option).collect(),
        replicas: 1,
        other_sentinels: 2,
        ..MonitoredPrimary::default()
    }
}

fn sentinel(observed: &mut Observed, node: usize) -> &mut SentinelState {
    let node = format!("s{node}:26379").parse().unwrap();
    observed.sentinels.get_mut(&node).unwrap()
}

fn plan(observed: &Observed) -> String {
    shown(&Valkey::plan(&desired(spec()), observed))
}

#[test]
fn sentinels_that_are_as_the_spec_says_need_no_change() {
    assert_eq!(plan(&whole()), "");
    // Options that the spec does not name, and more Sentinels than it has, are theirs.
    let mut observed = whole();
    let monitored = sentinel(&mut observed, 0).monitored.as_mut().unwrap();
    monitored.options.insert("failover-timeout".to_owned(), "1".to_owned());
    monitored.other_sentinels = 7;
    assert_eq!(plan(&observed), "");
}

#[test]
fn a_new_sentinel_gets_its_settings_and_monitor_and_the_others_need_no_change() {
    let mut observed = whole();
    *sentinel(&mut observed, 1) = SentinelState::default();
    insta::assert_snapshot!(plan(&observed));
}

/// The primary is the one that the Sentinels name, also where the spec has another one first.
#[test]
fn a_failover_is_no_drift_and_a_new_sentinel_learns_of_it() {
    let mut observed = whole();
    observed.nodes.get_mut(&endpoint(0)).unwrap().replication =
        Replication { primary: Some(("n1".to_owned(), 6379)), link_up: true, replicas: 0 };
    observed.nodes.get_mut(&endpoint(1)).unwrap().replication = Replication::default();
    for node in 0..3 {
        sentinel(&mut observed, node).monitored = Some(monitored("n1", 3));
    }
    assert_eq!(plan(&observed), "");
    sentinel(&mut observed, 2).monitored = None;
    insta::assert_snapshot!(plan(&observed));
}

#[test]
fn an_option_that_differs_is_set_alone() {
    let mut observed = whole();
    let options = &mut sentinel(&mut observed, 0).monitored.as_mut().unwrap().options;
    options.insert("down-after-milliseconds".to_owned(), "30000".to_owned());
    insta::assert_snapshot!(plan(&observed));
}

/// The new password is added first, then the Sentinels get it, then the old one is removed.
#[test]
fn an_old_password_is_removed_after_every_sentinel_has_the_new_one() {
    let mut observed = whole();
    for node in 0..2 {
        let state = observed.nodes.get_mut(&endpoint(node)).unwrap();
        let user = state.users.get_mut("default").unwrap();
        (user.passwords, user.undeclared) = (std::collections::BTreeSet::new(), 1);
    }
    let plan = Valkey::plan(&desired(spec()), &observed);
    insta::assert_snapshot!(shown(&plan));
    // A run that continues an interrupted one sets the login of the Sentinels again, and then removes the old password.
    for node in 0..2 {
        let state = observed.nodes.get_mut(&endpoint(node)).unwrap();
        state.users.get_mut("default").unwrap().passwords = [0].into();
    }
    let plan = Valkey::plan(&desired(spec()), &observed);
    let kinds: Vec<&str> = plan.changes().iter().map(init_core::Change::op).collect();
    assert_eq!(kinds, ["set_monitor", "set_monitor", "set_monitor", "alter_user", "alter_user"]);
    let closes = |change: &Change| {
        matches!(change, Change::RestrictUser { passwords: Some(drift), .. }
            if drift.from == Some(Passwords { declared: drift.to.declared.clone(), undeclared: 1 }))
    };
    assert_eq!(plan.changes().iter().filter(|change| closes(change)).count(), 2);
}

/// A password cannot be read back, so a refused link or a connection of another user shows that it differs.
#[test]
fn the_login_of_a_sentinel_that_uses_another_one_is_set_again() {
    let mut observed = whole();
    sentinel(&mut observed, 0).monitored.as_mut().unwrap().refused = true;
    observed.nodes.get_mut(&endpoint(1)).unwrap().sentinel_logins =
        [("12345678".to_owned(), false), ("22345678".to_owned(), true)].into();
    insta::assert_snapshot!(plan(&observed));
}

#[test]
fn sentinels_that_disagree_are_a_conflict() {
    let mut observed = whole();
    sentinel(&mut observed, 0).monitored = Some(monitored("127.0.0.1", 0));
    sentinel(&mut observed, 1).monitored = Some(monitored("n1", 0));
    let mut shown = plan(&observed);
    for node in 0..3 {
        sentinel(&mut observed, node).monitored = Some(monitored("n1", 0));
    }
    shown += &plan(&observed);
    insta::assert_snapshot!(shown);
}
