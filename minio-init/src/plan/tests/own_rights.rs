//! The provisioning account keeps its permissions, or the plan has a conflict.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use serde_json::{Value, json};

use super::desired;
use crate::desired::Status;
use crate::desired::document::Document;
use crate::observed::{Observed, ObservedAccount, ObservedBucket, ObservedGroup, ObservedUser};

fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn all() -> Value {
    policy(&json!([
        {"Effect": "Allow", "Action": ["admin:*"]},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
    ]))
}

fn read(document: &Value) -> Document {
    Document::read(document).unwrap()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn own() -> Text {
    Text::Plain("root-user".to_owned())
}

/// An account with the policy `provision`, attached to it or to one of its groups.
fn observed(by_group: Option<&str>) -> Observed {
    let provision = names(["provision"]);
    let group = ObservedGroup {
        status: Status::Enabled,
        members: BTreeSet::from([own()]),
        policies: provision.clone(),
    };
    let groups: BTreeMap<_, _> = by_group.map(|name| (name.to_owned(), group)).into_iter().collect();
    let account = ObservedAccount {
        user: own(),
        policies: if by_group.is_some() { BTreeSet::new() } else { provision },
        groups: groups.clone(),
        documents: BTreeMap::from([("provision".to_owned(), read(&all()))]),
    };
    let policies = BTreeMap::from([("provision".to_owned(), read(&all()))]);
    Observed { policies, groups, account: Some(account), ..Observed::default() }
}

/// The conflicts of a plan, one a line.
fn conflicts(spec: Value, observed: &Observed) -> String {
    let shown: Vec<_> =
        super::super::plan(&desired(spec), observed).conflicts().iter().map(ToString::to_string).collect();
    shown.join("\n")
}

fn with_policy(document: &Value) -> Value {
    json!({"policies": {"provision": {"document": document}},
           "users": {"app": {"secretKey": {"secret": "a"}}},
           "buckets": {"data": {"versioning": "enabled"}}})
}

#[test]
fn a_policy_that_no_longer_allows_what_a_run_needs_is_named_with_the_actions() {
    let less = policy(&json!([
        {"Effect": "Allow", "Action": ["admin:GetPolicy", "admin:CreatePolicy", "admin:GetUser"]},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::other*"]},
    ]));
    for by_group in [None, Some("team")] {
        let said = conflicts(with_policy(&less), &observed(by_group));
        assert!(said.starts_with("policies.provision"), "{said}");
        assert!(
            said.contains("admin:CreateUser, s3:CreateBucket on data, s3:GetBucketVersioning on data"),
            "{said}"
        );
        assert!(!said.contains("GetUser") && !said.contains("GetPolicy"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn a_deny_beats_an_allow() {
    let mut denied = all();
    let deny = |action: &str| json!({"Effect": "Deny", "Action": [action]});
    denied["Statement"].as_array_mut().unwrap().push(deny("admin:Create*"));
    let said = conflicts(with_policy(&denied), &observed(None));
    assert!(said.contains("no longer allows it admin:CreatePolicy, admin:CreateUser:"), "{said}");
}

#[test]
fn a_narrower_sufficient_policy_is_no_conflict() {
    let enough = policy(&json!([
        {"Effect": "Allow", "Action": ["admin:GetPolicy", "admin:CreatePolicy", "admin:GetUser", "admin:CreateUser"]},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"]},
    ]));
    assert_eq!(conflicts(with_policy(&enough), &observed(None)), "");
    // A permission that the account never had is not taken from it.
    let mut poor = observed(None);
    let little = policy(&json!([{"Effect": "Allow", "Action": ["admin:CreatePolicy", "admin:GetPolicy"]}]));
    poor.account.as_mut().unwrap().documents.insert("provision".to_owned(), read(&little));
    assert_eq!(conflicts(with_policy(&little), &poor), "");
}

#[test]
fn root_and_an_unreadable_account_are_not_checked() {
    let mut unknown = observed(None);
    unknown.account = None;
    assert_eq!(
        conflicts(with_policy(&policy(&json!([{"Effect": "Deny", "Action": ["admin:*"]}]))), &unknown),
        ""
    );
}

#[test]
fn a_right_that_another_policy_gives_is_kept() {
    let mut both = observed(None);
    let account = both.account.as_mut().unwrap();
    account.policies.insert("beside".to_owned());
    account.documents.insert("beside".to_owned(), read(&all()));
    let nothing = policy(&json!([{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}]));
    assert_eq!(conflicts(with_policy(&nothing), &both), "");
}

#[test]
fn a_group_that_gives_the_rights_is_not_disabled() {
    let spec = |name: &str| json!({"groups": {name: {"status": "disabled"}}, "buckets": {"data": {}}});
    let said = conflicts(spec("team"), &observed(Some("team")));
    assert!(said.starts_with("groups.team"), "{said}");
    assert!(
        said.contains("no more `provision`, and so no admin:AddUserToGroup, admin:EnableGroup"),
        "{said}"
    );
    assert_eq!(conflicts(spec("other"), &observed(Some("team"))), "");
}

#[test]
fn a_group_that_denies_is_not_joined() {
    let deny = policy(&json!([{"Effect": "Deny", "Action": ["admin:*"]}]));
    let spec = |member: &str| {
        json!({"policies": {"shut": {"document": deny}},
               "users": {"app": {"secretKey": {"secret": "a"}}},
               "groups": {"closed": {"members": [member], "policies": ["shut"]}}})
    };
    let said = conflicts(spec("root-user"), &{
        let mut observed = observed(None);
        let existing =
            ObservedUser { status: Status::Enabled, policies: BTreeSet::new(), secret_differs: false };
        observed.users.insert(own(), existing);
        observed
    });
    assert!(said.starts_with("groups.closed"), "{said}");
    assert!(said.contains("gets `shut` by this group, which denies it admin:AddUserToGroup"), "{said}");
    assert_eq!(conflicts(spec("app"), &observed(None)), "");
}

#[test]
fn the_user_whose_access_key_provisions_is_not_disabled() {
    let mut observed = observed(None);
    let parent = Text::Plain("parent".to_owned());
    observed.account.as_mut().unwrap().user = parent.clone();
    let existing = ObservedUser { status: Status::Enabled, policies: BTreeSet::new(), secret_differs: false };
    observed.users.insert(parent, existing);
    let spec = json!({"users": {"parent": {"secretKey": {"secret": "a"}, "status": "disabled"}}});
    let said = conflicts(spec, &observed);
    assert!(said.starts_with("users.parent.status"), "{said}");
}

#[test]
fn a_bucket_policy_that_denies_the_account_is_a_conflict() {
    let spec = |action: &str, resource: &str, condition: Value| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition});
        json!({"buckets": {"data": {"policy": {"document": policy(&json!([statement]))}}}})
    };
    let there = |binds: bool| Observed {
        buckets: BTreeMap::from([("data".to_owned(), ObservedBucket::default())]),
        bucket_policies_bind_accounts: binds,
        ..Observed::default()
    };
    let whole = || spec("s3:*", "arn:aws:s3:::data", json!({}));
    let said = conflicts(whole(), &there(true));
    assert!(said.starts_with("buckets.data.policy") && said.contains("s3:GetBucketPolicy on data"), "{said}");
    // MinIO applies a bucket policy only to requests without a signature.
    assert_eq!(conflicts(whole(), &there(false)), "");
    assert_eq!(conflicts(spec("s3:*", "arn:aws:s3:::data/*", json!({})), &there(true)), "");
    assert_eq!(conflicts(spec("s3:GetObject*", "arn:aws:s3:::*", json!({})), &there(true)), "");
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    assert_eq!(conflicts(spec("s3:*", "arn:aws:s3:::data", insecure), &there(true)), "");
}
