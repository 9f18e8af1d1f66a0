//! Plans changes of the replication of a bucket.

use std::collections::BTreeSet;

use init_core::diff::{Drift, Side, by_key};
use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use crate::change::{ReplicationChange, RuleDrift, Target};
use crate::desired::{RemoteTarget, ReplicaRoute, ReplicaRule, Replication};
use crate::observed::ObservedReplication;

pub(super) fn replication(
    at: &SpecPath,
    bucket: &str,
    wanted: &Replication,
    existing: &ObservedReplication,
    findings: &mut Findings,
) {
    let at = at.key("replication");
    for (url, side) in by_key(&wanted.targets, &existing.targets) {
        match side {
            Side::Missing(wanted) => {
                findings.change(ReplicationChange::CreateRemoteTarget(target(bucket, url, wanted)));
            }
            Side::Present(wanted, existing) if wanted.bucket != existing.bucket => {
                let problem = format!(
                    "the bucket is replicated to {} at {url}, not {}, and has one target for each server: write that one, or remove its rules and its target (`mc replicate rm`)",
                    existing.bucket, wanted.bucket
                );
                findings.conflicts.push(Conflict::new(at.clone(), problem));
            }
            Side::Present(wanted, existing) => {
                let differing = Drift::between(Some(existing.access_key.clone()), wanted.access_key.clone());
                if existing.refused || differing.is_some() {
                    let target = target(bucket, url, wanted);
                    findings.change(ReplicationChange::AlterRemoteTarget { target, differing });
                }
            }
            Side::Extra(_) => {}
        }
    }
    findings.conflicts.extend(taken_priority(&at, wanted, existing));
    let rules: Vec<_> = wanted.rules.iter().filter_map(|entry| drift(entry, existing)).collect();
    if !rules.is_empty() {
        findings.change(ReplicationChange::SetReplication { bucket: bucket.to_owned(), rules });
    }
}

fn target(bucket: &str, url: &str, wanted: &RemoteTarget) -> Target {
    Target {
        bucket: bucket.to_owned(),
        url: url.to_owned(),
        to: wanted.bucket.clone(),
        access_key: wanted.access_key.clone(),
        secret: wanted.secret.clone(),
    }
}

fn drift(
    (route, wanted): (&ReplicaRoute, &ReplicaRule),
    existing: &ObservedReplication,
) -> Option<RuleDrift> {
    let existing = existing.rules.get(route);
    let rule = Drift::between(existing.copied(), wanted.completed(existing))?;
    Some(RuleDrift { route: route.clone(), rule })
}

/// A conflict for a declared priority that another rule has, which keeps it.
fn taken_priority(at: &SpecPath, wanted: &Replication, existing: &ObservedReplication) -> Option<Conflict> {
    let kept = wanted.rules.iter().filter(|(_, rule)| rule.priority.is_none());
    let kept = kept.filter_map(|(route, _)| existing.rules.get(route)?.priority);
    let kept: BTreeSet<_> = kept.chain(existing.other_priorities.iter().copied()).collect();
    let taken =
        wanted.rules.values().filter_map(|rule| rule.priority).find(|priority| kept.contains(priority))?;
    let problem = format!("another rule of the bucket has the priority {taken}: choose one that is free");
    Some(Conflict::new(at.clone(), problem))
}
