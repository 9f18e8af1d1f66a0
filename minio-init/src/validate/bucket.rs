//! Validates buckets and their properties.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Files, SpecPath, Violations};

use super::{lifecycle, policy, replication, tags};
use crate::desired::document::Kind;
use crate::desired::names;
use crate::desired::{self, Access, Cors, Lock, Period, Route, Size, Versioning};
use crate::spec::{Bucket, CorsRule, Notification, ObjectLock};

const TAGS_MAX: usize = 50;
const DAYS_MAX: u32 = 36_500;
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

pub(super) fn buckets(
    at: &SpecPath,
    buckets: BTreeMap<String, Bucket>,
    files: &Files,
    violations: &mut Violations,
) -> BTreeMap<String, desired::Bucket> {
    let mut desired = BTreeMap::new();
    for (name, bucket) in buckets {
        let at = at.key(&name);
        violations.check(&at, names::bucket(&name));
        let bucket = properties(&at, &name, bucket, files, violations);
        desired.insert(name, bucket);
    }
    desired
}

fn properties(
    at: &SpecPath,
    name: &str,
    bucket: Bucket,
    files: &Files,
    violations: &mut Violations,
) -> desired::Bucket {
    if bucket.object_lock.is_some() && bucket.versioning == Some(Versioning::Suspended) {
        violations.push(&at.key("versioning"), "object lock keeps old versions: it cannot be suspended here");
    }
    let is_versioned = bucket.object_lock.is_some() || bucket.versioning == Some(Versioning::Enabled);
    let access = access(at, name, &bucket, files, violations);
    tags::check(&at.key("tags"), &bucket.tags, TAGS_MAX, violations);
    if bucket.region.as_ref().is_some_and(|region| !names::is_region(region)) {
        violations.push(&at.key("region"), names::REGION);
    }
    desired::Bucket {
        region: bucket.region,
        versioning: bucket.versioning,
        lock: bucket.object_lock.and_then(|wanted| lock(&at.key("objectLock"), &wanted, violations)),
        encryption: bucket.encryption,
        quota: bucket.quota.and_then(|quota| violations.check(&at.key("quota"), quota.bytes())).map(Size),
        tags: bucket.tags,
        lifecycle: lifecycle::rules(&at.key("lifecycle"), bucket.lifecycle, violations),
        access,
        notifications: notifications(&at.key("notifications"), bucket.notifications, violations),
        replication: replication::replication(
            &at.key("replication"),
            bucket.replication,
            is_versioned,
            violations,
        ),
        cors: bucket.cors.map(|rules| cors(&at.key("cors"), rules, violations)),
    }
}

fn access(
    at: &SpecPath,
    name: &str,
    bucket: &Bucket,
    files: &Files,
    violations: &mut Violations,
) -> Option<Access> {
    let document = match (bucket.anonymous, &bucket.policy) {
        (None, None) => return None,
        (Some(word), None) => word.document(name),
        (None, Some(wanted)) => {
            Some(policy::document(&at.key("policy"), wanted, Kind::Bucket, files, violations)?)
        }
        (Some(_), Some(_)) => {
            violations.push(&at.key("policy"), "`anonymous` is a bucket policy too: give one of them");
            return None;
        }
    };
    Some(Access { bucket: name.to_owned(), document })
}

fn lock(at: &SpecPath, wanted: &ObjectLock, violations: &mut Violations) -> Option<Lock> {
    let period = match (wanted.days, wanted.years) {
        (Some(_), Some(_)) => {
            violations.push(at, "a retention has days or years, not both");
            return None;
        }
        (Some(days), None) => Some((days, DAYS_MAX, Period::Days(days))),
        (None, Some(years)) => Some((years, DAYS_MAX / 365, Period::Years(years))),
        (None, None) => None,
    };
    match (wanted.mode, period) {
        (None, None) => Some(Lock::NoRetention),
        (Some(mode), Some((number, max, period))) => {
            if number == 0 || number > max {
                violations.push(
                    at,
                    format!(
                        "a retention lasts 1 to {max} {}",
                        if max == DAYS_MAX { "days" } else { "years" }
                    ),
                );
            }
            Some(Lock::Retention { mode, period })
        }
        _ => {
            violations.push(at, "a default retention has a mode and days or years");
            None
        }
    }
}

fn notifications(
    at: &SpecPath,
    wanted: Vec<Notification>,
    violations: &mut Violations,
) -> BTreeMap<Route, BTreeSet<String>> {
    let mut routes = BTreeMap::new();
    for (index, Notification { target, events, prefix, suffix }) in wanted.into_iter().enumerate() {
        let at = at.index(index);
        if !target.starts_with("arn:") || target.split(':').count() < 6 {
            violations.push(&at.key("target"), "a target is an ARN, such as arn:minio:sqs::NAME:webhook");
        }
        if events.is_empty() {
            violations.push(&at.key("events"), "at least one event, such as s3:ObjectCreated:*");
        }
        for (position, _) in events.iter().enumerate().filter(|(_, event)| !event.starts_with("s3:")) {
            violations.push(
                &at.key("events").index(position),
                "an event is written as S3 does: s3:ObjectCreated:*",
            );
        }
        let events = events.into_iter().collect();
        if routes.insert(Route { target, prefix, suffix }, events).is_some() {
            violations.push(
                &at,
                "the same target, prefix and suffix are there twice: give them all events at once",
            );
        }
    }
    routes
}

fn cors(at: &SpecPath, wanted: Vec<CorsRule>, violations: &mut Violations) -> Vec<Cors> {
    let rule = |(index, rule): (usize, CorsRule)| {
        let at = at.index(index);
        if rule.allowed_origins.is_empty() || rule.allowed_methods.is_empty() {
            violations.push(&at, "a rule has at least one origin and one method");
        }
        for (position, _) in
            rule.allowed_methods.iter().enumerate().filter(|(_, method)| !METHODS.contains(&method.as_str()))
        {
            violations
                .push(&at.key("allowedMethods").index(position), format!("expected {}", METHODS.join(", ")));
        }
        Cors {
            origins: rule.allowed_origins.into_iter().collect(),
            methods: rule.allowed_methods.into_iter().collect(),
            headers: rule.allowed_headers.into_iter().collect(),
            expose: rule.expose_headers.into_iter().collect(),
            max_age: rule.max_age_seconds,
        }
    };
    wanted.into_iter().enumerate().map(rule).collect()
}
