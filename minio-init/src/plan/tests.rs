//! A plan leads to what is wanted, says all of it, and nothing once it is there.

mod own_rights;

use std::collections::BTreeSet;
use std::path::Path;

use init_core::{Backend as _, Files, RESERVED, Text, as_json};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::Minio;
use crate::change::{AccessKeyDrift, BucketChange, Change, Grantee, IdentityChange, NewAccessKey};
use crate::desired::{Desired, Lock, Status, Versioning};
use crate::observed::{Observed, SeenBucket, SeenGroup, SeenKey, SeenUser};
use crate::wire::s3;
use crate::wire::xml::Element;

fn desired(mut spec: Value) -> Desired {
    spec["endpoint"] = json!("http://minio:9000");
    spec["credentials"] = json!({"accessKey": "root-user", "secretKey": {"secret": "root"}});
    Minio::validate(serde_json::from_value(spec).unwrap(), &Files::relative_to(Path::new("/nowhere")))
        .unwrap()
}

/// What a server is like after a change.
fn step(observed: &mut Observed, change: &Change) {
    match change.clone() {
        Change::Identity(change) => step_identity(observed, change),
        Change::Bucket(change) => step_bucket(observed, change),
    }
}

fn step_identity(observed: &mut Observed, change: IdentityChange) {
    match change {
        IdentityChange::CreatePolicy { policy, document } => {
            observed.policies.insert(policy, document);
        }
        IdentityChange::AlterPolicy { policy, document } => {
            observed.policies.insert(policy, document.to);
        }
        IdentityChange::CreateUser { user, status, temporarily_enabled, .. } => {
            let status = if temporarily_enabled { Status::Enabled } else { status };
            let seen = SeenUser { status, policies: BTreeSet::new(), secret_differs: false };
            observed.users.insert(user, seen);
        }
        IdentityChange::EnableUserTemporarily { user } | IdentityChange::AlterUser { user, .. } => {
            set_user(observed, &user, Status::Enabled);
        }
        IdentityChange::DisableUser { user, .. } => set_user(observed, &user, Status::Disabled),
        IdentityChange::CreateGroup { group, members } => {
            let seen = SeenGroup { status: Status::Enabled, members, policies: BTreeSet::new() };
            observed.groups.insert(group, seen);
        }
        IdentityChange::AddMembers { group, members } => {
            observed.groups.get_mut(&group).unwrap().members.extend(members);
        }
        IdentityChange::AlterGroup { group, status } => {
            observed.groups.get_mut(&group).unwrap().status = status.to;
        }
        IdentityChange::AttachPolicies { to, policies } => attach(observed, &to, policies),
        IdentityChange::CreateAccessKey(key) => create_key(observed, key),
        IdentityChange::AlterAccessKey(key) => alter_key(observed, key),
        IdentityChange::DetachPolicies { of: Grantee::User(user), policies } => {
            let seen = observed.users.get_mut(&user).unwrap();
            assert_eq!(seen.status, Status::Enabled, "nothing detaches from a disabled user");
            seen.policies.retain(|policy| !policies.contains(policy));
        }
        IdentityChange::DetachPolicies { of: Grantee::Group(group), policies } => {
            let seen = observed.groups.get_mut(&group).unwrap();
            seen.policies.retain(|policy| !policies.contains(policy));
        }
        IdentityChange::RemoveMembers { group, members } => {
            let seen = observed.groups.get_mut(&group).unwrap();
            seen.members.retain(|member| !members.contains(member));
        }
        IdentityChange::RemoveAccessKey { access_key } => {
            assert!(observed.unwanted_keys.remove(&access_key));
        }
        IdentityChange::RemoveUser { user } => assert!(observed.unwanted_users.remove(&user)),
    }
}

fn create_key(observed: &mut Observed, key: NewAccessKey) {
    let seen = SeenKey {
        parent: key.user,
        status: key.status.unwrap_or_default(),
        policy: key.document,
        name: key.name.unwrap_or_default(),
        description: key.description.unwrap_or_default(),
        secret_differs: false,
    };
    observed.keys.insert(key.access_key, seen);
}

fn alter_key(observed: &mut Observed, key: AccessKeyDrift) {
    let seen = observed.keys.get_mut(&key.access_key).unwrap();
    // An update without a policy removes the one that was there.
    seen.policy = key.document;
    seen.secret_differs = false;
    seen.name = key.name.map_or(seen.name.clone(), |drift| drift.to);
    seen.description = key.description.map_or(seen.description.clone(), |drift| drift.to);
    seen.status = key.status.map_or(seen.status, |drift| drift.to);
}

