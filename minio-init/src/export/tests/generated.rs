//! Generates servers, with names that are special in YAML, in a shell or on a terminal.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::desired::document::Document;
use crate::desired::{
    Action, Anonymous, Cors, Expiry, Lock, Period, Place, RetentionMode, Route, Rule, Size, Status, TierType,
    Versioning, names,
};
use crate::observed::{
    Observed, ObservedAccessKey, ObservedBucket, ObservedGroup, ObservedLdap, ObservedRule, ObservedTier,
    ObservedUser,
};

fn read(statements: &Value) -> Document {
    Document::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

pub(super) fn built_in() -> BTreeMap<String, Document> {
    let all = json!([{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}]);
    [("readwrite".to_owned(), read(&all))].into()
}

fn statement() -> impl Strategy<Value = Value> {
    let actions = subsequence(vec!["s3:PutObject", "s3:GetObject", "s3:ListBucket"], 1..=3);
    let resources = vec(select(vec!["*", "**", "arn:aws:s3:::b/*", "arn:aws:s3:::${aws:username}/*"]), 1..3);
    (actions, resources, any::<bool>(), of("[ -~\n]{1,8}")).prop_map(|(actions, resources, allow, prefix)| {
        let effect = if allow { "Allow" } else { "Deny" };
        let statement = json!({"Effect": effect, "Action": actions, "Resource": resources});
        match (prefix, statement) {
            (Some(prefix), Value::Object(mut fields)) => {
                fields.insert("Condition".to_owned(), json!({"StringLike": {"s3:prefix": [prefix, "a"]}}));
                Value::Object(fields)
            }
            (_, statement) => statement,
        }
    })
}

fn name() -> impl Strategy<Value = String> {
    let odd = select(vec!["yes", "007", "1e5", "größe: #", "a \"b\" {c}", "- x", "null"]);
    let any = "[ -#%-~]{1,12}".prop_filter("a name that a spec takes", |name| names::plain(name).is_ok());
    prop_oneof![odd.prop_map(str::to_owned), any]
}

fn policies() -> impl Strategy<Value = BTreeMap<String, Document>> {
    let policy = vec(statement(), 1..3).prop_map(|statements| read(&json!(statements)));
    btree_map(name(), policy, 0..4).prop_map(|mut policies| {
        policies.extend(built_in());
        policies
    })
}

/// An account that a spec can name everywhere, also as the member of a group. No user has the name of an access key.
fn account(first: char) -> impl Strategy<Value = Text> {
    let name = "[ -#%-~]{2,12}".prop_map(move |rest| format!("{first}{rest}"));
    let name = name.prop_filter("a name that a spec takes", |name| {
        names::access_key(name).is_ok() && names::plain(name).is_ok()
    });
    name.prop_map(Text::Plain)
}

fn status() -> impl Strategy<Value = Status> {
    select(vec![Status::Enabled, Status::Disabled])
}

fn some<T: Clone + std::fmt::Debug + Ord + 'static>(
    of: Vec<T>,
) -> impl Strategy<Value = BTreeSet<T>> + Clone {
    let most = of.len();
    subsequence(of, 0..=most).prop_map(|some| some.into_iter().collect())
}

fn group(users: Vec<Text>, policies: Vec<String>) -> impl Strategy<Value = ObservedGroup> {
    (status(), some(users), some(policies)).prop_map(|(status, members, policies)| {
        // No server shows the policies of a disabled group.
        let policies = if status == Status::Enabled { policies } else { BTreeSet::new() };
        ObservedGroup { status, members, policies }
    })
}

fn key(users: Vec<Text>, policies: BTreeMap<String, Document>) -> impl Strategy<Value = ObservedAccessKey> {
    let parents: Vec<Text> = [super::own()].into_iter().chain(users).collect();
    let policy = of(select(policies.into_values().collect::<Vec<_>>()));
    let texts = (of("[a-zA-Z][a-zA-Z0-9_-]{0,5}"), of("[ -#%-~\n]{1,8}"));
    let expires = of((1_i64..4_000_000_000).prop_map(Expiry::At));
    let parts = (select(parents), status(), policy, texts, expires);
    parts.prop_map(|(parent, status, policy, (name, description), expires)| ObservedAccessKey {
        parent,
        status,
        policy,
        name: name.unwrap_or_default(),
        description: description.unwrap_or_default(),
        expires: expires.unwrap_or_default(),
        secret_differs: false,
    })
}

