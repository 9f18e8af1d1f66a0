//! Writes the properties of a bucket in the order of the spec, as far as a spec can express them.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::Node;

use super::{document, replication};
use crate::desired::{
    Action, Anonymous, Cors, Encryption, Lock, Period, Route, Rule, Size, Status, Versioning,
};
use crate::observed::ObservedBucket;

pub(super) fn of(name: &str, existing: &ObservedBucket) -> Vec<(&'static str, Node)> {
    let lists = [
        ("tags", texts(&existing.tags)),
        (
            "lifecycle",
            Node::List(
                existing
                    .lifecycle
                    .iter()
                    .filter_map(|(id, existing)| Some(rule(id, existing.rule.as_ref()?)))
                    .collect(),
            ),
        ),
        ("notifications", notifications(existing)),
        ("replication", replication::rules(name, &existing.replication)),
        ("cors", Node::List(existing.cors.iter().map(cors).collect())),
    ];
    let ones = [
        ("region", existing.region.clone().map(Node::from)),
        // For new objects, suspended versioning is equal to a bucket that never had it.
        (
            "versioning",
            existing
                .versioning
                .filter(|now| *now == Versioning::Enabled)
                .map(|now| Node::from(now.to_string())),
        ),
        ("objectLock", existing.lock.map(lock)),
        ("encryption", existing.encryption.as_deref().and_then(encryption)),
        ("quota", existing.quota.map(quota)),
    ];
    let access = existing.policy.as_ref().map(|policy| match Anonymous::from_policy(Some(policy), name) {
        Some(word) => ("anonymous", Node::from(word.to_string())),
        None => ("policy", Node::map().with("document", document::node(policy))),
    });
    let ones = ones.into_iter().filter_map(|(key, node)| Some((key, node?)));
    ones.chain(access).chain(lists.into_iter().filter(|(_, node)| !node.is_empty())).collect()
}

fn texts(texts: &BTreeMap<String, String>) -> Node {
    Node::Map(texts.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect())
}

fn lock(lock: Lock) -> Node {
    match lock {
        Lock::NoRetention => Node::map(),
        Lock::Retention { mode, period } => {
            let node = Node::map().with("mode", mode.as_str());
            match period {
                Period::Days(days) => node.with("days", i64::from(days)),
                Period::Years(years) => node.with("years", i64::from(years)),
            }
        }
    }
}

/// Nothing for an algorithm that a spec cannot name.
fn encryption(algorithm: &str) -> Option<Node> {
    let word = Encryption::SseS3;
    (algorithm == word.algorithm()).then(|| word.to_string().into())
}

fn quota(size: Size) -> Node {
    let shown = size.to_string();
    if shown.ends_with(" bytes") { size.0.into() } else { shown.into() }
}

fn rule(id: &str, rule: &Rule) -> Node {
    let action = |action: Action| rule.actions.get(&action).map(|number| i64::from(*number));
    let prefix = Some(rule.prefix.as_str()).filter(|prefix| !prefix.is_empty());
    Node::map()
        .with("id", id)
        .with_some("status", rule.status.filter(|status| *status == Status::Disabled).map(Status::as_str))
        .with_some("prefix", prefix)
        .with_non_empty("tags", texts(&rule.tags))
        .with_some("expireDays", action(Action::ExpireDays))
        .with_some("expireDeleteMarkers", action(Action::ExpireDeleteMarkers).map(|_| true))
        .with_some("expireNoncurrentDays", action(Action::ExpireNoncurrentDays))
        .with_some("keepNoncurrentVersions", action(Action::KeepNoncurrentVersions))
        .with_some("abortIncompleteUploadDays", action(Action::AbortIncompleteUploadDays))
        .with_some("transitionDays", action(Action::TransitionDays))
        .with_some("transitionNoncurrentDays", action(Action::TransitionNoncurrentDays))
        .with_some("transitionTo", rule.tier.as_deref())
}

fn notifications(existing: &ObservedBucket) -> Node {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let route = |(route, events): (&Route, &BTreeSet<String>)| {
        Node::map()
            .with("target", route.target.as_str())
            .with("events", events.iter().cloned().collect::<Vec<_>>())
            .with_some("prefix", text(&route.prefix))
            .with_some("suffix", text(&route.suffix))
    };
    Node::List(existing.notifications.iter().map(route).collect())
}

fn cors(rule: &Cors) -> Node {
    let list = |texts: &BTreeSet<String>| texts.iter().cloned().collect::<Vec<_>>();
    Node::map()
        .with("allowedOrigins", list(&rule.origins))
        .with("allowedMethods", list(&rule.methods))
        .with_non_empty("allowedHeaders", list(&rule.headers))
        .with_non_empty("exposeHeaders", list(&rule.expose))
        .with_some("maxAgeSeconds", rule.max_age.map(i64::from))
}
