//! A plan brings a server to its spec, reports every conflict, and is empty for a server that is as the spec says.

mod ceph;
mod garage;
mod iam;
pub(crate) mod model;
mod own_rights;
mod owners;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use init_core::{Backend as _, Files, RESERVED, Text, as_json};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Minio;
use crate::change::Change;
use crate::desired::{Desired, Section};
use crate::observed::{EnvironmentSetting, Observed, ObservedSection, ObservedTier};

use model::apply_change;
use parts::{copied, tiers};

fn desired(spec: Value) -> Desired {
    desired_as("root-user", spec)
}

/// The same with the access key of another account.
fn desired_as(account: &str, mut spec: Value) -> Desired {
    spec["endpoint"] = json!("http://minio:9000");
    spec["credentials"] = json!({"accessKey": account, "secretKey": {"secret": "root"}});
    Minio::validate(serde_json::from_value(spec).unwrap(), &Files::relative_to(Path::new("/nowhere")))
        .unwrap()
}

fn converge(observed: &mut Observed, desired: &Desired) -> String {
    let plan = super::plan(desired, observed);
    plan.changes().iter().for_each(property_names_are_not_reserved);
    assert_eq!(plan.conflicts(), []);
    plan.changes().iter().for_each(|change| apply_change(observed, change));
    assert!(super::plan(desired, observed).is_empty(), "{:?}", super::plan(desired, observed));
    plan.changes().iter().map(|change| format!("{change}\n  {}\n", as_json(change))).collect()
}

/// No property has the name of a key that every change of a report has, and each has a `from` or a `to`.
fn property_names_are_not_reserved(change: &Change) {
    use init_core::Change as _;
    for (name, property) in change.properties().iter() {
        assert!(!RESERVED.contains(&name), "{change}: {name}");
        assert!(property.from.is_some() || property.to.is_some(), "{change}: {name}");
    }
}