fn tags() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("[a-zé:@]([a-z :@]{0,4}[a-z])?", "[a-z0-9+=._:/@-]{0,6}", 0..3)
}

fn rule() -> impl Strategy<Value = ObservedRule> {
    let actions = select(vec![
        Action::ExpireDays,
        Action::ExpireNoncurrentDays,
        Action::KeepNoncurrentVersions,
        Action::TransitionDays,
        Action::TransitionNoncurrentDays,
    ]);
    // A rule moves objects before it deletes them.
    let days = |action: Action, days: u32| if action.is_transition() { days - 1 } else { days + 999 };
    let actions = btree_map(actions, 1_u32..999, 1..3)
        .prop_map(move |actions| actions.into_iter().map(|(a, number)| (a, days(a, number))).collect());
    let tags = btree_map("[a-z]{1,5}", "[a-z]{0,5}", 0..3);
    (status(), "[a-z/&<#:]{0,6}", tags, actions, "[A-Z0-9_-]{1,9}").prop_map(
        |(status, prefix, tags, actions, tier)| {
            let actions: BTreeMap<Action, u32> = actions;
            let tier = actions.keys().any(|action| action.is_transition()).then_some(tier);
            ObservedRule { status, rule: Some(Rule { status: Some(status), prefix, tags, actions, tier }) }
        },
    )
}

fn lock() -> impl Strategy<Value = Lock> {
    let mode = select(vec![RetentionMode::Governance, RetentionMode::Compliance]);
    let period = prop_oneof![(1_u32..99).prop_map(Period::Days), (1_u32..9).prop_map(Period::Years)];
    prop_oneof![
        Just(Lock::NoRetention),
        (mode, period).prop_map(|(mode, period)| Lock::Retention { mode, period })
    ]
}

fn routes() -> impl Strategy<Value = BTreeMap<Route, BTreeSet<String>>> {
    let events = some(vec!["s3:ObjectCreated:*".to_owned(), "s3:ObjectRemoved:*".to_owned()]);
    let events = events.prop_filter("an event", |events| !events.is_empty());
    let route =
        (select(vec!["arn:minio:sqs::a:webhook", "arn:minio:sqs::b:kafka"]), "[a-z/]{0,3}", "[.a-z]{0,3}");
    let route =
        route.prop_map(|(target, prefix, suffix)| Route { target: target.to_owned(), prefix, suffix });
    btree_map(route, events, 0..3)
}

fn cors() -> impl Strategy<Value = Cors> {
    let methods = some(vec!["GET".to_owned(), "PUT".to_owned()]);
    let methods = methods.prop_filter("a method", |methods| !methods.is_empty());
    let list = || btree_set("[a-z*-]{1,5}", 0..3);
    (btree_set("https://[a-z*]{1,4}", 1..3), methods, list(), list(), of(1_u32..99)).prop_map(
        |(origins, methods, headers, expose, max_age)| Cors { origins, methods, headers, expose, max_age },
    )
}

/// A bucket policy, by the name of its bucket.
fn access(bucket: &str) -> impl Strategy<Value = Option<Document>> + use<> {
    let words = [Anonymous::None, Anonymous::Download, Anonymous::Upload, Anonymous::Public];
    let words: Vec<_> = words.iter().map(|word| word.document(bucket)).collect();
    let document = statement().prop_map(|statement| match statement {
        Value::Object(mut fields) => {
            fields.insert("Principal".to_owned(), json!({"AWS": ["arn:aws:iam::1:user/b", "*"]}));
            Some(read(&json!([fields])))
        }
        _ => None,
    });
    prop_oneof![select(words), document]
}

