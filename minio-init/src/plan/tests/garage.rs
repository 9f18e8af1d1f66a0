//! Users are keys with permissions on buckets where the spec has the admin API of Garage.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::converge;
use super::model::{OWN, garage, new_garage};
use crate::desired::{Desired, Level};
use crate::observed::{Observed, ObservedAccounts, ObservedGarage, ObservedLayout};

fn desired(mut spec: Value) -> Desired {
    spec["garage"] = json!({"adminEndpoint": "http://garage:3903", "adminToken": {"secret": "token"},
                            "layout": {"capacity": "1GB"}});
    super::desired_as(OWN, spec)
}

/// Two keys, the first of which has this access.
fn keys(access: &Value) -> Value {
    json!({"users": {
        "app": {"accessKey": "GK-app-key", "secretKey": {"secret": "a"}, "access": access},
        "other": {"accessKey": {"secret": "n"}, "secretKey": {"secret": "b"}},
    }, "buckets": {"one": {"quota": "1GiB"}, "two": {"cors": [{"allowedOrigins": ["*"], "allowedMethods": ["GET"]}]}}})
}

fn levels(one: &str, two: Option<&str>) -> Value {
    let level = |(bucket, level)| json!({"bucket": bucket, "level": level});
    [("one", one)].into_iter().chain(two.map(|two| ("two", two))).map(level).collect()
}

fn conflicts(spec: Value, observed: &Observed) -> String {
    let plan = crate::plan::plan(&desired(spec), observed);
    plan.conflicts().iter().map(|conflict| format!("{conflict}\n")).collect()
}

fn app() -> Text {
    Text::Plain("GK-app-key".to_owned())
}

#[test]
fn keys_of_garage_have_the_permissions_that_the_spec_says() {
    let mut observed = new_garage();
    let mut shown = converge(&mut observed, &desired(keys(&levels("write", Some("read")))));
    shown += "-- other levels\n";
    shown += &converge(&mut observed, &desired(keys(&levels("read", Some("owner")))));
    shown += "-- a bucket less\n";
    shown += &converge(&mut observed, &desired(keys(&levels("read", None))));
    shown += "-- a bucket of the account alone, and a key that is to be absent\n";
    garage(&mut observed).without_alias.insert("one".to_owned());
    observed.unwanted_users.insert(Text::Plain("GK-former".to_owned()));
    let mut spec = keys(&json!([]));
    spec["users"]["former"] = json!({"accessKey": "GK-former", "state": "absent"});
    shown += &converge(&mut observed, &desired(spec));
    insta::assert_snapshot!(shown);
}

#[test]
fn what_garage_cannot_change_is_a_conflict() {
    let mut observed = new_garage();
    converge(&mut observed, &desired(keys(&levels("read", None))));
    observed.users.get_mut(&app()).unwrap().secret_differs = true;
    garage(&mut observed).hidden.insert("two".to_owned());
    let nowhere = json!([{"bucket": "nowhere", "level": "read"}]);
    let mut shown = conflicts(keys(&nowhere), &observed);
    let layout = ObservedLayout::Unusable("another layout is staged".to_owned());
    let staged = ObservedGarage { layout, ..ObservedGarage::default() };
    shown +=
        &conflicts(json!({}), &Observed { accounts: ObservedAccounts::Keys(staged), ..Observed::default() });
    insta::assert_snapshot!(shown);
}

#[test]
fn nothing_of_a_layout_that_exists_is_altered() {
    let mut observed = new_garage();
    converge(&mut observed, &desired(json!({})));
    let mut other = desired(json!({}));
    other.garage.as_mut().unwrap().layout.as_mut().unwrap().zone = "elsewhere".to_owned();
    assert!(crate::plan::plan(&other, &observed).is_empty());
}

fn any_level() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![Just(None), Just(Some("read")), Just(Some("write")), Just(Some("owner"))]
}

proptest! {
    /// Whatever a key may do before, it may do what the spec says after the plan, and nothing else; another key stays.
    #[test]
    fn access_is_the_whole_of_the_permissions(before: [[bool; 3]; 3], one in any_level(), two in any_level()) {
        let mut observed = new_garage();
        converge(&mut observed, &desired(keys(&json!([]))));
        let all: Vec<_> = Level::Owner.permissions().into_iter().collect();
        let given: BTreeMap<_, BTreeSet<_>> = ["one", "two", "three"].iter().zip(before).map(|(bucket, flags)| {
            let permissions = all.iter().zip(flags).filter(|(_, has)| *has).map(|(permission, _)| *permission);
            ((*bucket).to_owned(), permissions.collect())
        }).collect();
        let access = &mut garage(&mut observed).access;
        access.insert(app(), given.clone());
        let other = Text::Plain("GK-not-declared".to_owned());
        access.insert(other.clone(), given.clone());
        let listed = [("one", one), ("two", two)];
        let listed = listed.iter().filter_map(|(bucket, level)| Some(json!({"bucket": bucket, "level": (*level)?})));
        let wanted = desired(keys(&listed.collect::<Vec<_>>().into()));
        converge(&mut observed, &wanted);
        let access = &garage(&mut observed).access;
        let mut now = access[&app()].clone();
        now.retain(|_, permissions| !permissions.is_empty());
        let wanted = wanted.users[&app()].permissions().unwrap();
        prop_assert_eq!(now, wanted.into_iter().map(|(bucket, all)| (bucket.clone(), all)).collect());
        prop_assert_eq!(&access[&other], &given);
    }
}