fn set_user(observed: &mut Observed, user: &Text, status: Status) {
    let seen = observed.users.get_mut(user).unwrap();
    seen.status = status;
    seen.secret_differs = false;
}

fn attach(observed: &mut Observed, to: &Grantee, policies: BTreeSet<String>) {
    match to {
        Grantee::User(user) => {
            let seen = observed.users.get_mut(user).unwrap();
            assert_eq!(seen.status, Status::Enabled, "nothing attaches to a disabled user");
            seen.policies.extend(policies);
        }
        Grantee::Group(group) => observed.groups.get_mut(group).unwrap().policies.extend(policies),
    }
}

fn step_bucket(observed: &mut Observed, change: BucketChange) {
    let read = |text: String| Element::parse(text.as_bytes()).unwrap();
    match change {
        BucketChange::CreateBucket { bucket, object_lock, region } => {
            let versioning = object_lock.then_some(Versioning::Enabled);
            *seen(observed, bucket) = SeenBucket {
                region,
                versioning,
                lock: object_lock.then_some(Lock::NoRetention),
                ..SeenBucket::default()
            };
        }
        BucketChange::SetVersioning { bucket, versioning } => {
            seen(observed, bucket).versioning = Some(versioning.to);
        }
        BucketChange::SetObjectLock { bucket, lock } => seen(observed, bucket).lock = Some(lock.to),
        BucketChange::SetEncryption { bucket, algorithm, .. } => {
            seen(observed, bucket).encryption = Some(algorithm.to);
        }
        BucketChange::SetQuota { bucket, quota } => seen(observed, bucket).quota = Some(quota.to),
        BucketChange::SetTags { bucket, tags } => {
            let ours = tags.iter().map(|(key, drift)| (key, &drift.to));
            seen(observed, bucket).tags.extend(s3::tags(&read(s3::tags_xml(ours))));
        }
        BucketChange::SetLifecycle { bucket, rules } => {
            let ours = rules.iter().map(|(id, drift)| (id, &drift.to));
            seen(observed, bucket).lifecycle.extend(s3::lifecycle(&read(s3::lifecycle_xml([], ours))));
        }
        BucketChange::SetBucketPolicy { bucket, document, .. } => seen(observed, bucket).policy = document,
        BucketChange::SetNotifications { bucket, routes } => {
            let ours = routes.iter().map(|routed| (&routed.route, &routed.events.to));
            let routes = s3::notifications(&read(s3::notifications_xml([], ours)));
            seen(observed, bucket).notifications.extend(routes);
        }
        BucketChange::SetCors { bucket, rules } => seen(observed, bucket).cors = rules.to,
    }
}

fn seen(observed: &mut Observed, bucket: String) -> &mut SeenBucket {
    observed.buckets.entry(bucket).or_default()
}

fn converge(observed: &mut Observed, desired: &Desired) -> String {
    let plan = super::plan(desired, observed);
    plan.changes().iter().for_each(keys_are_free);
    assert_eq!(plan.conflicts(), []);
    plan.changes().iter().for_each(|change| step(observed, change));
    assert!(super::plan(desired, observed).is_empty(), "{:?}", super::plan(desired, observed));
    plan.changes().iter().map(|change| format!("{change}\n  {}\n", as_json(change))).collect()
}

/// A property has no name that every change of a report has, and is `{from, to}`.
fn keys_are_free(change: &Change) {
    use init_core::Change as _;
    for (name, property) in change.properties().iter() {
        assert!(!RESERVED.contains(&name), "{change}: {name}");
        assert!(property.from.is_some() || property.to.is_some(), "{change}: {name}");
    }
}

fn statement(action: &str) -> Value {
    json!({"document": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}})
}