fn bucket(name: &str) -> impl Strategy<Value = ObservedBucket> + use<> {
    let versioning = of(select(vec![Versioning::Enabled, Versioning::Suspended]));
    let ones =
        (of(Just("eu-west-1".to_owned())), versioning, of(lock()), any::<bool>(), of(1_u64..9_999_999_999));
    let lists = (tags(), btree_map("[!-#%-~]{1,8}", rule(), 0..3), routes(), vec(cors(), 0..3));
    (ones, access(name), lists).prop_map(
        |((region, versioning, lock, encrypted, quota), policy, (tags, lifecycle, notifications, cors))| {
            ObservedBucket {
                region,
                // Object lock enables versioning.
                versioning: if lock.is_some() { Some(Versioning::Enabled) } else { versioning },
                lock,
                encryption: encrypted.then(|| "AES256".to_owned()),
                quota: quota.map(Size),
                tags,
                lifecycle,
                policy,
                notifications,
                cors,
                ..ObservedBucket::default()
            }
        },
    )
}

fn buckets() -> impl Strategy<Value = BTreeMap<String, ObservedBucket>> {
    let name = "[a-z0-9][a-z0-9-]{1,8}[a-z0-9]";
    let name = name.prop_filter("a name that a spec takes", |name| names::bucket(name).is_ok());
    let entry = name.prop_flat_map(|name| bucket(&name).prop_map(move |bucket| (name.clone(), bucket)));
    vec(entry, 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn tier() -> impl Strategy<Value = ObservedTier> {
    let kind = select(vec![TierType::Minio, TierType::S3]);
    let texts = (of("[a-z]{1,4}/?"), of("[a-z0-9-]{1,6}"), of("[A-Z_]{1,6}"));
    (kind, "https?://[a-z]{1,6}(:9000)?", "[a-z0-9]{3,6}", "[!-+.-<>-~]{1,9}", texts).prop_map(
        |(kind, endpoint, bucket, key, (prefix, region, class))| {
            let storage_class = class.filter(|_| kind == TierType::S3);
            let place = Place { kind, endpoint, bucket, prefix, region, storage_class };
            ObservedTier::Known { place, access_key: Text::Plain(key), secret_refused: false }
        },
    )
}

/// Tiers in places of their own.
fn tiers() -> impl Strategy<Value = BTreeMap<String, ObservedTier>> {
    vec(tier(), 0..3).prop_map(|tiers| {
        let apart = |(number, mut tier): (usize, ObservedTier)| {
            if let ObservedTier::Known { place, .. } = &mut tier {
                place.bucket.push_str(&number.to_string());
            }
            (format!("COLD-{number}"), tier)
        };
        tiers.into_iter().enumerate().map(apart).collect()
    })
}

/// Users and groups of LDAP, each with a policy.
fn ldap() -> impl Strategy<Value = ObservedLdap> {
    let policies = some(vec!["readwrite".to_owned()]);
    let identities = |name: &'static str| btree_map(name, policies.clone(), 0..3);
    let users = (identities("l[a-z.@-]{1,6}"), identities("uid=[a-z\\\\,+\"#é]{1,6},dc=y"));
    (users, identities("cn=[a-z\\\\,+\"#é]{1,6},dc=y")).prop_map(|((mut users, more), groups)| {
        users.extend(more);
        ObservedLdap { users, groups, ..ObservedLdap::default() }
    })
}

pub(super) fn server() -> impl Strategy<Value = Observed> {
    let identities = (policies(), btree_set(account('u'), 0..4)).prop_flat_map(|(policies, users)| {
        let (of_policies, of_users): (Vec<_>, Vec<_>) =
            (policies.keys().cloned().collect(), users.iter().cloned().collect());
        let user = (status(), some(of_policies.clone())).prop_map(|(status, policies)| ObservedUser {
            status,
            policies,
            secret_differs: false,
        });
        let users = vec(user, of_users.len()).prop_map({
            let names = of_users.clone();
            move |existing| names.iter().cloned().zip(existing).collect::<BTreeMap<_, _>>()
        });
        let groups = btree_map(name(), group(of_users.clone(), of_policies), 0..3);
        let keys = btree_map(account('k'), key(of_users, policies.clone()), 0..4);
        (Just(policies), users, groups, keys)
    });
    (identities, ldap(), tiers(), buckets()).prop_map(
        |((policies, users, groups, keys), ldap, tiers, buckets)| Observed {
            policies,
            users,
            groups,
            keys,
            ldap,
            tiers,
            buckets,
            ..Observed::default()
        },
    )
}
