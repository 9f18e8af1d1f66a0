//! Validates replication rules.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::{remote, tags};
use crate::desired::{RemoteTarget, ReplicaRoute, ReplicaRule, Replication, names};
use crate::spec::{RemoteBucket, ReplicationRule};

const TAGS_MAX: usize = 10;

pub(super) fn replication(
    at: &SpecPath,
    wanted: Vec<ReplicationRule>,
    is_versioned: bool,
    violations: &mut Violations,
) -> Replication {
    if !wanted.is_empty() && !is_versioned {
        violations.push(at, "replication needs versions of the objects: write `versioning: enabled`");
    }
    let mut declared = Replication::default();
    let mut priorities = BTreeSet::new();
    for (index, wanted) in wanted.into_iter().enumerate() {
        let at = at.index(index);
        let endpoint = target(&at.key("to"), &wanted.to, &mut declared.targets, violations);
        tags::check(&at.key("tags"), &wanted.tags, TAGS_MAX, violations);
        if wanted.delete_markers == Some(true) && !wanted.tags.is_empty() {
            violations.push(&at.key("deleteMarkers"), "a delete marker has no tags");
        }
        if wanted.priority.is_some_and(|priority| !priorities.insert(priority)) {
            violations.push(&at.key("priority"), "another rule of this bucket has the same priority");
        }
        let ReplicationRule { to, status, prefix, tags, priority, delete_markers, deletes, existing_objects } =
            wanted;
        let route = ReplicaRoute { endpoint, bucket: to.bucket, prefix, tags };
        let rule = ReplicaRule { status, priority, delete_markers, deletes, existing_objects };
        if declared.rules.insert(route, rule).is_some() {
            violations.push(&at, "another rule has the same target, prefix and tags");
        }
    }
    declared
}

/// Adds the target of a rule, and returns the URL of its server.
fn target(
    at: &SpecPath,
    to: &RemoteBucket,
    targets: &mut BTreeMap<String, RemoteTarget>,
    violations: &mut Violations,
) -> String {
    let endpoint = remote::url(&at.key("endpoint"), &to.endpoint, violations);
    remote::access_key(&at.key("accessKey"), &to.access_key, violations);
    violations.check(&at.key("bucket"), names::bucket(&to.bucket));
    let RemoteBucket { bucket, access_key, secret_key: secret, .. } = to.clone();
    let target = RemoteTarget { bucket, access_key, secret };
    let known = targets.entry(endpoint.clone()).or_insert_with(|| target.clone());
    if *known != target {
        violations.push(
            at,
            "another rule goes to another bucket of this server, or by another account: a bucket has one target for each server",
        );
    }
    endpoint
}
