//! Users with keys own buckets, as on Ceph's gateway.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use serde_json::{Value, json};

use super::{converge, desired};
use crate::desired::Status;
use crate::observed::{Observed, ObservedAccessKey, ObservedAccounts, ObservedOps, ObservedOwner};

fn name(text: &str) -> Text {
    Text::Plain(text.to_owned())
}

/// A gateway with these buckets of the provisioning account: whether each has objects, and grants in its ACL.
fn server(buckets: &[(&str, bool, bool)]) -> Observed {
    let mut ops = ObservedOps::default();
    for (bucket, has_objects, has_grants) in buckets {
        let owner = ObservedOwner { owner: name("root-user"), has_policy: false, has_grants: *has_grants };
        ops.owners.insert((*bucket).to_owned(), owner);
        ops.with_objects.extend(has_objects.then(|| (*bucket).to_owned()));
    }
    Observed { accounts: ObservedAccounts::AdminOps(ops), ..Observed::default() }
}

/// A user with a bucket, and one more key.
fn spec(status: &str) -> Value {
    json!({
        "users": {"app": {"secretKey": {"secret": "a"}, "status": status, "access": [{"bucket": "one", "level": "owner"}]}},
        "accessKeys": {"app-ci": {"user": "app", "secretKey": {"secret": "b"}}, "own-ci": {"secretKey": {"secret": "c"}}},
        "buckets": {"one": {"quota": "1GiB", "anonymous": "download"}},
    })
}

fn conflicts(spec: Value, observed: &Observed) -> String {
    let plan = crate::plan::plan(&desired(spec), observed);
    plan.conflicts().iter().map(|conflict| format!("{conflict}\n")).collect()
}

#[test]
fn users_have_keys_and_own_buckets() {
    let mut observed = server(&[]);
    let mut shown = converge(&mut observed, &desired(spec("enabled")));
    observed.users.get_mut(&name("app")).unwrap().secret_differs = true;
    observed.keys.get_mut(&name("app-ci")).unwrap().secret_differs = true;
    shown += &converge(&mut observed, &desired(spec("enabled")));
    observed.users.get_mut(&name("app")).unwrap().status = Status::Disabled;
    shown += &converge(&mut observed, &desired(spec("enabled")));
    observed.unwanted_users = BTreeSet::from([name("app")]);
    observed.unwanted_keys = BTreeSet::from([name("app-ci")]);
    let absent =
        json!({"users": {"app": {"state": "absent"}}, "accessKeys": {"app-ci": {"state": "absent"}}});
    shown += &converge(&mut observed, &desired(absent));
    insta::assert_snapshot!(shown);
}

/// A document that allows one action.
fn allows(action: &str) -> Value {
    json!({"document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}})
}

#[test]
fn policies_are_parts_of_users() {
    let mut observed = server(&[]);
    let user = |more: Value| json!({"secretKey": {"secret": "a"}, "policies": more});
    let spec = |action: &str, access: Value| {
        let mut app = user(json!(["look"]));
        app["access"] = access;
        json!({"policies": {"look": allows(action)}, "users": {"app_1": app}, "buckets": {"one": {}, "two": {}}})
    };
    let levels = |one: &str| json!([{"bucket": "one", "level": one}, {"bucket": "two", "level": "read"}]);
    let mut shown = converge(&mut observed, &desired(spec("s3:GetObject", levels("write"))));
    shown += &converge(&mut observed, &desired(spec("s3:ListBucket", levels("read"))));
    // What the user owns needs no policy, and the former one goes.
    let owner = json!([{"bucket": "one", "level": "owner"}, {"bucket": "two", "level": "owner"}]);
    shown += &converge(&mut observed, &desired(spec("s3:ListBucket", owner)));
    shown += &converge(&mut observed, &desired(spec("s3:ListBucket", levels("write"))));
    let detached = json!({"users": {"app_1": user(json!([{"name": "look", "state": "absent"}]))}});
    shown += &converge(&mut observed, &desired(detached));
    shown += &converge(&mut observed, &desired(json!({"users": {"app_1": user(json!([]))}})));
    let mut none = user(json!([]));
    none["access"] = json!([]);
    shown += &converge(&mut observed, &desired(json!({"users": {"app_1": none}})));
    shown += &conflicts(json!({"users": {"app_1": user(json!(["readonly"]))}}), &observed);
    insta::assert_snapshot!(shown);
}

/// The bucket keeps its policy with another owner, so that it is not set again.
#[test]
fn a_new_owner_is_the_one_change_of_a_bucket() {
    let mut observed = server(&[]);
    converge(&mut observed, &desired(spec("enabled")));
    let ObservedAccounts::AdminOps(ops) = &mut observed.accounts else { panic!() };
    ops.owners.get_mut("one").unwrap().owner = name("somebody");
    let shown = converge(&mut observed, &desired(spec("enabled")));
    assert!(shown.starts_with("set owner") && shown.lines().count() == 2, "{shown}");
}

#[test]
fn what_the_gateway_would_refuse_or_lose_is_a_conflict() {
    let mut shown = conflicts(spec("enabled"), &server(&[("one", true, true)]));
    let mut taken = server(&[]);
    taken.used_otherwise.insert(name("app"));
    taken.keys = BTreeMap::from([(name("app-ci"), ObservedAccessKey::bare(name("other"), false))]);
    shown += &conflicts(spec("enabled"), &taken);
    let mut kept = server(&[]);
    kept.unwanted_users.insert(name("app"));
    kept.used_otherwise.insert(name("app"));
    let ObservedAccounts::AdminOps(ops) = &mut kept.accounts else { panic!() };
    ops.buckets_of.insert(name("app"), BTreeSet::from(["one".to_owned(), "two".to_owned()]));
    shown += &conflicts(json!({"users": {"app": {"state": "absent"}}}), &kept);
    insta::assert_snapshot!(shown);
}
