//! Buckets and their properties.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath};

use super::found::Found;
use crate::change::{BucketChange, RouteDrift, ShownPolicy};
use crate::desired::Anonymous;
use crate::desired::{Bucket, Cors, Desired, Lock, Route, Rule, Status, Versioning};
use crate::observed::{Observed, SeenBucket};

pub(super) fn buckets(desired: &Desired, observed: &Observed, found: &mut Found) {
    for (name, side) in by_key(&desired.buckets, &observed.buckets) {
        let at = SpecPath::root().key("buckets").key(name);
        match side {
            Side::Missing(_) if observed.foreign.contains(name) => {
                let problem = "the bucket is there and belongs to somebody else: choose another name";
                found.conflicts.push(Conflict::new(at, problem));
            }
            Side::Missing(wanted) => {
                let object_lock = wanted.lock.is_some();
                let (bucket, region) = (name.clone(), wanted.region.clone());
                found.change(BucketChange::CreateBucket { bucket, object_lock, region: region.clone() });
                properties(&at, name, wanted, &SeenBucket { region, ..new(object_lock) }, found);
            }
            Side::Present(wanted, seen) => properties(&at, name, wanted, seen, found),
            Side::Extra(_) => {}
        }
    }
}

/// What a server makes of a new bucket: object lock keeps versions.
fn new(object_lock: bool) -> SeenBucket {
    let versioning = object_lock.then_some(Versioning::Enabled);
    SeenBucket { versioning, lock: object_lock.then_some(Lock::NoRetention), ..SeenBucket::default() }
}

fn properties(at: &SpecPath, name: &str, wanted: &Bucket, seen: &SeenBucket, found: &mut Found) {
    let bucket = || name.to_owned();
    if let (Some(to), Some(from)) = (&wanted.region, &seen.region)
        && to != from
    {
        let problem = format!(
            "the bucket is in {from}, and a bucket stays where it was made: make another, or leave it out"
        );
        found.conflicts.push(Conflict::new(at.key("region"), problem));
    }
    if let Some(to) = wanted.versioning {
        // A bucket that never had versions has none to suspend.
        let from = seen.versioning.or((to == Versioning::Suspended).then_some(to));
        let drift = Drift::between(from, to);
        found.changes(drift.map(|versioning| BucketChange::SetVersioning { bucket: bucket(), versioning }));
    }
    match (wanted.lock, seen.lock) {
        (Some(_), None) => {
            let problem = "the bucket has no object lock, and only a new bucket can get one: make another, or leave it out";
            found.conflicts.push(Conflict::new(at.key("objectLock"), problem));
        }
        (Some(to @ Lock::Retention { .. }), from) => {
            let drift = Drift::between(from, to);
            found.changes(drift.map(|lock| BucketChange::SetObjectLock { bucket: bucket(), lock }));
        }
        // A lock without a word on retention leaves what is there.
        (None, _) | (Some(Lock::NoRetention), Some(_)) => {}
    }
    if let Some(encryption) = wanted.encryption {
        let drift = Drift::between(seen.encryption.clone(), encryption.algorithm().to_owned());
        found.changes(drift.map(|algorithm| BucketChange::SetEncryption {
            bucket: bucket(),
            encryption,
            algorithm,
        }));
    }
    if let Some(to) = wanted.quota {
        let drift = Drift::between(seen.quota, to);
        found.changes(drift.map(|quota| BucketChange::SetQuota { bucket: bucket(), quota }));
    }
    found.changes(tags(name, wanted, seen));
    found.changes(lifecycle(name, wanted, seen));
    found.changes(policy(name, wanted, seen));
    found.changes(notifications(name, wanted, seen));
    if let Some(to) = &wanted.cors {
        let from = Some(seen.cors.clone()).filter(|rules| !rules.is_empty());
        // Some servers answer with the rules in an order of their own.
        let (meant, there) = (sorted(to), sorted(&seen.cors));
        let drift = if meant == there { None } else { Drift::between(from, to.clone()) };
        found.changes(drift.map(|rules| BucketChange::SetCors { bucket: bucket(), rules }));
    }
}

fn sorted(rules: &[Cors]) -> Vec<&Cors> {
    let mut rules: Vec<_> = rules.iter().collect();
    rules.sort();
    rules
}

fn tags(name: &str, wanted: &Bucket, seen: &SeenBucket) -> Option<BucketChange> {
    let drift = |(key, to): (&String, &String)| {
        Drift::between(seen.tags.get(key).cloned(), to.clone()).map(|drift| (key.clone(), drift))
    };
    let tags: BTreeMap<_, _> = wanted.tags.iter().filter_map(drift).collect();
    (!tags.is_empty()).then(|| BucketChange::SetTags { bucket: name.to_owned(), tags })
}

fn lifecycle(name: &str, wanted: &Bucket, seen: &SeenBucket) -> Option<BucketChange> {
    let drift = |(id, wanted): (&String, &Rule)| {
        let seen = seen.lifecycle.get(id);
        // A rule that somebody stopped stays so unless the spec says otherwise.
        let status = wanted.status.or(seen.map(|seen| seen.status)).or(Some(Status::Enabled));
        let to = Rule { status, ..wanted.clone() };
        Drift::between(seen.and_then(|seen| seen.rule.clone()), to).map(|drift| (id.clone(), drift))
    };
    let rules: BTreeMap<_, _> = wanted.lifecycle.iter().filter_map(drift).collect();
    (!rules.is_empty()).then(|| BucketChange::SetLifecycle { bucket: name.to_owned(), rules })
}

fn policy(name: &str, wanted: &Bucket, seen: &SeenBucket) -> Option<BucketChange> {
    let to = wanted.access.as_ref()?;
    if to.document == seen.policy {
        return None;
    }
    let shown = |document: Option<&crate::desired::document::Document>| {
        let word = Anonymous::of(document, name).map(ShownPolicy::Word);
        word.or_else(|| document.cloned().map(ShownPolicy::Document))
            .unwrap_or(ShownPolicy::Word(Anonymous::None))
    };
    let access = Drift { from: Some(shown(seen.policy.as_ref())), to: shown(to.document.as_ref()) };
    Some(BucketChange::SetBucketPolicy { bucket: name.to_owned(), access, document: to.document.clone() })
}

fn notifications(name: &str, wanted: &Bucket, seen: &SeenBucket) -> Option<BucketChange> {
    let drift = |(route, to): (&Route, &BTreeSet<String>)| {
        let events = Drift::between(seen.notifications.get(route).cloned(), to.clone())?;
        Some(RouteDrift { route: route.clone(), events })
    };
    let routes: Vec<_> = wanted.notifications.iter().filter_map(drift).collect();
    (!routes.is_empty()).then(|| BucketChange::SetNotifications { bucket: name.to_owned(), routes })
}
