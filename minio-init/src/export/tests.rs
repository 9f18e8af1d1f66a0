//! An exported spec is equal to the server that it was exported from, on generated servers with hostile names.

mod generated;

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Node;
use init_core::{Text, fuzzing};
use proptest::prelude::*;
use serde_json::json;

use super::found::{Found, FoundSettings};
use super::write;
use crate::Minio;
use crate::desired::document::Document;
use crate::desired::{Action, Expiry, Level, Rule, Section, Size, Status, Versioning};
use crate::observed::{
    Observed, ObservedAccessKey, ObservedAccounts, ObservedBucket, ObservedGarage, ObservedGroup,
    ObservedRule, ObservedUser,
};
use crate::plan::plan;
use crate::plan::tests::model::apply_change;

use generated::{built_in, server};

/// The provisioning account, whose name comes from a secret.
fn own() -> Text {
    Text::Secret("root_user".parse().unwrap())
}

fn page(server: Observed) -> String {
    page_of(&Found { server, ..Found::of(&own()) })
}

fn page_of(found: &Found) -> String {
    let secret = |name: &str| Node::map().with("secret", name);
    let credentials =
        Node::map().with("accessKey", secret("root_user")).with("secretKey", secret("root_secret"));
    let connection =
        [("endpoint".to_owned(), Node::from("http://minio:9000")), ("credentials".to_owned(), credentials)];
    fuzzing::page("minio-init", &connection, write::export(found))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn an_exported_spec_plans_no_changes_and_makes_an_equal_server(observed in server()) {
        let page = self::page(observed.clone());
        let desired = fuzzing::spec::<Minio>(&page);
        let desired = desired.map_err(|violations| TestCaseError::fail(format!("{violations:?}\n{page}")))?;
        let nothing = plan(&desired, &observed);
        prop_assert!(nothing.is_empty() && nothing.conflicts().is_empty(), "{nothing:?}\n{page}");
        let mut clone = Observed { policies: built_in(), ..Observed::default() };
        let all = plan(&desired, &clone);
        prop_assert!(all.conflicts().is_empty(), "{:?}\n{page}", all.conflicts());
        all.changes().iter().for_each(|change| apply_change(&mut clone, change));
        prop_assert_eq!(self::page(clone), page);
    }
}

fn plain(name: &str) -> Text {
    Text::Plain(name.to_owned())
}

fn document(statement: &serde_json::Value) -> Document {
    Document::read(&json!({"Version": "2012-10-17", "Statement": [statement]})).unwrap()
}

fn user(policies: &[&str], status: Status) -> ObservedUser {
    let policies = policies.iter().map(|name| (*name).to_owned()).collect();
    ObservedUser { status, policies, secret_differs: false }
}

fn key(parent: Text, policy: Option<Document>) -> ObservedAccessKey {
    ObservedAccessKey {
        parent,
        status: Status::Enabled,
        policy,
        name: String::new(),
        description: String::new(),
        expires: Expiry::Never,
        secret_differs: false,
    }
}

fn odd_bucket() -> ObservedBucket {
    let rule = |prefix: &str, actions: &[(Action, u32)]| ObservedRule {
        status: Status::Enabled,
        rule: Some(Rule {
            status: Some(Status::Enabled),
            prefix: prefix.to_owned(),
            tags: BTreeMap::new(),
            actions: actions.iter().copied().collect(),
            tier: None,
        }),
    };
    ObservedBucket {
        versioning: Some(Versioning::Suspended),
        encryption: Some("aws:kms".to_owned()),
        quota: Some(Size(1_000_001)),
        tags: [("a{b".to_owned(), "c".to_owned())].into(),
        lifecycle: [
            ("does nothing".to_owned(), rule("x/", &[])),
            ("expires".to_owned(), rule("y/", &[(Action::ExpireDays, 3)])),
        ]
        .into(),
        ..ObservedBucket::default()
    }
}

