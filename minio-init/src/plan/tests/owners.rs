//! Users own buckets where there are no policies, as on Versity's gateway.

use std::collections::BTreeMap;

use init_core::Text;
use serde_json::{Value, json};

use super::{converge, desired};
use crate::observed::{Observed, ObservedAccounts, ObservedOwner};

/// Two users, the first of which owns a bucket, with this property of the bucket `one`.
fn owned(bucket: &str, one: &Value) -> Value {
    json!({"users": {
        "app": {"secretKey": {"secret": "a"}, "access": [{"bucket": bucket, "level": "owner"}]},
        "other": {"secretKey": {"secret": "b"}, "access": []},
    }, "buckets": {"one": one, "two": {}}})
}

/// A server without users and with these buckets of root: whether each has a policy, and grants in its ACL.
fn server(buckets: &[(&str, bool, bool)]) -> Observed {
    let owner = |(bucket, has_policy, has_grants): &(&str, bool, bool)| {
        let owner = Text::Plain("root".to_owned());
        ((*bucket).to_owned(), ObservedOwner { owner, has_policy: *has_policy, has_grants: *has_grants })
    };
    let owners: BTreeMap<_, _> = buckets.iter().map(owner).collect();
    Observed { accounts: ObservedAccounts::Owners(owners), ..Observed::default() }
}

fn conflicts(spec: Value, observed: &Observed) -> String {
    let plan = crate::plan::plan(&desired(spec), observed);
    plan.conflicts().iter().map(|conflict| format!("{conflict}\n")).collect()
}

#[test]
fn users_own_buckets_where_there_are_no_policies() {
    let mut observed = server(&[]);
    let mut shown = converge(&mut observed, &desired(owned("one", &json!({"anonymous": "download"}))));
    observed.users.get_mut(&Text::Plain("app".to_owned())).unwrap().secret_differs = true;
    shown += &converge(&mut observed, &desired(owned("two", &json!({}))));
    // The bucket loses its policy with its owner, so that it is set again.
    let back = json!({"users": {"other": {"secretKey": {"secret": "b"}, "access": [{"bucket": "one", "level": "owner"}]}},
                      "buckets": {"one": {"anonymous": "download"}}});
    shown += &converge(&mut observed, &desired(back));
    insta::assert_snapshot!(shown);
}

#[test]
fn a_bucket_that_cannot_change_its_owner_is_a_conflict() {
    let twice = json!({"users": {
        "app": {"secretKey": {"secret": "a"}, "access": [{"bucket": "one", "level": "owner"}]},
        "other": {"secretKey": {"secret": "b"}, "access": [{"bucket": "one", "level": "owner"}, {"bucket": "nowhere", "level": "owner"}]},
    }, "buckets": {"one": {}}});
    let mut shown = conflicts(twice, &server(&[]));
    shown += &conflicts(owned("one", &json!({})), &server(&[("one", true, true)]));
    shown += &conflicts(owned("one", &json!({"anonymous": "none"})), &server(&[("one", true, false)]));
    let mut root = server(&[]);
    root.used_otherwise.insert(Text::Plain("app".to_owned()));
    shown += &conflicts(owned("two", &json!({})), &root);
    insta::assert_snapshot!(shown);
}