/// Every field, in one of two ways.
fn everything(second: bool) -> Value {
    let pick = |a: Value, b: Value| if second { b } else { a };
    json!({
        "policies": {"app": statement(if second { "s3:PutObject" } else { "s3:GetObject" }), "beside": statement("s3:*")},
        "users": {
            "open": {"secretKey": {"secret": "a"}, "policies": pick(json!(["app"]), json!(["app", "beside"]))},
            "closed": {"accessKey": {"secret": "n"}, "secretKey": {"secret": "b"}, "status": "disabled",
                       "policies": pick(json!(["app"]), json!(["app", "beside"]))},
            "turned": {"secretKey": {"secret": "c"}, "status": pick(json!("disabled"), json!("enabled"))},
            "back": {"secretKey": {"secret": "c"}, "status": pick(json!("enabled"), json!("disabled"))},
        },
        "groups": {"team": {"members": pick(json!(["open"]), json!(["open", "closed"])), "policies": ["app"],
                            "status": "enabled"},
                   "idle": {"status": pick(json!("enabled"), json!("disabled"))}},
        "accessKeys": {
            "ci-key": {"user": "open", "secretKey": {"secret": "d"}, "policy": pick(json!("app"), json!("beside")),
                   "name": pick(json!("one"), json!("two")), "description": pick(json!("1"), json!("2")),
                   "status": pick(json!("disabled"), json!("enabled"))},
            "of-closed": {"user": "closed", "secretKey": {"secret": "d"}},
            "own": {"secretKey": {"secret": "e"}},
        },
        "buckets": {
            "plain": {"region": "eu-west-1"},
            "data": {
                "versioning": pick(json!("enabled"), json!("suspended")), "quota": pick(json!("1GiB"), json!("2GB")),
                "encryption": "sse-s3", "tags": pick(json!({"a": "1"}), json!({"a": "2", "b": "3"})),
                "anonymous": pick(json!("download"), json!("none")),
                "lifecycle": [{"id": "r", "prefix": "x/", "expireDays": pick(json!(1), json!(2))}, {"expireNoncurrentDays": 3}],
                "notifications": [{"target": "arn:minio:sqs::a:webhook", "prefix": "in/",
                                   "events": pick(json!(["s3:ObjectCreated:*"]), json!(["s3:ObjectRemoved:*"]))}],
                "cors": [{"allowedOrigins": ["*"], "allowedMethods": pick(json!(["GET"]), json!(["PUT"]))}],
            },
            "locked": {"objectLock": pick(json!({"mode": "GOVERNANCE", "days": 30}), json!({"mode": "COMPLIANCE", "years": 1}))},
        },
    })
}

#[test]
fn everything_is_created_in_the_order_of_dependence() {
    insta::assert_snapshot!(converge(&mut Observed::default(), &desired(everything(false))));
}

#[test]
fn everything_is_altered_in_place() {
    let mut observed = Observed::default();
    converge(&mut observed, &desired(everything(false)));
    observed.users.get_mut(&Text::Plain("open".to_owned())).unwrap().secret_differs = true;
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
        observed.users.get_mut(&Text::Plain("open".to_owned())).unwrap().secret_differs = true;
    }
    let spec = without(&mut observed);
    operations.extend(super::plan(&spec, &observed).changes().iter().map(init_core::Change::op));
    assert_eq!(operations.len(), 26, "{operations:?}");
}

/// Everything of the second way, and a spec that takes some of it away.
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
        "accessKeys": {"ci-key": {"state": "absent"}, "no-key": {"state": "absent"}},
    }))
}

#[test]
fn what_is_to_be_absent_is_taken_away_and_nothing_else() {
    let mut observed = Observed::default();
    converge(&mut observed, &desired(everything(true)));
    let spec = without(&mut observed);
    insta::assert_snapshot!(converge(&mut observed, &spec));
    let team = &observed.groups["team"];
    assert_eq!(team.members, BTreeSet::from([Text::Plain("open".to_owned())]));
    assert!(observed.users.contains_key(&Text::Plain("turned".to_owned())));
}

#[test]
fn what_the_spec_does_not_name_stays() {
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
fn what_cannot_be_done_is_a_conflict_and_all_of_it_is_told() {
    let mut observed = Observed::default();
    converge(
        &mut observed,
        &desired(
            json!({"buckets": {"lockless": {}}, "accessKeys": {"mine": {"secretKey": {"secret": "a"}}}}),
        ),
    );
    observed.foreign.insert("taken".to_owned());
    let spec = json!({
        "users": {"one": {"secretKey": {"secret": "a"}, "policies": ["nowhere"]}},
        "groups": {"team": {"members": ["ghost"], "policies": ["nowhere"]}},
        "accessKeys": {"mine": {"user": "one", "secretKey": {"secret": "a"}}, "lost": {"user": "ghost", "policy": "nowhere", "secretKey": {"secret": "a"}}},
        "buckets": {"lockless": {"objectLock": {}}, "taken": {}},
    });
    let plan = super::plan(&desired(spec), &observed);
    let shown: Vec<_> = plan.conflicts().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

proptest! {
    /// Whatever of it is missing, one plan brings it back.
    #[test]
    fn any_loss_heals(lost in proptest::collection::vec(any::<bool>(), 32), second: bool) {
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
        converge(&mut observed, &to);
    }
}
