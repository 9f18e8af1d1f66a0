//! A plan is a conflict when it would take permissions from the provisioning account that the next run needs.

use std::collections::BTreeSet;

use init_core::Backend as _;
use insta::assert_snapshot;
use kafka_init::{Account, Binding, Change, Kafka, Observed, Operations, Principal, RestrictiveAcl, Scram};
use serde_json::{Value, json};

use crate::support::{cluster, desired, name, plan, shown, topic};

/// Every operation on the resource, Describe, Alter and Create among them.
const ALL: Operations = Operations(!i32::MIN);

fn spec(acls: &Value) -> Value {
    json!({
        "sasl": {"mechanism": "PLAIN", "username": "provisioner", "password": {"secret": "p"}},
        "topics": {"orders": {"partitions": 1, "config": {"retention.ms": 1}}, "new": {}},
        "acls": acls,
    })
}

fn bindings(acls: &Value) -> BTreeSet<Binding> {
    desired(spec(acls)).acls
}

/// A cluster whose provisioning account may do everything.
fn observed(there: &Value, may_allow_everyone: bool) -> Observed {
    let principal = Some(Principal(name("User:provisioner")));
    let account = Account {
        principal: principal.clone(),
        cluster: ALL,
        topics: [("orders".to_owned(), ALL)].into(),
        acls: bindings(there),
        may_allow_everyone,
    };
    let orders = topic(1, 1, &[("retention.ms", "1")]);
    Observed { principal, account: Some(account), ..cluster([("orders", orders)]) }
}

fn conflicts(acls: &Value, observed: &Observed) -> String {
    plan(spec(acls), observed).conflicts().iter().map(|conflict| format!("{conflict}\n")).collect()
}

fn app() -> Value {
    json!({"principal": "User:app", "allow": ["read"], "topic": ["orders", "new"]})
}

fn own() -> Value {
    json!({"principal": "User:provisioner", "allow": ["alter", "alterconfigs"], "topic": "*"})
}

#[test]
fn the_first_acl_that_closes_a_resource_to_the_account_is_a_conflict() {
    assert_snapshot!(conflicts(&json!([app()]), &observed(&json!([]), true)));
    let on_the_cluster = json!([{"principal": "User:app", "allow": ["describe"], "cluster": true}]);
    assert_snapshot!(conflicts(&on_the_cluster, &observed(&json!([]), true)));
}

#[test]
fn the_first_acl_is_no_conflict_with_an_own_acl_or_for_a_super_user_or_where_resources_without_acls_are_closed()
 {
    let none = json!([]);
    assert_eq!(conflicts(&json!([app(), own()]), &observed(&none, true)), "");
    assert_eq!(conflicts(&json!([app()]), &observed(&none, false)), "");
    // It may alter the cluster, whose ACLs name only another principal.
    let others = json!([{"principal": "User:app", "allow": ["describe"], "cluster": true}]);
    assert_eq!(conflicts(&json!([app()]), &observed(&others, true)), "");
    // Other principals have ACLs on the topic, and the account has its own.
    let both = json!([{"principal": "User:x", "allow": ["write"], "topic": "*"}, own()]);
    assert_eq!(conflicts(&json!([app()]), &observed(&both, true)), "");
    // An `allow` for one host does not count, because the address that the broker sees is unknown.
    let mut elsewhere = own();
    elsewhere["host"] = json!("192.0.2.7");
    assert_ne!(conflicts(&json!([app(), elsewhere]), &observed(&none, true)), "");
}

#[test]
fn a_deny_that_takes_what_the_next_run_needs_is_a_conflict() {
    let granted = json!([own(), {"principal": "User:provisioner", "allow": ["alter"], "cluster": true}]);
    let mut there = observed(&granted, false);
    // A super user has every operation, and no `deny` applies to it.
    there.account.as_mut().unwrap().cluster = Operations(1 << 7 | 1 << 8);
    let deny = |principal: &str, operations: Value| json!([{"principal": principal, "deny": operations, "topic": "ord", "match": "prefixed"}]);
    assert_snapshot!(conflicts(&deny("User:provisioner", json!(["alterconfigs"])), &there));
    assert_ne!(conflicts(&deny("User:*", json!(["all"])), &there), "");
    // The denied operation is not needed, or it is denied to another principal.
    assert_eq!(conflicts(&deny("User:provisioner", json!(["read", "write"])), &there), "");
    assert_eq!(conflicts(&deny("User:guest", json!(["all"])), &there), "");
    assert_eq!(conflicts(&deny("User:provisioner", json!(["all"])), &observed(&granted, false)), "");
}