/// A server with everything that a spec cannot express.
fn odd() -> Observed {
    let get = document(&json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "**"}));
    let put = document(&json!({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "**"}));
    let of_an_unknown_effect =
        document(&json!({"Effect": "Perhaps", "Action": "s3:GetObject", "Resource": "*"}));
    let policies = [
        ("get".to_owned(), get.clone()),
        ("a,b".to_owned(), get.clone()),
        ("perhaps".to_owned(), of_an_unknown_effect),
        ("readonly".to_owned(), get.clone()),
    ];
    let users = [
        (plain("app"), user(&["get", "a,b", "gone"], Status::Disabled)),
        (plain("DOMAIN\\app"), user(&["get"], Status::Enabled)),
        (plain("uid=x,dc=y"), user(&["get"], Status::Enabled)),
        (own(), user(&[], Status::Enabled)),
    ];
    let members = [plain("app"), plain("gone"), plain("DOMAIN\\app"), plain("uid=x,dc=y"), own()].into();
    let team = ObservedGroup { status: Status::Disabled, members, policies: BTreeSet::new() };
    let keys = [
        (plain("of-app"), key(plain("app"), Some(get))),
        (plain("of-app-2"), key(plain("app"), Some(put))),
        (plain("of-own"), key(own(), None)),
        (plain("of-root"), key(plain("root"), None)),
        (own(), key(plain("app"), None)),
    ];
    Observed {
        policies: policies.into(),
        users: users.into(),
        groups: [("team".to_owned(), team)].into(),
        keys: keys.into(),
        buckets: [("data".to_owned(), odd_bucket())].into(),
        ..Observed::default()
    }
}

#[test]
fn what_a_spec_would_refuse_is_noted() {
    insta::assert_snapshot!(page(odd()));
}

/// An access key that allows more on another server than on this one would be a vulnerability.
#[test]
fn a_restricted_access_key_is_never_exported_without_its_restriction() {
    let page = page(odd());
    assert!(page.contains("\n  of-app: {user: app, "), "{page}");
    assert!(!page.contains("\n  of-app-2:"), "{page}");
}

#[test]
fn equal_documents_are_written_equally() {
    let one = json!({"Sid": "", "Effect": "Allow", "NotAction": [], "Action": ["s3:B", "s3:A", "s3:B"], "Resource": ["**"]});
    let other = json!({"Effect": "Allow", "Action": ["s3:A", "s3:B"], "Resource": "*", "Condition": {}});
    assert_eq!(super::document::node(&document(&one)), super::document::node(&document(&other)));
}

#[test]
fn the_configuration_has_its_secrets_by_name_and_no_value_that_a_spec_would_refuse() {
    let webhook: FoundSettings =
        [("auth_token".to_owned(), None), ("endpoint".to_owned(), Some("http://hook:9".to_owned()))].into();
    let api: FoundSettings = [("cors_allow_origin".to_owned(), Some("a\"b".to_owned()))].into();
    let config = [(Section::read("notify_webhook:a"), webhook), (Section::read("api"), api)];
    let page = page_of(&Found { config: config.into(), ..Found::of(&own()) });
    let name = "{secret: notify_webhook-a_auth_token}";
    let line = format!("\n  notify_webhook:a: {{auth_token: {name}, endpoint: http://hook:9}}\n");
    assert!(page.contains(&line), "{page}");
    assert!(
        page.contains("#   notify_webhook-a_auth_token: the auth_token of config.notify_webhook:a\n"),
        "{page}"
    );
    assert!(page.contains("#   config.api: all of it: ") && !page.contains("\n  api:"), "{page}");
    fuzzing::spec::<Minio>(&page).unwrap();
}

#[test]
fn a_key_of_garage_has_the_label_of_its_name_and_its_permissions_as_levels() {
    let permissions = |level: Level| ("data".to_owned(), level.permissions());
    let named = |key: &str| (plain(key), user(&[], Status::Enabled));
    let garage = ObservedGarage {
        access: [
            (plain("GK-reads"), [permissions(Level::Read)].into()),
            (plain("GK-has-all"), [permissions(Level::Owner)].into()),
        ]
        .into(),
        ..ObservedGarage::default()
    };
    let server = Observed {
        users: [named("GK-reads"), named("GK-has-all")].into(),
        accounts: ObservedAccounts::Keys(garage),
        ..Observed::default()
    };
    let labels = [(plain("GK-reads"), "app".to_owned())].into();
    let page = page_of(&Found { server, labels, ..Found::of(&own()) });
    for line in [
        "  app: {accessKey: GK-reads, secretKey: {secret: app_secret_key}, access: [{bucket: data, level: read}]}",
        "  GK-has-all: {secretKey: {secret: GK-has-all_secret_key}, access: [{bucket: data, level: owner}]}",
    ] {
        assert!(page.contains(&format!("\n{line}\n")), "{page}");
    }
    fuzzing::spec::<Minio>(&page).unwrap();
}
