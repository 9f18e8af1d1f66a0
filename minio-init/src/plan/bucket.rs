//! Plans changes of buckets and their properties.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use super::{owners, replication};
use crate::change::{BucketChange, NotificationChange, RouteDrift, ShownPolicy};
use crate::desired::Anonymous;
use crate::desired::{Bucket, Cors, Desired, Lock, Route, Rule, Status, Versioning};
use crate::observed::{Observed, ObservedBucket};

pub(super) fn buckets(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (name, side) in by_key(&desired.buckets, &observed.buckets) {
        let at = SpecPath::root().key("buckets").key(name);
        match side {
            Side::Missing(_) if observed.owned_by_others.contains(name) => {
                let problem = "the bucket is there and belongs to somebody else: choose another name";
                findings.conflicts.push(Conflict::new(at, problem));
            }
            Side::Missing(wanted) => {
                let object_lock = wanted.lock.is_some();
                let (bucket, region) = (name.clone(), wanted.region.clone());
                findings.change(BucketChange::CreateBucket { bucket, object_lock, region: region.clone() });
                properties(
                    &at,
                    name,
                    wanted,
                    &ObservedBucket { region, ..new_bucket(object_lock) },
                    findings,
                );
            }
            Side::Present(wanted, existing) if owners::changes_owner(desired, observed, name) => {
                let existing = ObservedBucket { policy: None, ..existing.clone() };
                properties(&at, name, wanted, &existing, findings);
            }
            Side::Present(wanted, existing) => properties(&at, name, wanted, existing, findings),
            Side::Extra(_) => {}
        }
    }
}

/// The properties of a new bucket. Object lock enables versioning.
fn new_bucket(object_lock: bool) -> ObservedBucket {
    let versioning = object_lock.then_some(Versioning::Enabled);
    ObservedBucket { versioning, lock: object_lock.then_some(Lock::NoRetention), ..ObservedBucket::default() }
}

fn properties(
    at: &SpecPath,
    name: &str,
    wanted: &Bucket,
    existing: &ObservedBucket,
    findings: &mut Findings,
) {
    let bucket = || name.to_owned();
    findings.conflicts.extend(another_region(at, wanted, existing));
    if let Some(to) = wanted.versioning {
        // A bucket that never had versioning needs no suspension.
        let from = existing.versioning.or((to == Versioning::Suspended).then_some(to));
        let drift = Drift::between(from, to);
        findings
            .changes(drift.map(|versioning| BucketChange::SetVersioning { bucket: bucket(), versioning }));
    }
    object_lock(at, name, wanted, existing, findings);
    if let Some(encryption) = wanted.encryption {
        let drift = Drift::between(existing.encryption.clone(), encryption.algorithm().to_owned());
        findings.changes(drift.map(|algorithm| BucketChange::SetEncryption {
            bucket: bucket(),
            encryption,
            algorithm,
        }));
    }
    if let Some(to) = wanted.quota {
        let drift = Drift::between(existing.quota, to);
        findings.changes(drift.map(|quota| BucketChange::SetQuota { bucket: bucket(), quota }));
    }
    findings.changes(tags(name, wanted, existing));
    findings.changes(lifecycle(name, wanted, existing));
    findings.changes(policy(name, wanted, existing));
    findings.changes(notifications(name, wanted, existing));
    findings.changes(cors(name, wanted, existing));
    replication::replication(at, name, &wanted.replication, &existing.replication, findings);
}

/// A conflict with the region of an existing bucket, which cannot change.
fn another_region(at: &SpecPath, wanted: &Bucket, existing: &ObservedBucket) -> Option<Conflict> {
    let (to, from) = (wanted.region.as_ref()?, existing.region.as_ref()?);
    let problem = || {
        format!(
            "the bucket is in {from}, and a bucket stays where it was made: make another, or leave it out"
        )
    };
    (to != from).then(|| Conflict::new(at.key("region"), problem()))
}