#[test]
fn restrictive_acls_are_created_last_and_those_of_the_account_first_of_them() {
    let acls = json!([app(), own(), {"principal": "User:guest", "deny": ["all"], "cluster": true}]);
    let closing = |plan: init_core::Plan<Change>| -> Vec<String> {
        let last = plan.changes().iter().filter_map(|change| match change {
            Change::CreateRestrictiveAcl(RestrictiveAcl { binding, .. }) => Some(binding.to_string()),
            _ => None,
        });
        last.collect()
    };
    let implicit = plan(spec(&acls), &observed(&json!([]), true));
    let is_closing = |change: &Change| matches!(change, Change::CreateRestrictiveAcl(_));
    assert!(implicit.changes().iter().is_sorted_by_key(is_closing), "{:?}", implicit.changes());
    assert_snapshot!(closing(implicit).join("\n"));
    assert_eq!(
        closing(plan(spec(&acls), &observed(&json!([]), false))),
        ["DENY User:guest ALL on CLUSTER kafka-cluster"]
    );
    let all = shown(&plan(spec(&acls), &observed(&json!([]), true)));
    assert!(all.contains(r#""op":"create_acl""#) && !all.contains("restrictive"), "{all}");
}

/// The rest of the run would be refused at the first connection to another broker.
#[test]
fn another_password_for_the_account_that_connects_is_a_conflict() {
    let mut spec = spec(&json!([]));
    spec["sasl"]["mechanism"] = json!("SCRAM-SHA-256");
    spec["users"] = json!({"provisioner": {"mechanism": ["SCRAM-SHA-256", "SCRAM-SHA-512"], "password": {"secret": "q"}}});
    let there = |password_matches, other| {
        let credential = |password_matches| kafka_init::Credential { iterations: 4096, password_matches };
        let credentials =
            [(Scram::Sha256, credential(password_matches)), (Scram::Sha512, credential(other))].into();
        Observed { users: [(name("provisioner"), credentials)].into(), ..observed(&json!([]), false) }
    };
    let desired = desired(spec);
    assert!(Kafka::plan(&desired, &there(true, false)).conflicts().is_empty());
    let conflicts = Kafka::plan(&desired, &there(false, true)).conflicts().to_vec();
    assert_snapshot!(conflicts.iter().map(ToString::to_string).collect::<String>());
}

/// The run does not delete an ACL or a credential of its own account that the next run needs.
#[test]
fn the_own_acls_and_the_own_credential_are_not_taken_away() {
    let own = json!([own(), {"principal": "User:provisioner", "allow": ["alter"], "cluster": true}]);
    let mut there = observed(&own, false);
    there.account.as_mut().unwrap().cluster = Operations(1 << 7 | 1 << 8);
    there.acls = bindings(&own);
    let absent = |acl: Value| {
        let mut acl = acl;
        acl["state"] = json!("absent");
        json!([acl])
    };
    assert_snapshot!(conflicts(&absent(own[0].clone()), &there));
    assert_ne!(conflicts(&absent(own[1].clone()), &there), "");
    // An ACL of another principal, and one that the account does not need, may be deleted.
    assert_eq!(conflicts(&absent(app()), &there), "");
    let beside = json!({"principal": "User:provisioner", "allow": ["read"], "topic": "orders"});
    assert_eq!(conflicts(&absent(beside), &there), "");

    let mut spec = spec(&json!([]));
    spec["sasl"]["mechanism"] = json!("SCRAM-SHA-256");
    spec["users"] = json!({"provisioner": {"state": "absent"}});
    let credential = kafka_init::Credential { iterations: 4096, password_matches: false };
    there.users = [(name("provisioner"), [(Scram::Sha256, credential)].into())].into();
    let found = Kafka::plan(&desired(spec.clone()), &there).conflicts().to_vec();
    assert_eq!(
        found.iter().map(|conflict| conflict.at.to_string()).collect::<Vec<_>>(),
        ["users.provisioner"]
    );
    // A credential of another mechanism than that of the login may be deleted.
    spec["users"]["provisioner"]["mechanism"] = json!("SCRAM-SHA-512");
    assert!(Kafka::plan(&desired(spec), &there).conflicts().is_empty());
}