fn statement(action: &str) -> Value {
    json!({"document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}})
}

/// A spec with every field, in one of two variants.
fn everything(second: bool) -> Value {
    let pick = |a: Value, b: Value| if second { b } else { a };
    json!({
        "policies": {"app": statement(if second { "s3:PutObject" } else { "s3:GetObject" }), "beside": statement("s3:*")},
        "users": {
            "open": {"secretKey": {"secret": "a"}, "policies": pick(json!(["app"]), json!(["app", "beside"]))},
            "closed": {"accessKey": {"secret": "n"}, "secretKey": {"secret": "b"}, "status": "disabled",
                       "policies": pick(json!(["app"]), json!(["app", "beside"]))},
            "reader": {"secretKey": {"secret": "b"}, "access": pick(
                json!([{"bucket": "data", "level": "read"}, {"bucket": "plain", "level": "owner"}]),
                json!([{"bucket": "data", "level": "write"}]))},
            "turned": {"secretKey": {"secret": "c"}, "status": pick(json!("disabled"), json!("enabled"))},
            "back": {"secretKey": {"secret": "c"}, "status": pick(json!("enabled"), json!("disabled"))},
        },
        "groups": {"team": {"members": pick(json!(["open"]), json!(["open", "closed"])), "policies": ["app"],
                            "status": "enabled"},
                   "idle": {"status": pick(json!("enabled"), json!("disabled"))}},
        "ldap": {"users": {"jane": {"policies": pick(json!(["app"]), json!(["app", "beside"]))}},
                 "groups": {"cn=team,dc=example": {"policies": ["app"]}}},
        "accessKeys": {
            "of-jane": {"user": "jane", "secretKey": {"secret": "d"}},
            "ci-key": {"user": "open", "secretKey": {"secret": "d"}, "policy": pick(json!("app"), json!("beside")),
                   "name": pick(json!("one"), json!("two")), "description": pick(json!("1"), json!("2")),
                   "status": pick(json!("disabled"), json!("enabled")),
                   "expires": pick(json!("2030-01-01T00:00:00Z"), json!("never"))},
            "of-closed": {"user": "closed", "secretKey": {"secret": "d"}},
            "own": {"secretKey": {"secret": "e"}},
        },
        "tiers": tiers(second),
        "buckets": {
            "plain": {"region": "eu-west-1", "lifecycle": [
                {"prefix": "a/", "transitionDays": pick(json!(0), json!(7)), "transitionNoncurrentDays": 1, "expireDays": 9,
                 "transitionTo": pick(json!("COLD"), json!("GLACIER"))}]},
            "data": {
                "versioning": pick(json!("enabled"), json!("suspended")), "quota": pick(json!("1GiB"), json!("2GB")),
                "encryption": "sse-s3", "tags": pick(json!({"a": "1"}), json!({"a": "2", "b": "3"})),
                "anonymous": pick(json!("download"), json!("none")),
                "lifecycle": [{"id": "r", "prefix": "x/", "expireDays": pick(json!(1), json!(2))}, {"expireNoncurrentDays": 3}],
                "notifications": [{"target": "arn:minio:sqs::a:webhook", "prefix": "in/",
                                   "events": pick(json!(["s3:ObjectCreated:*"]), json!(["s3:ObjectRemoved:*"]))}],
                "cors": [{"allowedOrigins": ["*"], "allowedMethods": pick(json!(["GET"]), json!(["PUT"]))}],
            },
            "copied": copied(second),
            "locked": {"objectLock": pick(json!({"mode": "GOVERNANCE", "days": 30}), json!({"mode": "COMPLIANCE", "years": 1}))},
        },
        "config": {"notify_webhook:a": {"endpoint": pick(json!("http://one"), json!("http://two")), "auth_token": {"secret": "f"}}},
    })
}

/// Values of which an observation says only that they differ.
fn drift_unseen_values(observed: &mut Observed) {
    observed.users.get_mut(&Text::Plain("open".to_owned())).unwrap().secret_differs = true;
    if let Some(ObservedTier::Known { secret_refused, .. }) = observed.tiers.get_mut("GLACIER") {
        *secret_refused = true;
    }
    let copied = &mut observed.buckets.get_mut("copied").unwrap().replication;
    copied.targets.get_mut("http://two:9000").unwrap().refused = true;
    for section in observed.config.values_mut() {
        section.differing.insert("endpoint".to_owned());
    }
}

#[test]
fn everything_is_created_in_the_order_of_dependence() {
    insta::assert_snapshot!(converge(&mut Observed::default(), &desired(everything(false))));
}

#[test]
fn everything_is_altered_in_place() {
    let mut observed = Observed::default();
    converge(&mut observed, &desired(everything(false)));
    drift_unseen_values(&mut observed);
    insta::assert_snapshot!(converge(&mut observed, &desired(everything(true))));
}

#[test]
fn the_snapshots_above_show_every_operation() {
    let mut observed = Observed::default();
    let mut operations = BTreeSet::new();
    for second in [false, true] {
        let plan = super::plan(&desired(everything(second)), &observed);
        operations.extend(plan.changes().iter().map(init_core::Change::op));
        converge(&mut observed, &desired(everything(second)));
        drift_unseen_values(&mut observed);
    }
    let spec = without(&mut observed);
    operations.extend(super::plan(&spec, &observed).changes().iter().map(init_core::Change::op));
    assert_eq!(operations.len(), 32, "{operations:?}");
}

/// A server with the second variant, and a spec that removes parts of it.
fn without(observed: &mut Observed) -> Desired {
    let leaving = |name: &str| BTreeSet::from([Text::Plain(name.to_owned())]);
    (observed.unwanted_users, observed.unwanted_keys) = (leaving("back"), leaving("ci-key"));
    desired(json!({
        "users": {
            "open": {"secretKey": {"secret": "a"}, "policies": ["app", {"name": "beside", "state": "absent"}]},
            "closed": {"accessKey": {"secret": "n"}, "secretKey": {"secret": "b"}, "status": "disabled",
                       "policies": [{"name": "beside", "state": "absent"}]},
            "back": {"state": "absent"}, "never": {"state": "absent"},
        },
        "groups": {"team": {"members": [{"name": "closed", "state": "absent"}, {"name": "never-in", "state": "absent"}],
                            "policies": [{"name": "app", "state": "absent"}]}},
        "ldap": {"users": {"jane": {"policies": [{"name": "beside", "state": "absent"}]}},
                 "groups": {"cn=team,dc=example": {"state": "absent"}, "cn=none,dc=example": {"state": "absent"}}},
        "accessKeys": {"ci-key": {"state": "absent"}, "no-key": {"state": "absent"}},
    }))
}

#[test]
fn only_what_is_declared_absent_is_removed() {
    let mut observed = Observed::default();
    converge(&mut observed, &desired(everything(true)));
    let spec = without(&mut observed);
    insta::assert_snapshot!(converge(&mut observed, &spec));
    let team = &observed.groups["team"];
    assert_eq!(team.members, BTreeSet::from([Text::Plain("open".to_owned())]));
    assert!(observed.users.contains_key(&Text::Plain("turned".to_owned())));
}

#[test]
fn undeclared_parts_stay() {
    let mut observed = Observed::default();
    converge(&mut observed, &desired(everything(true)));
    let less = json!({"buckets": {"data": {"tags": {"c": "4"}, "lifecycle": [{"id": "s", "expireDays": 9}]}, "locked": {}}});
    let shown = converge(&mut observed, &desired(less));
    assert_eq!(shown.lines().filter(|line| !line.starts_with(' ')).count(), 2, "{shown}");
    let data = &observed.buckets["data"];
    assert_eq!(data.tags.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(data.lifecycle.keys().collect::<Vec<_>>(), ["noncurrent", "r", "s"]);
    assert!(super::plan(&desired(everything(true)), &observed).is_empty());
}

#[test]
fn every_impossible_change_is_a_conflict() {
    let mut observed = Observed::default();
    converge(
        &mut observed,
        &desired(
            json!({"buckets": {"lockless": {}}, "accessKeys": {"mine": {"secretKey": {"secret": "a"}}}}),
        ),
    );
    observed.owned_by_others.insert("taken".to_owned());
    observed.ldap.unknown.insert("nobody".to_owned());
    let spec = json!({
        "users": {"one": {"secretKey": {"secret": "a"}, "policies": ["nowhere"]}},
        "groups": {"team": {"members": ["ghost"], "policies": ["nowhere"]}},
        "accessKeys": {"mine": {"user": "one", "secretKey": {"secret": "a"}}, "lost": {"user": "ghost", "policy": "nowhere", "secretKey": {"secret": "a"}},
                       "of-nobody": {"user": "nobody", "secretKey": {"secret": "a"}}},
        "ldap": {"users": {"nobody": {"policies": ["nowhere"]}}},
        "buckets": {"lockless": {"objectLock": {}}, "taken": {}},
    });
    let plan = super::plan(&desired(spec), &observed);
    let shown: Vec<_> = plan.conflicts().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_the_environment_of_the_server_sets_is_a_conflict_where_it_differs() {
    let setting = |variable: &str, differs| EnvironmentSetting { variable: variable.to_owned(), differs };
    let spec =
        desired(json!({"config": {"api": {"requests_max": "1", "cors_allow_origin": "*", "odirect": "on"}}}));
    let section = ObservedSection {
        differing: BTreeSet::from(["odirect".to_owned()]),
        environment: BTreeMap::from([
            ("requests_max".to_owned(), setting("MINIO_API_REQUESTS_MAX", true)),
            ("cors_allow_origin".to_owned(), setting("MINIO_API_CORS_ALLOW_ORIGIN", false)),
        ]),
        disabled: false,
    };
    let observed =
        Observed { config: BTreeMap::from([(Section::read("api"), section)]), ..Observed::default() };
    let plan = super::plan(&spec, &observed);
    let conflicts: Vec<_> = plan.conflicts().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(conflicts.join("\n"));
    // Nothing is stored for a key that the environment sets.
    let [Change::Config(change)] = plan.changes() else { panic!("{:?}", plan.changes()) };
    assert_eq!(change.settings.keys().collect::<Vec<_>>(), ["odirect"]);
}

#[test]
fn a_section_that_somebody_switched_off_stays_off_until_the_spec_says_otherwise() {
    let section = ObservedSection {
        differing: BTreeSet::from(["endpoint".to_owned()]),
        disabled: true,
        ..ObservedSection::default()
    };
    let observed = Observed {
        config: BTreeMap::from([(Section::read("notify_webhook"), section)]),
        ..Observed::default()
    };
    for (settings, stays) in [
        (json!({"endpoint": "http://one"}), true),
        (json!({"endpoint": "http://one", "enable": "on"}), false),
    ] {
        let plan = super::plan(&desired(json!({"config": {"notify_webhook": settings}})), &observed);
        let [Change::Config(change)] = plan.changes() else { panic!("{:?}", plan.changes()) };
        assert_eq!(change.stays_disabled, stays);
    }
}

proptest! {
    /// Whatever is lost, one plan restores it.
    #[test]
    fn one_plan_restores_whatever_was_lost(lost in proptest::collection::vec(any::<bool>(), 32), second: bool) {
        let (from, to) = (desired(everything(!second)), desired(everything(second)));
        let mut observed = Observed::default();
        converge(&mut observed, &from);
        let mut lost = lost.into_iter();
        let mut keeps = move || !lost.next().unwrap_or(false);
        observed.policies.retain(|_, _| keeps());
        observed.users.retain(|_, _| keeps());
        observed.keys.retain(|_, _| keeps());
        observed.buckets.retain(|_, _| keeps());
        observed.groups.retain(|_, _| keeps());
        observed.config.retain(|_, _| keeps());
        observed.ldap.users.retain(|_, _| keeps());
        observed.ldap.groups.retain(|_, _| keeps());
        converge(&mut observed, &to);
    }
}