fn object_lock(
    at: &SpecPath,
    name: &str,
    wanted: &Bucket,
    existing: &ObservedBucket,
    findings: &mut Findings,
) {
    match (wanted.lock, existing.lock) {
        (Some(_), None) => {
            let problem = "the bucket has no object lock, and only a new bucket can get one: make another, or leave it out";
            findings.conflicts.push(Conflict::new(at.key("objectLock"), problem));
        }
        (Some(to @ Lock::Retention { .. }), from) => {
            let drift = Drift::between(from, to);
            findings.changes(drift.map(|lock| BucketChange::SetObjectLock { bucket: name.to_owned(), lock }));
        }
        // Object lock without a retention leaves the default retention unchanged.
        (None, _) | (Some(Lock::NoRetention), Some(_)) => {}
    }
}

fn cors(name: &str, wanted: &Bucket, existing: &ObservedBucket) -> Option<BucketChange> {
    let to = wanted.cors.as_ref()?;
    // Some servers return the rules in another order.
    if sorted(to) == sorted(&existing.cors) {
        return None;
    }
    let from = Some(existing.cors.clone()).filter(|rules| !rules.is_empty());
    let rules = Drift::between(from, to.clone())?;
    Some(BucketChange::SetCors { bucket: name.to_owned(), rules })
}

fn sorted(rules: &[Cors]) -> Vec<&Cors> {
    let mut rules: Vec<_> = rules.iter().collect();
    rules.sort();
    rules
}

fn tags(name: &str, wanted: &Bucket, existing: &ObservedBucket) -> Option<BucketChange> {
    let drift = |(key, to): (&String, &String)| {
        Drift::between(existing.tags.get(key).cloned(), to.clone()).map(|drift| (key.clone(), drift))
    };
    let tags: BTreeMap<_, _> = wanted.tags.iter().filter_map(drift).collect();
    (!tags.is_empty()).then(|| BucketChange::SetTags { bucket: name.to_owned(), tags })
}

fn lifecycle(name: &str, wanted: &Bucket, existing: &ObservedBucket) -> Option<BucketChange> {
    let drift = |(id, wanted): (&String, &Rule)| {
        let existing = existing.lifecycle.get(id);
        // A rule that somebody has disabled stays disabled unless the spec declares a status.
        let status = wanted.status.or(existing.map(|existing| existing.status)).or(Some(Status::Enabled));
        let to = Rule { status, ..wanted.clone() };
        Drift::between(existing.and_then(|existing| existing.rule.clone()), to)
            .map(|drift| (id.clone(), drift))
    };
    let rules: BTreeMap<_, _> = wanted.lifecycle.iter().filter_map(drift).collect();
    (!rules.is_empty()).then(|| BucketChange::SetLifecycle { bucket: name.to_owned(), rules })
}

fn policy(name: &str, wanted: &Bucket, existing: &ObservedBucket) -> Option<BucketChange> {
    let to = wanted.access.as_ref()?;
    if to.document == existing.policy {
        return None;
    }
    let shown = |document: Option<&crate::desired::document::Document>| {
        let word = Anonymous::from_policy(document, name).map(ShownPolicy::Word);
        word.or_else(|| document.cloned().map(ShownPolicy::Document))
            .unwrap_or(ShownPolicy::Word(Anonymous::None))
    };
    let access = Drift { from: Some(shown(existing.policy.as_ref())), to: shown(to.document.as_ref()) };
    Some(BucketChange::SetBucketPolicy { bucket: name.to_owned(), access, document: to.document.clone() })
}

fn notifications(name: &str, wanted: &Bucket, existing: &ObservedBucket) -> Option<NotificationChange> {
    let drift = |(route, to): (&Route, &BTreeSet<String>)| {
        let events = Drift::between(existing.notifications.get(route).cloned(), to.clone())?;
        Some(RouteDrift { route: route.clone(), events })
    };
    let routes: Vec<_> = wanted.notifications.iter().filter_map(drift).collect();
    (!routes.is_empty()).then(|| NotificationChange { bucket: name.to_owned(), routes })
}
